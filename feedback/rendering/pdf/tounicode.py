"""ToUnicode maps of the fonts in a PDF: which text each code of a font stands for (ISO 32000-1, 9.10.3).

Only what Typst writes is read: single codes in `beginbfchar` blocks.
"""

import re

_BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def read(cmap: bytes) -> dict[int, str]:
    """The text of each code."""
    pairs = (pair for block in _BLOCK.findall(cmap) for pair in _PAIR.findall(block))
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def changed(cmap: bytes, texts: dict[int, str]) -> bytes:
    """The map with other texts for some codes."""

    def pair(found: re.Match[bytes]) -> bytes:
        text = texts.get(int(found[1], 16))
        return found[0] if text is None else b"<%s> <%s>" % (found[1], text.encode("utf-16-be").hex().upper().encode())

    return _BLOCK.sub(lambda block: _PAIR.sub(pair, block[0]), cmap)
