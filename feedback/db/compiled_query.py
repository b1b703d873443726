"""Queries that every request makes: their SQL is put together once. That takes Django longer than all the rest."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

# Stand in a query for what it will be about. Random: nothing that a caller names can be one of them.
AN_ID, ANOTHER_ID = uuid4(), uuid4()
A_TEXT, ANOTHER_TEXT = uuid4().hex, uuid4().hex
A_LIMIT = 1_000_000_007  # of how many rows a query may find: far above any of ours


class Prepared(Generic[Row]):
    """The SQL of a query of objects, whole or with some of their fields, with stand-ins for what changes.

    It does what Django's own iteration over a query set does, in two halves: this one once, `rows` each time.
    """

    def __init__(self, queryset: QuerySet[Row], constants: Collection[str | int] = (), *, binary: bool = False) -> None:
        """`constants` are of ours, and written into the statement: SQLite uses no partial index by a parameter.

        What is `binary` comes from PostgreSQL as it is, documents above all, where else they come in hexadecimal
        digits. Not for JSON, of which Django expects the text.
        """
        self._binary = binary
        compiler = queryset.query.get_compiler(connection=connection)
        statement, parameters = _with_limit(*compiler.as_sql())
        self._statement, self._parameters = _with_literals(statement, parameters, constants)
        columns = [column for column, _, _ in compiler.select]
        self._model, self._names = queryset.model, [column.target.attname for column in columns]
        self._converters = compiler.get_converters(columns)

    def rows(self, values: Mapping[Any, UUID | str | int]) -> Iterator[Row]:
        """The rows found when each stand-in is replaced by its value."""
        replaced = {_stored(stand_in): _stored(value) for stand_in, value in values.items()}
        with binding_cursor(binary=True) if self._binary else connection.cursor() as cursor:
            cursor.execute(self._statement, [replaced.get(parameter, parameter) for parameter in self._parameters])
            found = cursor.fetchall()
        return (self._model.from_db(connection.alias, self._names, self._converted(row)) for row in found)

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row as Python has it: where the database has a type of its own for a field, it comes as that."""
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


def _with_limit(statement: str, parameters: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """With the stand-in of a limit, which Django writes into the statement, as a parameter."""
    before, found, after = statement.partition(f" LIMIT {A_LIMIT}")
    if not found:
        return statement, parameters
    place = before.count("%s")
    return f"{before} LIMIT %s{after}", [*parameters[:place], A_LIMIT, *parameters[place:]]


def _with_literals(
    statement: str, parameters: Sequence[Any], constants: Collection[str | int]
) -> tuple[str, list[Any]]:
    pieces, left = statement.split("%s"), []
    for place, parameter in enumerate(parameters):
        if parameter in constants:
            pieces[place] += f"'{parameter}'" if isinstance(parameter, str) else str(parameter)
        else:
            pieces[place] += "%s"
            left.append(parameter)
    return "".join(pieces), left


def _stored(value: UUID | str | int) -> Any:
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
