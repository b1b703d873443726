"""Text from outside made fit to be set: what cannot be shown is shown as its code point, `⟨U+FEFF⟩`."""

import re
import unicodedata
from collections.abc import Callable
from enum import Enum

from feedback.rendering import fonts

_UNSAFE = re.compile(f"[^{fonts.LATIN_GREEK_CYRILLIC}]")
_JOINERS = re.compile("[\u200c\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


class Coverage(Enum):
    """Whose glyphs a text must do with, beyond the Latin, Greek and Cyrillic that are always there."""

    BROWSER = "any: a browser finds a font of its own"
    FONTS = "those of the fonts installed here: Typst refuses a whole PDF/UA document for one missing glyph"
    NONE = "none at all"


class Legible:
    """Makes text legible and remembers in `replaced` which characters it had to replace.

    Always replaced: controls (direction marks too: one U+202E would turn the line around), private use
    and noncharacters; and what `coverage` does not hold.
    """

    def __init__(self, coverage: Coverage) -> None:
        self._covers = _COVERS[coverage]
        self.replaced = set[str]()

    def __call__(self, text: str) -> str:
        if not _UNSAFE.search(text):
            return text
        return "".join(
            character if self._may_stand(character, text, index) else self._code_point(character)
            for index, character in enumerate(text)
        )

    def _may_stand(self, character: str, text: str, index: int) -> bool:
        if not _UNSAFE.match(character):
            return True
        if _JOINERS.match(character):
            return self._covers(character) and _joins(text, index)
        if unicodedata.category(character) in _INVISIBLE or _is_noncharacter(character):
            return False
        return self._covers(character)

    def _code_point(self, character: str) -> str:
        self.replaced.add(character)
        return f"⟨U+{ord(character):04X}⟩"


_COVERS: dict[Coverage, Callable[[str], bool]] = {
    Coverage.BROWSER: lambda _: True,
    Coverage.FONTS: fonts.covers,
    Coverage.NONE: lambda _: False,
}


def _joins(text: str, index: int) -> bool:
    """Whether a joiner or selector is part of how a script or an emoji is written; anywhere else it only hides."""
    if not index:
        return False
    return bool(_UNSAFE.match(text[index - 1])) or bool(_KEYCAP.match(text, index - 1))


def _is_noncharacter(character: str) -> bool:
    code_point = ord(character)
    return 0xFDD0 <= code_point <= 0xFDEF or code_point & 0xFFFE == 0xFFFE
