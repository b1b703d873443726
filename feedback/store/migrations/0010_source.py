from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0009_rosters_and_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="source",
            field=models.CharField(db_default="feedback", default="feedback", max_length=32),
        ),
    ]
