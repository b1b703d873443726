"""Text from outside made fit to be set: what cannot be shown is shown as its code point, `⟨U+FEFF⟩`."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from enum import Enum

from feedback.rendering.pdf import fonts

_UNSAFE = re.compile(f"[^{fonts.LATIN_GREEK_CYRILLIC}]")
# Part of how some scripts and emoji are written, after a character of theirs; anywhere else they only hide.
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
        self.coverage = coverage
        self._covers = _COVERS[coverage]
        self.replaced = set[str]()

    def __call__(self, text: str) -> str:
        return "".join(self._pieces(text)) if _UNSAFE.search(text) else text

    def _pieces(self, text: str) -> Iterator[str]:
        joinable = False
        for index, character in enumerate(text):
            if not _UNSAFE.match(character):
                joinable = _KEYCAP.match(text, index) is not None
                yield character
            elif joinable if _JOINERS.match(character) else self._may_stand(character):
                joinable = True
                yield character
            else:
                joinable = False
                yield self._code_point(character)

    def _may_stand(self, character: str) -> bool:
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


def _is_noncharacter(character: str) -> bool:
    code_point = ord(character)
    return 0xFDD0 <= code_point <= 0xFDEF or code_point & 0xFFFE == 0xFFFE
