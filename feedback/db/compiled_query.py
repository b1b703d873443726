"""Queries that nearly every request makes, compiled to SQL once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)

# Stand-ins for the values of a query. Random, so that no value a caller sends can be equal to one.
AN_ID, ANOTHER_ID = uuid4(), uuid4()
A_TEXT, ANOTHER_TEXT = uuid4().hex, uuid4().hex


class CompiledQuery(Generic[Row]):
    """A query set of objects, whole or with some of their fields, compiled once and asked many times.

    Django compiles a query set each time it is asked; for a look-up by id that takes longer than everything else. Here
    the constructor does that half of the work, and `rows` the other: execute, convert, make objects.

    Objects that `select_related` names come along in the same query.
    """

    def __init__(self, queryset: QuerySet[Row], *, binary: bool = False) -> None:
        """`queryset` is about stand-ins (above) where the values will be.

        With `binary` PostgreSQL sends values as they are: bytes would else come as hexadecimal digits, twice the size.
        Not for a query with a JSON field, of which Django expects the text.
        """
        self._binary = binary
        compiler = queryset.query.get_compiler(connection=connection)
        self._statement, self._parameters = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        own = compiler.klass_info["select_fields"]
        self._model, self._names = queryset.model, [columns[place].target.attname for place in own]
        known: Any = get_related_populators  # whose stubs are of Django 6
        self._related = known(compiler.klass_info, compiler.select, connection.alias)
        self._converters = compiler.get_converters(columns)

    def rows(self, values: Mapping[Any, UUID | str]) -> Iterator[Row]:
        """The objects found when each stand-in is replaced by its value; fields left out are fetched when asked for."""
        replaced = {_stored(stand_in): _stored(value) for stand_in, value in values.items()}
        with binding_cursor(binary=True) if self._binary else connection.cursor() as cursor:
            cursor.execute(self._statement, [replaced.get(parameter, parameter) for parameter in self._parameters])
            found = cursor.fetchall()
        return map(self._object, found)

    def _object(self, row: Sequence[Any]) -> Row:
        values = self._converted(row)
        found = self._model.from_db(connection.alias, self._names, values[: len(self._names)])
        for populator in self._related:
            populator.populate(values, found)
        return found

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row's values as the model's fields have them, by the converters of the fields and of the database."""
        converted = list(row)
        for index, (converters, column) in self._converters.items():
            for convert in converters:
                converted[index] = convert(converted[index], column, connection)
        return converted


def padded(ids: Collection[UUID]) -> list[UUID]:
    """As many as a power of two, the last one again and again: few statements do for all sizes."""
    return [*ids, *list(ids)[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))]


def places(number: int) -> list[UUID]:
    """That many stand-ins for ids; no id of ours, which are random, is one of them."""
    return [UUID(int=place) for place in range(number)]


def _stored(value: UUID | str) -> Any:
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


@contextmanager
def binding_cursor(*, binary: bool = False) -> Iterator[Any]:
    """A cursor that sends values beside the statement, and gets them in this form. Its faults are Django's.

    On PostgreSQL Django's own writes them into it: more bytes, and all of them to be parsed.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.format = psycopg.pq.Format(binary)
        yield cursor
