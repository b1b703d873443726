"""Finding one report for whoever asks: the query that the service is asked most."""

import functools
from typing import Any, Literal
from uuid import UUID

from feedback.access.callers import Caller
from feedback.contract.formats import Format
from feedback.db.compiled_query import AN_ID, ANOTHER_ID, CompiledQuery
from feedback.store.models import HEADLINE, Report, Submission

Content = Literal["body", "findings", "nothing"]

_SMALL = (
    *("submission_id", "position", "kind", "student_id", "namespace", "state", "fence", "error"),
    *("filename", "media_type", "sha256"),
)


def find_report(
    caller: Caller, format_: Format, task_id: UUID, report_id: UUID | None = None, content: Content = "nothing"
) -> Report | None:
    """The report of a task, its headline unless named, with this of its content; None if the caller sees none such.

    One query. What else a report has is fetched when it is asked for.
    """
    query = _compiled(caller, format_, report_id is None, content)
    return next(query.rows({AN_ID: task_id} | ({ANOTHER_ID: report_id} if report_id else {})), None)


@functools.lru_cache(maxsize=1024)
def _compiled(caller: Caller, format_: Format, headline: bool, content: Content) -> CompiledQuery[Report]:
    tasks = Submission.objects.visible_to(caller).filter(pk=AN_ID, format=format_.value)
    which: dict[str, Any] = {"position": HEADLINE} if headline else {"pk": ANOTHER_ID}
    # The task is named a second time, for the index: its reports are then found without a look at any others.
    reports = Report.objects.filter(submission=AN_ID, submission__in=tasks, **which)
    return CompiledQuery(reports.only("pk", *_SMALL, *(() if content == "nothing" else (content,))), binary=True)
