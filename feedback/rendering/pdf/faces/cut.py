"""Cuts the shipped faces out of the Noto Sans that this machine has: `make faces`.

What is left out costs every PDF: hints are for screens of another age but are packed into each document, and
rules for letters that do not occur are asked at every letter that does.
"""

from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]  # it ships no types
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from feedback.rendering.pdf import fonts

_NAMES = (1, 2, 4, 6)  # family, style, full name, PostScript name: a PDF carries them all
# The family, how its files name the script, and what is kept.
_CUTS = (
    (fonts.NOTO_SANS, "", fonts.letters_of(fonts.LATIN_GREEK_CYRILLIC)),
    (fonts.NOTO_DEVANAGARI, "Devanagari", fonts.letters_of(fonts.DEVANAGARI)),
)


def main() -> None:
    found = {face.family: path for face, path in fonts.installed().items()}
    for weight in ("Regular", "Bold"):
        for family, script, letters in _CUTS:
            if family in found:
                source = found[family].with_stem(f"NotoSans{script}-{weight}")
                cut(source, fonts.OWN_FOLDER / f"FeedbackSans{script}-{weight}.ttf", letters, joined=bool(script))


def cut(source: Path, target: Path, letters: str, *, joined: bool) -> None:
    """These letters with their kerning, and with `joined` all that a script needs, under a name of their own."""
    options = subset.Options(hinting=False, name_IDs=_NAMES, name_languages=[0x409], notdef_outline=True)
    if not joined:
        options.layout_features = ["kern"]
        options.drop_tables += ["GSUB"]  # it would stay, empty
    with TTFont(source, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(font)
        for name in font["name"].names:
            own = name.toUnicode().replace(fonts.NOTO_SANS, fonts.OWN_FAMILY).replace("NotoSans", "FeedbackSans")
            font["name"].setName(own, name.nameID, name.platformID, name.platEncID, name.langID)
        font.save(target)


if __name__ == "__main__":
    main()
