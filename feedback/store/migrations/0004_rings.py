"""A message names no submission, so nothing needs to know when one was last attended to; a sweep is noted instead."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_first_event")]

    operations = [
        migrations.RemoveField(model_name="submission", name="attended_at"),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
