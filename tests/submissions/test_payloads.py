"""Whoever reads the logs of a class has a few of them in memory at a time."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models.sql import compiler

from feedback.queue import render_job
from feedback.store.loading import PAYLOADS_AT_ONCE
from feedback.store.models import Student, Upload
from feedback.submissions import rosters
from feedback.web import exam_questions
from tests.harness.in_process import Submit, class_of

READERS: dict[str, Callable[[Upload], object]] = {
    "the questions of the exam's form": lambda upload: exam_questions.rows_of(upload, ()),
    "the names of a roster": lambda upload: rosters.names_of(upload.pk),
    "the facts of a class": lambda upload: list(render_job._payloads(upload)),
}


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_a_few_logs_are_fetched_at_a_time(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, read: Callable[[Upload], object]
) -> None:
    submit("html", class_of(3 * PAYLOADS_AT_ONCE))
    upload, fetched = Upload.objects.get(), list[int]()
    in_pages = compiler.cursor_iter

    def noting(*arguments: Any) -> Iterator[Any]:
        for rows in in_pages(*arguments):
            fetched.append(sum(isinstance(cell, bytes | memoryview) for row in rows for cell in row))
            yield rows

    monkeypatch.setattr(compiler, "cursor_iter", noting)
    read(upload)

    assert sum(fetched) == Student.objects.count()
    assert max(fetched) <= PAYLOADS_AT_ONCE
