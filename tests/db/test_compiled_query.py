"""A compiled query finds what Django's own finds, and compiles once."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from feedback.access.audit import Action
from feedback.access.models import ApiKey, AuditEntry, Grant
from feedback.db.compiled_query import A_TEXT, AN_ID, ANOTHER_ID, ANOTHER_TEXT, CompiledQuery, padded, places

pytestmark = pytest.mark.django_db


def entry(actor: str, task_id: UUID | None = None) -> AuditEntry:
    return AuditEntry.objects.create(actor=actor, action=Action.READ, what="task", task_id=task_id)


def fields_of(one: AuditEntry) -> dict[str, object]:
    return {field.attname: getattr(one, field.attname) for field in AuditEntry._meta.concrete_fields}


@pytest.mark.parametrize("binary", [False, True])
def test_it_finds_the_objects_that_django_finds_with_the_same_values(binary: bool) -> None:
    task, other = uuid4(), uuid4()
    for actor, task_id in (("one", task), ("two", task), ("one", other), ("one", None)):
        entry(actor, task_id)
    queryset = AuditEntry.objects.filter(actor=A_TEXT, task_id__in=[AN_ID, ANOTHER_ID]).order_by("pk")
    query = CompiledQuery(queryset, binary=binary)

    for actor, ids in (("one", (task, other)), ("two", (task, other)), ("one", (task, task)), ("three", (task, other))):
        found = list(query.rows({A_TEXT: actor, AN_ID: ids[0], ANOTHER_ID: ids[1]}))
        expected = AuditEntry.objects.filter(actor=actor, task_id__in=ids).order_by("pk")
        assert [fields_of(one) for one in found] == [fields_of(one) for one in expected]


def test_it_is_compiled_once_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, as_sql = [], SQLCompiler.as_sql

    def noted(compiler: SQLCompiler, *arguments: object, **options: object) -> object:
        compiled.append(compiler)
        return as_sql(compiler, *arguments, **options)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(SQLCompiler, "as_sql", noted)
    query = CompiledQuery(AuditEntry.objects.filter(actor=A_TEXT))
    before = len(compiled)
    for number in range(5):
        assert list(query.rows({A_TEXT: str(number)})) == []
    assert before >= 1
    assert len(compiled) == before


def test_a_field_that_was_left_out_is_fetched_when_it_is_asked_for() -> None:
    made = entry("one")
    [found] = CompiledQuery(AuditEntry.objects.filter(actor=A_TEXT).only("pk")).rows({A_TEXT: "one"})

    with CaptureQueriesContext(connection) as queries:
        assert found.pk == made.pk
        assert len(queries) == 0
        assert found.what == "task"
        assert len(queries) == 1


def test_a_json_field_comes_as_python_has_it() -> None:
    ApiKey.objects.create(name="platform", prefix="abc", secret_sha256="0" * 64, namespaces=["cs101", "ü"])
    [found] = CompiledQuery(ApiKey.objects.filter(prefix=A_TEXT)).rows({A_TEXT: "abc"})

    assert found.namespaces == ["cs101", "ü"]


def test_related_objects_come_along(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = User.objects.create_user("ada")
    Grant.objects.create(user=user, namespace="cs101")
    query = CompiledQuery(Grant.objects.filter(namespace=A_TEXT).select_related("user").only("pk", "user__username"))

    with django_assert_num_queries(1):
        [found] = query.rows({A_TEXT: "cs101"})
        assert (found.user.pk, found.user.username) == (user.pk, "ada")


def test_a_value_that_looks_like_sql_or_like_a_placeholder_is_only_a_value() -> None:
    names = ["'; DROP TABLE access_auditentry; --", "%s", "%%", ANOTHER_TEXT, "ü\U0001f600"]
    query = CompiledQuery(AuditEntry.objects.filter(actor=A_TEXT))
    for name in names:
        entry(name)
    for name in names:
        assert [one.actor for one in query.rows({A_TEXT: name})] == [name]


@pytest.mark.parametrize(("number", "size"), [(1, 1), (2, 2), (3, 4), (5, 8), (8, 8), (9, 16)])
def test_ids_are_padded_to_a_power_of_two_with_the_last_of_them(number: int, size: int) -> None:
    ids = [uuid4() for _ in range(number)]

    assert len(padded(ids)) == size
    assert padded(ids)[:number] == ids
    assert set(padded(ids)) == set(ids)
    assert len(set(places(size))) == size
