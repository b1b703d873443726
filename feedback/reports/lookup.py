"""Finding one report for whoever asks: the query that the service is asked most.

Its SQL is put together once for each caller and kind of look-up. For a report that is done, that took Django
three times as long as all else that the look-up needs.
"""

import functools
from typing import Any, Literal
from uuid import UUID, uuid4

from django.db import connection

from feedback.access.callers import Caller
from feedback.rendering import Format
from feedback.reports.models import HEADLINE, Report

Content = Literal["body", "findings", "nothing"]

_SMALL = (
    *("submission_id", "position", "kind", "student_id", "namespace", "state", "fence", "error"),
    *("filename", "media_type", "sha256"),
)
# Stand in a statement for the ids that it will be about. Random: nothing that a caller names can be one of them.
_ANY_TASK, _ANY_REPORT = uuid4(), uuid4()


def find_report(
    caller: Caller, format_: Format, task_id: UUID, report_id: UUID | None = None, content: Content = "nothing"
) -> Report | None:
    """The report of a task, its headline unless named, with this of its content; None if the caller sees none such.

    One query. What else a report has is fetched when it is asked for.
    """
    statement, parameters = _statement(caller, format_, report_id is None, content)
    value_of = functools.partial(Report._meta.pk.get_db_prep_value, connection=connection)
    wanted = {value_of(_ANY_TASK): value_of(task_id), value_of(_ANY_REPORT): value_of(report_id)}
    found = Report.objects.raw(statement, [wanted.get(value, value) for value in parameters])
    return next(iter(found), None)


@functools.lru_cache(maxsize=1024)
def _statement(caller: Caller, format_: Format, headline: bool, content: Content) -> tuple[str, tuple[Any, ...]]:
    which: dict[str, Any] = {"position": HEADLINE} if headline else {"pk": _ANY_REPORT}
    reports = Report.objects.visible_to(caller).filter(submission=_ANY_TASK, submission__format=format_.value, **which)
    columns = _SMALL if content == "nothing" else (*_SMALL, content)
    statement, parameters = reports.only("pk", *columns).query.sql_with_params()
    return statement, tuple(parameters)
