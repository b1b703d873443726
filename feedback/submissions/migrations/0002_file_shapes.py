import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0001_tallies"),
    ]

    operations = [
        migrations.CreateModel(
            name="FileShape",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(blank=True, max_length=64)),
                ("shape", models.BinaryField(max_length=32)),
                ("choices", models.JSONField()),
                ("used_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "shape"), name="one_choice_per_owner_and_shape")
                ],
            },
        ),
    ]
