"""A remark as it comes from a form."""

from feedback.events import Faults
from feedback.events.model import Remark
from feedback.events.strict_decoder import REFUSALS, convert_field, inspect


class NotARemarkError(Exception):
    """The text cannot be a remark; the words say why, for the person who wrote it."""


def remark_from(text: str) -> str | None:
    """The remark by the rules of a log's own; None where nothing is left of it. Raises NotARemarkError."""
    text, faults = text.replace("\r\n", "\n"), Faults()
    inspect(text, ("remark",), 0, faults)
    if faults:
        raise NotARemarkError("It holds a character that no report can show. Write it again without it.")
    try:
        remark: str | None = convert_field("remark", text, Remark)
    except REFUSALS:
        raise NotARemarkError(f"It has {len(text.strip()):,} characters. A remark has at most 2,000.") from None
    return remark
