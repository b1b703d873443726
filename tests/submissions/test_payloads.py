"""A reader of the logs of a class has few of them in memory at a time, and few bytes."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.db.compiled_query import CompiledQuery
from feedback.queue import render_job
from feedback.store import bodies, loading
from feedback.store.loading import LOGS_AT_ONCE
from feedback.store.models import Document, Student, Upload
from feedback.submissions import rosters
from feedback.web import exam_questions
from tests.harness.in_process import Submit, class_of, student, work_off

READERS: dict[str, Callable[[Upload], object]] = {
    "the questions of the exam's form": lambda upload: exam_questions.rows_of(upload, ()),
    "the names of a roster": rosters.names_of,
    "the facts of a class": lambda upload: list(render_job._payloads(upload)),
}


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The bytes of each log that is fetched, by query."""
    queries, real = list[list[int]](), CompiledQuery.rows

    def rows(query: CompiledQuery[Any], values: Mapping[Any, UUID | str]) -> Iterator[Any]:
        found = list(real(query, values))
        if found and isinstance(found[0], Student):
            queries.append([len(bytes(one.payload)) for one in found])
        return iter(found)

    monkeypatch.setattr(CompiledQuery, "rows", rows)
    return queries


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_a_few_logs_are_fetched_at_a_time(
    submit: Submit, fetched: list[list[int]], read: Callable[[Upload], object]
) -> None:
    submit("html", class_of(2 * LOGS_AT_ONCE + 1))

    read(Upload.objects.get())

    assert list(map(len, fetched)) == [LOGS_AT_ONCE, LOGS_AT_ONCE, 1]


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_large_logs_are_fetched_fewer_at_a_time(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, fetched: list[list[int]], read: Callable[[Upload], object]
) -> None:
    events = (1, 1, 1, 100, 900, 100, 100, 1)
    submit("html", [student(f"student-{number}", *range(times)) for number, times in enumerate(events)])
    sizes = [len(bytes(one)) for one in Student.objects.order_by("position").values_list("payload", flat=True)]
    monkeypatch.setattr(loading, "BYTES_AT_ONCE", sizes[3] * 5 // 2)

    read(Upload.objects.get())

    assert [sorted(one) for one in fetched] == [sorted(sizes[:4]), [sizes[4]], sorted(sizes[5:])]


def test_each_portion_is_fetched_where_there_is_room_for_it(submit: Submit) -> None:
    submit("html", class_of(LOGS_AT_ONCE + 1))
    held, most = list[int](), list[int]()

    @contextmanager
    def room(size: int) -> Iterator[None]:
        held.append(size)
        most.append(size)
        yield
        held.remove(size)

    read = [(len(payload), sum(held)) for _, payload in loading.payloads(Student.objects.all(), room)]

    assert len(most) == 2
    assert sum(most) == sum(size for size, _ in read)
    assert {now for _, now in read} == set(most), "one portion is held at a time"
    assert not held


def test_a_student_who_is_erased_while_a_class_is_read_is_left_out(submit: Submit) -> None:
    submit("html", class_of(LOGS_AT_ONCE + 2))
    reading = loading.payloads(Student.objects.all())
    first, _ = next(reading)
    gone = Student.objects.order_by("-position")[0]
    Student.objects.filter(pk=gone.pk).delete()
    found = [first, *(one for one, _ in reading)]
    assert found == list(Student.objects.order_by("position").values_list("pk", flat=True))


@given(st.lists(st.integers(0, 30)), st.integers(1, 5), st.integers(1, 60))
def test_portions_hold_all_in_order_and_only_one_that_is_alone_is_larger(
    sizes: list[int], most: int, most_bytes: int
) -> None:
    found = list(loading.portions(list(enumerate(sizes)), most, most_bytes))
    assert [one for portion in found for one in portion] == list(enumerate(sizes))
    assert all(0 < len(portion) <= most for portion in found)
    assert all(len(portion) == 1 or sum(size for _, size in portion) <= most_bytes for portion in found)
    for before, after in pairwise(found):
        assert len(before) == most or sum(size for _, size in before) + after[0][1] > most_bytes, "none is cut too soon"


def test_the_findings_of_a_class_report_are_fetched_by_their_bytes(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log of few bytes may have many of findings."""
    events = (1, 1, 200, 1)
    submit("html", [student(f"student-{number}", *range(times)) for number, times in enumerate(events)])
    portions, real = list[list[int]](), loading._values_in

    def values_in(column: str, ids: Collection[UUID]) -> dict[UUID, bytes]:
        found = real(column, ids)
        if column == "findings":
            portions.append([len(one) for one in found.values()])
        return found

    monkeypatch.setattr(loading, "_values_in", values_in)
    monkeypatch.setattr(loading, "BYTES_AT_ONCE", 30_000)
    work_off()

    assert Document.objects.filter(state="SUCCESS").count() == len(events) + 1
    assert list(map(len, portions)) == [2, 1, 1]
    assert portions[1][0] > 30_000


def test_documents_that_are_streamed_are_fetched_by_their_bytes(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", [student(f"student-{number}", *range(times)) for number, times in enumerate((1, 1, 60, 1))])
    work_off()
    sizes = {one.pk: len(bytes(one.body or b"")) for one in Document.objects.all()}
    most = 2 * min(sizes.values()) + 1_000
    portions, real = list[list[int]](), bodies._read

    def read(documents: Sequence[Document]) -> dict[UUID, bytes]:
        portions.append([sizes[one.pk] for one in documents])
        return real(documents)

    monkeypatch.setattr(bodies, "_read", read)
    monkeypatch.setattr(bodies, "BYTES_AT_ONCE", most)

    assert {id_: len(body) for id_, body in bodies.of_many(sizes.keys())} == sizes
    assert sorted(size for portion in portions for size in portion) == sorted(sizes.values())
    assert all(len(portion) == 1 or sum(portion) <= most for portion in portions)
