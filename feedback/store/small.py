"""What lists and look-ups read of rows: no column that may have megabytes, of them or of what they are joined with."""

from collections.abc import Collection
from typing import Any, TypeVar

from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


def small(rows: Rows, *related: str, but: Collection[str] = ()) -> Rows:
    """The rows, joined with these relations of theirs; columns that their models call LARGE are left out.

    `but` are the large ones that every row is asked for (`about__findings`). Any other is a query of its own, once it
    is asked for.
    """
    columns = {path for relation in ("", *related) for path in _large(rows.model, relation)}
    joined = rows.select_related(*related) if related else rows
    return joined.defer(*sorted(columns - set(but)))


def _large(model: Any, relation: str) -> list[str]:
    """The large columns of a model, and of all there is on the way along a relation (`task__upload`)."""
    found, path = list[str](getattr(model, "LARGE", ())), ""
    for step in filter(None, relation.split("__")):
        model, path = model._meta.get_field(step).related_model, f"{path}{step}__"
        found += [f"{path}{column}" for column in getattr(model, "LARGE", ())]
    return found
