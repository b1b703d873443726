"""The statements of `statements.sql` by their names: in the words of each of the two databases, and run in this one."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

# Stand-ins of the file and what each database says; `%` is doubled, as every statement is sent with parameters.
_MOMENT = r"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW'{})"
_WORDS: Mapping[str, Mapping[str, str]] = {
    "postgresql": {
        r"\bNEW_ID\(\)": "GEN_RANDOM_UUID()",
        r"\bNOW\(\)": "STATEMENT_TIMESTAMP()",
        r"\bSECONDS_FROM_NOW\((-?%\(\w+\)s)\)": r"STATEMENT_TIMESTAMP() + (\1) * INTERVAL '1 second'",
        r"\bSECONDS_SINCE\((.+?)\)": r"EXTRACT(EPOCH FROM STATEMENT_TIMESTAMP() - \1)",
        r"\bAMONG\((%\(\w+\)s)\)": r"= ANY(\1)",
        r"\bSKIP_LOCKED\((.+?)\)": r"FOR UPDATE OF \1 SKIP LOCKED",
    },
    "sqlite": {
        r"\bNEW_ID\(\)": "LOWER(HEX(RANDOMBLOB(16)))",
        r"\bNOW\(\)": _MOMENT.format(""),
        r"\bSECONDS_FROM_NOW\((-?%\(\w+\)s)\)": _MOMENT.format(r", (\1) || ' seconds'"),
        r"\bSECONDS_SINCE\((.+?)\)": r"86400.0 * (JULIANDAY('NOW') - JULIANDAY(\1))",
        r"\bAMONG\((%\(\w+\)s)\)": r"IN (SELECT value FROM JSON_EACH(\1))",
        r"\bLEAST\(": "MIN(",
        r"\bGREATEST\(": "MAX(",
        r"\bSKIP_LOCKED\((.+?)\)": "",
    },
}
_PART = re.compile(r"^-- (fragment|name): (\w+)\n", re.MULTILINE)
_COMMENT = re.compile(r"^--.*\n?", re.MULTILINE)
_FRAGMENT = re.compile(r"\{(\w+)\}")


def load(vendor: str) -> Mapping[str, str]:
    """Every statement by its name, for `postgresql` or `sqlite`."""
    text = Path(__file__).with_name("statements.sql").read_text(encoding="utf-8")
    _, *parts = _PART.split(text)
    fragments, named = dict[str, str](), dict[str, str]()
    for kind, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        whole = _FRAGMENT.sub(lambda found: fragments[found[1]], _COMMENT.sub("", body).strip())
        (fragments if kind == "fragment" else named)[name] = whole
    return {name: _translated(statement, vendor) for name, statement in named.items()}


def rows(name: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run a statement; returns its rows."""
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        return list(cursor.fetchall())


def change(name: str, **values: Any) -> int:
    """Run a statement; returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        return int(cursor.rowcount)


@cache
def in_one(before: tuple[str, ...], name: str) -> str:
    """One statement of PostgreSQL that first runs those in `before`, and then `name`, an UPDATE that ends in its WHERE.

    A data-modifying statement in WITH that nothing reads is run after the main statement. So the condition of the main
    statement counts the rows of each: it has to be run to its end before the first row is updated.
    """
    first = ", ".join(f"{one} AS ({SQL[one]} RETURNING 1)" for one in before)
    counted = " AND ".join(f"(SELECT COUNT(*) FROM {one}) >= 0" for one in before)  # noqa: S608 - names of our own
    return f"WITH {first} {SQL[name]} AND {counted}"


def parameter(id_: UUID) -> UUID | str:
    """An id as a parameter of its own."""
    return id_ if connection.features.has_native_uuid_field else id_.hex


def among(ids: Iterable[UUID]) -> Any:
    """Ids as the one parameter of an AMONG."""
    return list(ids) if connection.vendor == "postgresql" else json.dumps([id_.hex for id_ in ids])


def found_id(found: UUID | str) -> UUID:
    """An id as it stands in a row that was found."""
    return found if isinstance(found, UUID) else UUID(found)


def _translated(statement: str, vendor: str) -> str:
    for stand_in, words in _WORDS[vendor].items():
        statement = re.sub(stand_in, words, statement)
    return " ".join(statement.split())


# Those of the database in use.
SQL = load(connection.vendor)
