"""A context that comes beside the events: as JSON, or its questions alone as CSV."""

from collections.abc import Mapping
from typing import IO, Any

import msgspec

from feedback.events.context import Context, Question, encode_context
from feedback.events.context_decoder import context_from, question_from
from feedback.events.context_rules import Names, check_questions
from feedback.events.faults import Faults, Line
from feedback.events.formats.cells import rows_of
from feedback.events.formats.columns import fields_of
from feedback.events.formats.piece import untyped
from feedback.events.limits import MAX_PIECE_BYTES, Limits
from feedback.events.strict_decoder import kind_of

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Question))
_NUMBERS = ("points", "minutes")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_context(source: IO[bytes], names: Names, limits: Limits) -> Context:
    """The context of a JSON object with `exam`, `questions` and `report`. Raises InvalidEvents and TooLarge."""
    faults = Faults(limits.effort.spend)
    text = source.read(MAX_PIECE_BYTES + 1)
    limits.check_piece(len(text), ("context",))
    with untyped(text.removeprefix(b"\xef\xbb\xbf"), ("context",), limits, faults) as (decoded, value):
        if decoded and not isinstance(value, dict):
            faults.add(("context",), f"expected an object with exam, questions or report, got {kind_of(value)}")
        context = context_from(value if isinstance(value, dict) else {}, (), names, faults, limits)
    faults.raise_if_any()
    return context


def read_questions(source: IO[bytes], names: Names, limits: Limits) -> Context:
    """The questions of a table with the columns of a question (`unit` is needed). Raises InvalidEvents and TooLarge."""
    faults = Faults(limits.effort.spend)
    rows = rows_of(source, faults)
    line, header = next(rows, (1, []))
    fields = fields_of(header, line, _COLUMNS, ("unit",), faults)
    if not header and not faults:
        faults.add(("questions",), f"it is empty; send a header row ({','.join(_COLUMNS)}) and a question a row")
    found = list[tuple[Line, Question]]()
    for line, row in rows if fields else ():
        cells = {field: cell.strip() for field, cell in zip(fields, row, strict=False) if field and cell.strip()}
        if len(row) > len(fields) and any(cell.strip() for cell in row[len(fields) :]):
            faults.add((Line(line),), f"{len(row)} cells, the header has {len(fields)}; put such a cell in quotes")
        elif cells and (question := question_from(values_of(cells), (Line(line),), faults)):
            found.append((Line(line), question))
            limits.check_questions(found)
    check_questions(found, names, (), faults)
    faults.raise_if_any()
    context = Context(questions=tuple(question for _, question in found))
    encode_context(context)  # raises TooLarge here already, before a class is read for nothing
    return context


def values_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells of a question as JSON would hold them; what is no number or truth stays the text it is."""
    values: dict[str, Any] = dict(cells)
    for name in _NUMBERS:
        try:
            values[name] = float(cells[name].replace(",", "."))
        except (KeyError, ValueError):
            continue
    if "optional" in cells:
        values["optional"] = _TRUTH.get(cells["optional"].casefold(), cells["optional"])
    return values
