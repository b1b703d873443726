"""Cuts the shipped faces out of the Noto Sans that this machine has: `make faces`.

What is left out costs every PDF: hints are for screens of another age but are packed into each document, and
rules for letters that do not occur are asked at every letter that does.
"""

from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]  # it ships no types
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from feedback.rendering.pdf import fonts

_NAMES = (1, 2, 4, 6)  # family, style, full name, PostScript name: a PDF carries them all


def main() -> None:
    for face, path in fonts.installed().items():
        if face.family == fonts.NOTO_SANS:
            for weight in ("Regular", "Bold"):
                cut(path.with_stem(f"NotoSans-{weight}"), fonts.OWN_FOLDER / f"FeedbackSans-{weight}.ttf")


def cut(source: Path, target: Path) -> None:
    """The letters of LATIN_GREEK_CYRILLIC with their kerning, and nothing else, under a name of their own."""
    options = subset.Options(
        hinting=False, layout_features=["kern"], name_IDs=_NAMES, name_languages=[0x409], notdef_outline=True
    )
    options.drop_tables += ["GSUB"]  # it would stay, empty
    with TTFont(source, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=fonts.latin_greek_cyrillic())
        cutter.subset(font)
        for name in font["name"].names:
            own = name.toUnicode().replace(fonts.NOTO_SANS, fonts.OWN_FAMILY).replace("NotoSans", "FeedbackSans")
            font["name"].setName(own, name.nameID, name.platformID, name.platEncID, name.langID)
        font.save(target)


if __name__ == "__main__":
    main()
