"""Headers that are parsed for parameters: refused before they are, where parsing them would cost too much.

The parsers of the standard library, which Django uses, take time by the square of the separators in a quoted text,
and for cookies by the square of the backslashes (CVE-2024-7592, in Python up to 3.11.9).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

PARSED = frozenset((b"content-type", b"accept", b"content-disposition", b"accept-language", b"content-encoding"))
MAX_PARSED_BYTES = 4 << 10
MAX_SEPARATORS = 64

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# Each blank has one place in it: where it had two, a header of 80 bytes took hours.
_MEDIA_TYPE = re.compile(
    rb"[ \t]*%(t)s/%(t)s[ \t]*(?:;[ \t]*(?:%(t)s=(?:%(t)s|\"(?:[^\"\\]|\\.)*\")[ \t]*)?)*" % {b"t": _TOKEN}, re.DOTALL
)


class Declared(NamedTuple):
    """What the headers say: of how many bytes the body is, None where they do not say it, and what is wrong with them.

    `refusal` is (status, error).
    """

    length: int | None
    refusal: tuple[int, str] | None = None


def declared(headers: Iterable[tuple[bytes, bytes]]) -> Declared:
    """One look at all of them; the names are in lower case, as ASGI has them."""
    length: int | None = 0
    escapes = 0
    for name, value in headers:
        if name == b"content-length":
            length = int(value) if value.isdigit() else None
        elif name == b"transfer-encoding":
            length = None
        elif name == b"cookie":
            escapes += value.count(b"\\")
            if escapes > MAX_SEPARATORS:
                return Declared(0, (431, _TOO_MANY_ESCAPES))
        elif name in PARSED:
            if len(value) > MAX_PARSED_BYTES or value.count(b";") > MAX_SEPARATORS:
                return Declared(0, (431, _too_long(name)))
            if name == b"content-type" and value and not _MEDIA_TYPE.fullmatch(value):
                return Declared(0, (400, _MALFORMED))
    return Declared(length)


def _too_long(name: bytes) -> str:
    return (
        f"The header {name.decode().title()} is longer than {MAX_PARSED_BYTES:,} bytes, or has more than "
        f"{MAX_SEPARATORS} parameters. Send a shorter one."
    )


_TOO_MANY_ESCAPES = (
    f"The header Cookie has more than {MAX_SEPARATORS} backslashes. Delete the cookies of this site, and ask again."
)
_MALFORMED = "The header Content-Type is malformed. Write it as in `Content-Type: application/json; charset=utf-8`."
