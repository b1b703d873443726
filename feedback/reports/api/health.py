"""Whether this process lives, and whether it can do its work."""

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


def ready(_request: HttpRequest) -> JsonResponse:
    """200 once the database answers and has every migration; else 503 with what is missing."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _not_ready("The database cannot be reached.")
    if missing:
        return _not_ready("The database is not migrated: run `python manage.py migrate`.")
    return JsonResponse({"status": "ready"})


def _not_ready(why: str) -> JsonResponse:
    return JsonResponse({"error": why, "details": {}}, status=503, headers={"Retry-After": "1"})
