"""Uploads and students beside what is now called tasks and documents; the rows follow in 0006.

Tables and columns are renamed where they can be: no document is copied on PostgreSQL.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_rings")]

    operations = [
        migrations.SeparateDatabaseAndState(
            # What Django would do here copies every document on SQLite, twice. References, indexes and constraints
            # follow by themselves on both databases.
            database_operations=[
                migrations.RunSQL(
                    [
                        "ALTER TABLE reports_submission RENAME TO reports_task",
                        "ALTER TABLE reports_report RENAME TO reports_document",
                        "ALTER TABLE reports_document RENAME COLUMN submission_id TO task_id",
                    ]
                )
            ],
            state_operations=[
                migrations.RemoveIndex("Report", "report_unfinished"),
                migrations.RemoveConstraint("Report", "one_report_per_position"),
                migrations.RenameModel("Submission", "Task"),
                migrations.RenameModel("Report", "Document"),
                migrations.RenameField("Document", "submission", "task"),
                migrations.AlterField(
                    "Document",
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="reports.task",
                        db_index=False,
                    ),
                ),
                migrations.AddIndex(
                    "Document",
                    models.Index(
                        condition=models.Q(("state__in", ["PENDING", "RUNNING"])),
                        fields=["task", "position"],
                        name="report_unfinished",
                    ),
                ),
                migrations.AddConstraint(
                    "Document",
                    models.UniqueConstraint(fields=("task", "position"), name="one_report_per_position"),
                ),
            ],
        ),
        migrations.CreateModel(
            "Upload",
            [
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("owner", models.CharField(blank=True, max_length=64)),
                ("options", models.JSONField(default=dict)),
                ("identity", models.BinaryField(max_length=32, unique=True)),
                ("context", models.BinaryField(null=True)),
                ("facts", models.BinaryField(null=True)),
                ("student_id", models.CharField(max_length=200, null=True)),
                ("namespace", models.CharField(blank=True, max_length=200)),
                ("is_class", models.BooleanField()),
                ("students", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created_at"], name="upload_by_age"),
                    models.Index(condition=models.Q(("owner__gt", "")), fields=["owner"], name="upload_by_owner"),
                ],
            },
        ),
        migrations.CreateModel(
            "Student",
            [
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField()),
                ("student_id", models.CharField(max_length=200)),
                ("namespace", models.CharField(blank=True, max_length=200)),
                ("payload", models.BinaryField()),
                ("findings", models.BinaryField(null=True)),
                ("first_event_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "upload",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="reports.upload"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("upload", "position"), name="one_student_per_position")
                ],
                "indexes": [models.Index(fields=["student_id", "namespace"], name="student_by_id")],
            },
        ),
        migrations.AddField(
            "Task",
            "upload",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="reports.upload"
            ),
        ),
        migrations.AddField("Task", "findings", models.BinaryField(null=True)),
        migrations.AddField("Task", "first_event_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "Document",
            "about",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="documents", to="reports.student"
            ),
        ),
        migrations.AddField(
            "HandOut",
            "upload",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="handouts", to="reports.upload"
            ),
        ),
        migrations.AddField(
            "WithdrawnLink",
            "about",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reports.student"
            ),
        ),
    ]
