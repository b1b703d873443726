"""What a worker asks for each time is put together by Django once; that takes it longer than the answer does."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db.models.sql.compiler import SQLCompiler
from pytest_django import DjangoAssertNumQueries

from feedback.store import loading
from feedback.store.loading import Log
from feedback.store.models import Student, Task
from tests.harness.in_process import Submit, class_of, student
from tests.harness.messages import traced


def ids() -> list[UUID]:
    return list(Task.objects.order_by("created_at").values_list("id", flat=True))


def forbid_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a query that Django has to write is a fault."""

    def as_sql(*_: object, **__: object) -> None:
        raise AssertionError("put together again")

    monkeypatch.setattr(SQLCompiler, "as_sql", as_sql)


def test_tasks_are_loaded_with_their_uploads_in_one_query_whatever_their_number(
    submit: Submit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    submit("pdf", class_of(2), "?tz=Asia/Kolkata")
    for number in range(4):
        submit("html", student(f"student-{number}"))
    for number in range(1, 6):
        wanted = ids()[:number]
        with django_assert_num_queries(1):
            found = loading.tasks([*wanted, uuid4()])
            known = {id_: vars_of(one) for id_, one in found.items()}
        assert known == {one.id: vars_of(one) for one in Task.objects.filter(id__in=wanted)}
    with django_assert_num_queries(0):
        assert loading.tasks([]) == {}


def vars_of(task: Task) -> dict[str, object]:
    """All its fields that a worker needs and those of its upload, options as the dictionary that they are."""
    assert isinstance(task.upload.options, dict)
    return {
        f"{row}.{field.attname}": getattr(row, field.attname)
        for row in (task, task.upload)
        for field in row._meta.concrete_fields
        if (type(row), field.attname) != (Task, "findings")
    }


def test_an_erased_task_is_none(submit: Submit) -> None:
    submit("html", student())
    [there] = ids()
    Task.objects.all().delete()
    assert loading.tasks([there]) == {}


def test_tasks_of_one_upload_share_it_so_that_what_is_found_for_one_serves_all(submit: Submit) -> None:
    submit("html", class_of(2))
    submit("pdf", class_of(2))
    html, pdf = loading.tasks(ids()).values()
    assert html.upload is pdf.upload


def test_logs_are_loaded_in_one_query_whatever_their_number(
    submit: Submit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    submit("html", class_of(4))
    rows = Student.objects.values_list("id", "payload")
    stored = {id_: Log(bytes(payload), None, 0) for id_, payload in rows}
    assert len({log.payload for log in stored.values()}) == 4
    for number in (1, 3, 4):
        with django_assert_num_queries(0):  # not through the cursor that Django counts
            found = loading.logs([*list(stored)[:number], uuid4()])
        assert found == dict(list(stored.items())[:number])
    assert loading.logs([]) == {}


def test_a_log_comes_to_the_worker_as_it_is_not_in_hexadecimal_digits(submit: Submit, tmp_path: Path) -> None:
    submit("html", student("ada"))
    ids_ = list(Student.objects.values_list("id", flat=True))
    assert '"student_id":"' in traced(tmp_path / "messages", lambda: loading.logs(ids_))


def test_neither_tasks_nor_logs_are_asked_for_by_a_statement_made_anew(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", student())
    [there] = ids()
    loading.tasks([there])
    loading.logs([there])

    forbid_compiling(monkeypatch)
    assert loading.tasks([there]).keys() == {there}
    assert loading.logs([there]) == {}, "that is no student's id"
