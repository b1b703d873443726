"""Which fonts a document is set in, and which characters they hold.

What is wholly in Latin, Greek, Cyrillic and Devanagari is set in faces of our own (`faces/`), so that it looks the
same on every machine; for all else there is a short, explicit list of Noto faces, looked for in the usual folders.
Coverage is read from the fonts' own tables, only for the face that should hold a character, and only once: text in
Latin never opens a font.
"""

import functools
import re
from pathlib import Path

import msgspec
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it ships no types

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/Library/Fonts"),
    Path.home() / "Library/Fonts",
)
# Noto Sans and Noto Sans Devanagari cut down by `faces/cut.py`.
OWN_FOLDER, OWN_FAMILY, NOTO_SANS = Path(__file__).parent / "faces", "Feedback Sans", "Noto Sans"
OWN_DEVANAGARI, NOTO_DEVANAGARI = "Feedback Sans Devanagari", "Noto Sans Devanagari"
# In Typst itself; the second holds the arrows, which Noto Sans does not.
EMBEDDED_FAMILIES = ("Libertinus Serif", "DejaVu Sans Mono")
_LATIN_FAMILIES = (OWN_FAMILY, EMBEDDED_FAMILIES[1])
_HINDI_FAMILIES = (OWN_FAMILY, OWN_DEVANAGARI, EMBEDDED_FAMILIES[1])
# Held by our own faces and by Noto Sans, each beside the embedded ones (a test sets every one of them in both).
LATIN_GREEK_CYRILLIC = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f"
    "\u1e00-\u1eff‐‑‒–—‘’‚“”„†‡•…‹›€←→↑↓⟨⟩"
)


_ASCII = bytes(range(0x80))
_BEYOND_LATIN = re.compile(f"[^{LATIN_GREEK_CYRILLIC}]")
# Held by our own face, with all that joins these letters.
DEVANAGARI = "\u0900-\u097f\u200c\u200d\u25cc"
_BEYOND_HINDI = re.compile(f"[^{LATIN_GREEK_CYRILLIC}{DEVANAGARI}]")


class Face(msgspec.Struct, frozen=True):
    """A font family: the file that holds its regular weight, and the code points it is there for (inclusive)."""

    family: str
    file: str
    script: str
    ranges: tuple[tuple[int, int], ...]

    def is_for(self, code_point: int) -> bool:
        return any(first <= code_point <= last for first, last in self.ranges)


_BASE = Face(
    NOTO_SANS,
    "NotoSans-Regular.ttf",
    "Latin, Greek, Cyrillic",
    ((0x20, 0x52F), (0x1C80, 0x218F), (0x2C60, 0x2C7F), (0xA640, 0xA7FF)),
)
_OWN_DEVANAGARI = Face(OWN_DEVANAGARI, "FeedbackSansDevanagari-Regular.ttf", "Devanagari", ((0x900, 0x97F),))
# In the order Typst tries them.
FACES = (
    _BASE,
    # Naskh, because its Arabic comes out of a PDF in the order it was written; that of Noto Sans Arabic does not.
    Face(
        "Noto Naskh Arabic",
        "NotoNaskhArabic-Regular.ttf",
        "Arabic",
        ((0x200C, 0x200D), (0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
    ),
    Face("Noto Sans Hebrew", "NotoSansHebrew-Regular.ttf", "Hebrew", ((0x590, 0x5FF), (0xFB1D, 0xFB4F))),
    _OWN_DEVANAGARI,
    Face(
        NOTO_DEVANAGARI,
        "NotoSansDevanagari-Regular.ttf",
        "Devanagari",
        ((0x900, 0x97F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF)),
    ),
    Face("Noto Sans Bengali", "NotoSansBengali-Regular.ttf", "Bengali", ((0x980, 0x9FF),)),
    Face("Noto Sans Gurmukhi", "NotoSansGurmukhi-Regular.ttf", "Gurmukhi", ((0xA00, 0xA7F),)),
    Face("Noto Sans Gujarati", "NotoSansGujarati-Regular.ttf", "Gujarati", ((0xA80, 0xAFF),)),
    Face("Noto Sans Oriya", "NotoSansOriya-Regular.ttf", "Odia", ((0xB00, 0xB7F),)),
    Face("Noto Sans Tamil", "NotoSansTamil-Regular.ttf", "Tamil", ((0xB80, 0xBFF),)),
    Face("Noto Sans Telugu", "NotoSansTelugu-Regular.ttf", "Telugu", ((0xC00, 0xC7F),)),
    Face("Noto Sans Kannada", "NotoSansKannada-Regular.ttf", "Kannada", ((0xC80, 0xCFF),)),
    Face("Noto Sans Malayalam", "NotoSansMalayalam-Regular.ttf", "Malayalam", ((0xD00, 0xD7F),)),
    Face("Noto Sans Sinhala", "NotoSansSinhala-Regular.ttf", "Sinhala", ((0xD80, 0xDFF),)),
    Face("Noto Sans Thai", "NotoSansThai-Regular.ttf", "Thai", ((0xE00, 0xE7F),)),
    Face("Noto Sans Lao", "NotoSansLao-Regular.ttf", "Lao", ((0xE80, 0xEFF),)),
    Face("Noto Serif Tibetan", "NotoSerifTibetan-Regular.ttf", "Tibetan", ((0xF00, 0xFFF),)),
    Face("Noto Sans Myanmar", "NotoSansMyanmar-Regular.ttf", "Burmese", ((0x1000, 0x109F), (0xAA60, 0xAA7F))),
    Face(
        "Noto Sans Georgian",
        "NotoSansGeorgian-Regular.ttf",
        "Georgian",
        ((0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)),
    ),
    Face("Noto Sans Armenian", "NotoSansArmenian-Regular.ttf", "Armenian", ((0x530, 0x58F), (0xFB13, 0xFB17))),
    Face(
        "Noto Sans Ethiopic",
        "NotoSansEthiopic-Regular.ttf",
        "Ethiopic",
        ((0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F)),
    ),
    Face("Noto Sans Khmer", "NotoSansKhmer-Regular.ttf", "Khmer", ((0x1780, 0x17FF), (0x19E0, 0x19FF))),
    Face(
        "Noto Sans CJK SC",
        "NotoSansCJK-Regular.ttc",
        "Chinese, Japanese, Korean",
        (
            (0x1100, 0x11FF),
            (0x2E80, 0x9FFF),
            (0xA960, 0xA97F),
            (0xAC00, 0xD7FF),
            (0xF900, 0xFAFF),
            (0xFE10, 0xFE1F),
            (0xFE30, 0xFE4F),
            (0xFF00, 0xFFEF),
            (0x1F200, 0x1F2FF),
            (0x20000, 0x323AF),
        ),
    ),
    Face(
        "Noto Color Emoji",
        "NotoColorEmoji.ttf",
        "emoji",
        (
            (0x200C, 0x200D),
            (0x20D0, 0x20FF),
            (0x2190, 0x2BFF),
            (0x3030, 0x303D),
            (0x3297, 0x3299),
            (0xFE0E, 0xFE0F),
            (0x1F000, 0x1FAFF),
            (0xE0020, 0xE007F),
        ),
    ),
    Face(
        "Noto Sans Symbols",
        "NotoSansSymbols-Regular.ttf",
        "symbols",
        ((0x2190, 0x2BFF), (0x1F100, 0x1F1FF), (0x1F700, 0x1F77F)),
    ),
    Face("Noto Sans Symbols 2", "NotoSansSymbols2-Regular.ttf", "symbols", ((0x2190, 0x2BFF), (0x1F000, 0x1FBFF))),
    Face("Noto Sans Math", "NotoSansMath-Regular.ttf", "mathematics", ((0x2070, 0x2BFF), (0x1D400, 0x1D7FF))),
)


@functools.cache
def installed() -> dict[Face, Path]:
    """The faces of the list that this machine has, in its order, and where each file is."""
    wanted = {face.file for face in FACES}
    found = {_OWN_DEVANAGARI.file: OWN_FOLDER / _OWN_DEVANAGARI.file}
    for folder in FOLDERS:
        for path in folder.rglob("Noto*") if folder.is_dir() else ():
            if path.name in wanted:
                found.setdefault(path.name, path)
    return {face: found[face.file] for face in FACES if face.file in found}


def folders() -> list[str]:
    """The folders Typst is to read fonts from."""
    return sorted({str(OWN_FOLDER), *(str(path.parent) for path in installed().values())})


def letters_of(ranges: str) -> str:
    """Every character of LATIN_GREEK_CYRILLIC or DEVANAGARI."""
    return "".join(re.findall(f"[{ranges}]", "".join(map(chr, range(0x2800)))))


def families_for(text: str) -> tuple[str, ...]:
    """The families Typst is to set this text in, in order; the embedded ones stand behind all others.

    No more than it takes: a character is tried in one after the other, and the arrows would be every time.
    """
    beyond = text.encode().translate(None, delete=_ASCII)
    letters = beyond.decode()
    if not _BEYOND_LATIN.search(letters):
        return _LATIN_FAMILIES
    return _all_families() if _BEYOND_HINDI.search(letters) else _HINDI_FAMILIES


@functools.cache
def _all_families() -> tuple[str, ...]:
    # Noto Sans first where it is, because a letter and the mark on it come from one face only.
    base = () if _BASE in installed() else (OWN_FAMILY,)
    return (*base, *(face.family for face in installed()), *EMBEDDED_FAMILIES)


def missing_scripts() -> list[str]:
    """The scripts this machine has no face for: their characters will show as code points in a PDF."""
    have = {face.script for face in installed()}
    if _BASE in installed():
        have.add(_BASE.script)
    return list(dict.fromkeys(face.script for face in FACES[1:] if face.script not in have))


@functools.lru_cache(maxsize=100_000)
def covers(character: str) -> bool:
    """Whether some face of this machine has a glyph for a character outside LATIN_GREEK_CYRILLIC."""
    code_point = ord(character)
    return any(face.is_for(code_point) and code_point in _characters(path) for face, path in installed().items())


@functools.cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True, fontNumber=0) as font:
        return frozenset(font.getBestCmap())
