"""Text from outside made fit to be set: what cannot be shown is shown as its code point, `⟨U+FEFF⟩`."""

import re
import unicodedata

from feedback.rendering import fonts

_UNSAFE = re.compile(f"[^{fonts.LATIN_GREEK_CYRILLIC}]")
_JOINERS = re.compile("[\u200c\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


class Legible:
    """Makes text legible and remembers which characters it had to replace.

    Always replaced: controls (direction marks too: one U+202E would turn the line around), private use
    and noncharacters. With `in_fonts` also what no installed font holds: Typst refuses a whole PDF/UA
    document for one such character, where a browser finds a font of its own.
    """

    def __init__(self, *, in_fonts: bool) -> None:
        self._in_fonts = in_fonts
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
            # Part of how some scripts and emoji are written; anywhere else it only hides.
            before = text[index - 1] if index else ""
            joins = bool(_UNSAFE.match(before)) or bool(_KEYCAP.match(text, index - 1) if index else None)
            return joins and (not self._in_fonts or fonts.covers(character) or fonts.covers(before))
        if unicodedata.category(character) in _INVISIBLE or _is_noncharacter(character):
            return False
        return not self._in_fonts or fonts.covers(character)

    def _code_point(self, character: str) -> str:
        self.replaced.add(character)
        return f"⟨U+{ord(character):04X}⟩"


def _is_noncharacter(character: str) -> bool:
    code_point = ord(character)
    return 0xFDD0 <= code_point <= 0xFDEF or code_point & 0xFFFE == 0xFFFE
