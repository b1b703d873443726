"""What a worker asks for each time is put together by Django once; that takes it longer than the answer does."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db.models.sql.compiler import SQLCompiler
from pytest_django import DjangoAssertNumQueries

from feedback.store import loading
from feedback.store.models import Report, Submission
from tests.harness.in_process import Submit, class_of, student
from tests.harness.messages import traced


def ids() -> list[UUID]:
    return list(Submission.objects.order_by("created_at").values_list("id", flat=True))


def forbid_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a query that Django has to write is a fault."""

    def as_sql(*_: object, **__: object) -> None:
        raise AssertionError("put together again")

    monkeypatch.setattr(SQLCompiler, "as_sql", as_sql)


def test_submissions_are_loaded_whole_in_one_query_whatever_their_number(
    submit: Submit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    submit("pdf", class_of(2), "?tz=Asia/Kolkata")
    for number in range(4):
        submit("html", student(f"student-{number}"))
    for number in range(1, 6):
        wanted = ids()[:number]
        with django_assert_num_queries(1):
            found = loading.submissions([*wanted, uuid4()])
        assert {id_: vars_of(one) for id_, one in found.items()} == {
            one.id: vars_of(one) for one in Submission.objects.filter(id__in=wanted)
        }
    with django_assert_num_queries(0):
        assert loading.submissions([]) == {}


def vars_of(submission: Submission) -> dict[str, object]:
    """All its fields, options as the dictionary that they are."""
    assert isinstance(submission.options, dict)
    return {field.attname: getattr(submission, field.attname) for field in Submission._meta.concrete_fields}


def test_an_erased_submission_is_none(submit: Submit) -> None:
    submit("html", student())
    [there] = ids()
    Submission.objects.all().delete()
    assert loading.submission(there) is None


def test_logs_are_loaded_in_one_query_whatever_their_number(
    submit: Submit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    submit("html", class_of(4))
    stored = {id_: bytes(payload) for id_, payload in Report.objects.values_list("id", "payload")}
    assert set(stored.values()) != {b""}
    for number in (1, 3, 5):
        with django_assert_num_queries(0):  # not through the cursor that Django counts
            found = loading.payloads([*list(stored)[:number], uuid4()])
        assert found == dict(list(stored.items())[:number])
    assert loading.payloads([]) == {}


def test_a_log_comes_to_the_worker_as_it_is_not_in_hexadecimal_digits(submit: Submit, tmp_path: Path) -> None:
    submit("html", student("ada"))
    ids_ = list(Report.objects.values_list("id", flat=True))
    assert '"student_id":"' in traced(tmp_path / "messages", lambda: loading.payloads(ids_))


def test_neither_submissions_nor_logs_are_asked_for_by_a_statement_made_anew(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", student())
    [there] = ids()
    loading.submission(there)
    loading.payloads([there])

    forbid_compiling(monkeypatch)
    assert loading.submission(there) is not None
    assert loading.payloads([there]) == {}, "that is no report's id"
