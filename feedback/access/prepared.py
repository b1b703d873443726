"""Queries that every request makes: their SQL is put together once. That takes Django longer than all the rest."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

# Stand in a query for what it will be about. Random: nothing that a caller names can be one of them.
AN_ID, ANOTHER_ID = uuid4(), uuid4()
A_TEXT, ANOTHER_TEXT = uuid4().hex, uuid4().hex


class Prepared(Generic[Row]):
    """The SQL of a query of whole objects or of some of their fields, with stand-ins for what changes."""

    def __init__(self, queryset: QuerySet[Row]) -> None:
        self._model = queryset.model
        self._statement, self._parameters = queryset.query.sql_with_params()

    def rows(self, values: Mapping[Any, UUID | str]) -> Iterator[Row]:
        """What is found when each stand-in is replaced by its value."""
        replaced = {_stored(stand_in): _stored(value) for stand_in, value in values.items()}
        parameters = [replaced.get(parameter, parameter) for parameter in self._parameters]
        return iter(self._model._default_manager.raw(self._statement, parameters))


def _stored(value: UUID | str) -> Any:
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
