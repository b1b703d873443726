"""What 0006 has moved goes from where it was.

PostgreSQL only notes that a column is gone. SQLite writes a table anew for each column that goes, so there all of a
table's changes are made in one go.
"""

from collections.abc import Sequence
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class InOnePass(Operation):
    """These operations on one model, for which SQLite copies its table once and not once for each."""

    reversible = False

    def __init__(self, name: str, operations: Sequence[Operation]) -> None:
        self.name = name
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "sqlite":
            # Django's own way of changing a table there: a new one with the columns that the model has now.
            schema_editor._remake_table(to_state.apps.get_model(app_label, self.name))
            return
        for operation in self.operations:
            after = from_state.clone()
            operation.state_forwards(app_label, after)
            operation.database_forwards(app_label, schema_editor, from_state, after)
            from_state = after

    def describe(self) -> str:
        return f"Change the columns of {self.name}"


def _upload(related_name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to="reports.upload"
    )


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_move_rows")]

    operations = [
        InOnePass(
            "WithdrawnLink",
            [
                migrations.RemoveConstraint("WithdrawnLink", "one_withdrawal_per_link"),
                migrations.RemoveField("WithdrawnLink", "report_id"),
                migrations.AlterField(
                    "WithdrawnLink",
                    "about",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reports.student"
                    ),
                ),
                migrations.AddConstraint(
                    "WithdrawnLink",
                    models.UniqueConstraint(fields=("handout", "about"), name="one_withdrawal_per_link"),
                ),
            ],
        ),
        InOnePass(
            "HandOut",
            [
                migrations.RemoveField("HandOut", "submission"),
                migrations.AlterField("HandOut", "upload", _upload("handouts")),
            ],
        ),
        InOnePass(
            "Document",
            [
                migrations.RemoveIndex("Document", "report_by_student"),
                migrations.RemoveConstraint("Document", "one_report_per_position"),
                *(
                    migrations.RemoveField("Document", name)
                    for name in ("student_id", "namespace", "payload", "findings", "first_event_at")
                ),
                migrations.AddConstraint(
                    "Document",
                    models.UniqueConstraint(fields=("task", "position"), name="one_document_per_position"),
                ),
                migrations.RenameIndex("Document", new_name="document_unfinished", old_name="report_unfinished"),
                migrations.RenameIndex(
                    "Document", new_name="document_unfinished_single", old_name="report_unfinished_single"
                ),
            ],
        ),
        InOnePass(
            "Task",
            [
                migrations.RemoveIndex("Task", "submission_by_owner"),
                migrations.RenameIndex("Task", new_name="task_by_age", old_name="submission_by_age"),
                *(
                    migrations.RemoveField("Task", name)
                    for name in (
                        *("owner", "options", "content_sha256", "student_id", "namespace"),
                        *("is_class", "students", "statistics"),
                    )
                ),
                migrations.AlterField("Task", "upload", _upload("tasks")),
            ],
        ),
    ]
