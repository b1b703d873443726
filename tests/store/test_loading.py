"""What a worker asks for each time is put together by Django once; that takes it longer than the answer does."""

from uuid import UUID, uuid4

import pytest
from django.db.models.sql.compiler import SQLCompiler
from pytest_django import DjangoAssertNumQueries

from feedback.queue import fairness
from feedback.store import loading
from feedback.store.models import Submission
from tests.harness.in_process import Submit, class_of, student


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


def test_neither_submissions_nor_who_waits_are_asked_for_by_a_statement_made_anew(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit("html", student())
    [there] = ids()
    loading.submission(there)
    list(fairness._who_waits())

    forbid_compiling(monkeypatch)
    assert loading.submission(there) is not None
    assert list(fairness._who_waits()) == [("", there)]
