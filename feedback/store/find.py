"""Finding one document for a caller: the query that the service is asked most."""

import functools
from typing import Any, Literal
from uuid import UUID

from feedback.access.callers import Caller
from feedback.contract.formats import Format
from feedback.db.compiled_query import AN_ID, ANOTHER_ID, CompiledQuery
from feedback.store.models import HEADLINE, Document, Task
from feedback.store.small import small

Content = Literal["body", "findings", "nothing"]

_SMALL = (
    *(
        "position",
        "kind",
        "state",
        "fence",
        "error",
        "filename",
        "media_type",
        "sha256",
        "stored_fence",
        "about__revision",
    ),
    *("about__student_id", "about__namespace", "task__format", "task__upload__student_id", "task__upload__namespace"),
    "task__upload__source",
)
_LARGE = {"body": ("body",), "findings": ("about__findings", "task__findings"), "nothing": ()}


def find_task(caller: Caller, format_: Format, task_id: UUID) -> Task | None:
    """A task with its upload; None if the caller sees none such. One query."""
    tasks = small(Task.objects.visible_to(caller), "upload")
    return tasks.filter(pk=task_id, format=format_.value).first()


def find_document(
    caller: Caller, format_: Format, task_id: UUID, document_id: UUID | None = None, content: Content = "nothing"
) -> Document | None:
    """The document of a task, its headline unless named, with this of its content; None if the caller sees none such.

    One query. What else a document has is fetched when it is asked for.
    """
    query = _compiled(caller, format_, document_id is None, content)
    return next(query.rows({AN_ID: task_id} | ({ANOTHER_ID: document_id} if document_id else {})), None)


@functools.lru_cache(maxsize=1024)
def _compiled(caller: Caller, format_: Format, headline: bool, content: Content) -> CompiledQuery[Document]:
    tasks = Task.objects.visible_to(caller).filter(pk=AN_ID, format=format_.value)
    which: dict[str, Any] = {"position": HEADLINE} if headline else {"pk": ANOTHER_ID}
    # The task is named a second time, for the index: its documents are then found without a look at any others.
    documents = Document.objects.filter(task=AN_ID, task__in=tasks, **which)
    return CompiledQuery(
        documents.select_related("about", "task__upload").only("pk", *_SMALL, *_LARGE[content]), binary=True
    )
