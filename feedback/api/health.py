"""Whether this process lives, and whether the service can do its work."""

import functools
from collections.abc import Callable, Iterable, Iterator

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from feedback.api.errors import RETRY_AFTER, STORE_LOST, envelope
from feedback.api.kept import Kept
from feedback.queue import stall
from feedback.store import objects
from feedback.store.objects import StoreLost
from feedback.submissions.upload_limits import has_room

log = structlog.stdlib.get_logger(__name__)

Check = Callable[[], Iterator[str]]
View = Callable[[HttpRequest], JsonResponse]


def _kept(check: Check) -> Kept[list[str]]:
    """A check whose good answer is kept; a bad one is not, so that what was mended is seen at once."""
    return Kept(lambda: list(check()), keeps=lambda missing: not missing)


def _read_only(view: View) -> View:
    @csrf_exempt  # whatever is refused here is refused for its method
    @functools.wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        why = f"{request.method} is not possible here; the Allow header lists what is."
        return JsonResponse(envelope(why), status=405, headers={"Allow": "GET, HEAD"})

    return answer


@login_not_required
@_read_only
def live(_request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers: what an orchestrator restarts it by."""
    return JsonResponse({"status": "live"})


@login_not_required
@_read_only
def accepting(_request: HttpRequest) -> JsonResponse:
    """200 where a POST would be taken, whoever may be there to do the work: what traffic is routed by."""
    return _answer("accepting", _reached, migrated, _room)


@login_not_required
@_read_only
def ready(_request: HttpRequest) -> JsonResponse:
    """200 where work is taken and done; else 503 with what is missing."""
    return _answer("ready", _reached, migrated, _room, documents_kept, working)


def _answer(status: str, *checks: Callable[[], Iterable[str]]) -> JsonResponse:
    try:
        missing = next(filter(None, (list(check()) for check in checks)), [])
    except DatabaseError:
        missing = ["The database cannot be reached. Start it, or check DATABASE_URL."]
    if not missing:
        return JsonResponse({"status": status})
    return JsonResponse(envelope(" ".join(missing)), status=503, headers=RETRY_AFTER)


def _reached() -> Iterator[str]:
    """Nothing is missing. Raises DatabaseError where the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    yield from ()


@_kept
def migrated() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield "The database is not migrated: run `feedback manage migrate`."


def _room() -> Iterator[str]:
    if not has_room():
        yield "The disk for uploads is full: make room in the temporary folder (TMPDIR)."


@_kept
def documents_kept() -> Iterator[str]:
    store = objects.store()
    try:
        if store is not None:
            store.reach()
    except StoreLost as fault:
        log.warning("the document store is lost", fault=str(fault))  # whoever asks need not know where it is
        yield (
            f"{STORE_LOST} Start it, or check FEEDBACK_DOCUMENTS_URL, AWS_ENDPOINT_URL and the keys; the log has "
            "what the store answered. What is posted is taken, and its reports are made when the store is back."
        )


@_kept
def working() -> Iterator[str]:
    limit = settings.FEEDBACK_STALL_SECONDS
    for queue in stall.queues():
        if queue.stalled(limit):
            yield (
                f"The work in the queue `{queue.name}` is not being done: {queue.ready:,} reports are due, the oldest "
                f"for {queue.oldest_due_seconds:,.0f} seconds, and none was finished in the last {limit:,}. "
                f"{stall.advice(limit)} Nothing is lost."
            )
