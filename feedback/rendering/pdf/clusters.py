"""The text of clusters: letters that are drawn by several glyphs, such as `Ọ̀` or `ที่`.

Typst names the whole cluster as the text of each of its glyphs. Where it moves a glyph up or down, as it does with an
accent above a capital, it also sets that glyph apart, and a program that copies, searches or speaks the text gets the
cluster once for each piece: `Ọ̀Ọ̀ṣun`. Here each glyph gets a part of the cluster's text of its own instead.

Measured on one such report, on a busy machine: 7 ms to read and 25 ms to write. So only documents with marks come here.
"""

import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pikepdf

from feedback.rendering.pdf import tounicode

_SHOWING = ("Tj", "TJ", "'", '"')


@dataclass
class Glyph:
    """One glyph as it is shown.

    `font` is the object number of its font and `code` its code there. `text` is what it is said to stand for, by the
    replacement text around it, else by the font. `piece` numbers the marked content that it is in, and `replaced`
    is the instruction that brings the replacement text, if one does. `part` is the text that it is to have.
    """

    font: int
    code: int
    text: str
    piece: int
    replaced: int | None
    part: str = ""


def has_marks(text: str) -> bool:
    """Whether a text may hold clusters: characters that combine with the one before."""
    return not text.isascii() and any(unicodedata.category(character)[0] == "M" for character in set(text))


def with_texts_of_clusters(document: bytes) -> bytes:
    """The PDF with a text for each glyph; the same bytes for the same document, which looks as it did."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        fonts = {font.objgen[0]: font for page in pdf.pages for font in _fonts(page).values()}
        texts = {number: tounicode.read(font.ToUnicode.read_bytes()) for number, font in fonts.items()}
        parts, alone = dict[tuple[int, int], Counter[str]](), set[tuple[int, int]]()
        for page in pdf.pages:
            clusters, others = _mended(pdf, page, texts)
            # What stands for a text by its font alone, as half a letter of Hindi does, has to keep it.
            alone.update((glyph.font, glyph.code) for glyph in others if glyph.replaced is None)
            for cluster in clusters:
                for glyph in cluster:
                    parts.setdefault((glyph.font, glyph.code), Counter())[glyph.part] += 1
        if not parts:
            return document
        for number, font in fonts.items():
            changed = {
                code: found.most_common(1)[0][0]
                for (of, code), found in parts.items()
                if of == number and (of, code) not in alone
            }
            font.ToUnicode.write(tounicode.changed(font.ToUnicode.read_bytes(), changed))
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True)
    return made.getvalue()


def clusters_of(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """The clusters of several glyphs, each glyph with its part of the text: neighbours that stand for one text.

    Where the first glyph comes again, the next cluster of the same text begins.
    """
    for (_, text), run in groupby(glyphs, key=lambda glyph: (glyph.font, glyph.text)):
        if len(text) > 1:
            for cluster in _cut(list(run)):
                if 1 < len(cluster) <= len(text):
                    for glyph, part in zip(cluster, _split(text, len(cluster)), strict=True):
                        glyph.part = part
                    yield cluster


def _cut(run: list[Glyph]) -> Iterator[list[Glyph]]:
    start = 0
    for at in range(1, len(run)):
        if run[at].code == run[start].code:
            yield run[start:at]
            start = at
    yield run[start:]


def _split(text: str, number: int) -> list[str]:
    """The text in `number` parts in the order of its glyphs: from right to left, the letter comes after its marks."""
    first = len(text) - number + 1
    parts = [text[:first], *text[first:]]
    return parts[::-1] if _is_rtl(text) else parts


def _is_rtl(text: str) -> bool:
    return unicodedata.bidirectional(text[0]) in ("R", "AL")


def _mended(
    pdf: pikepdf.Pdf, page: pikepdf.Page, texts: dict[int, dict[int, str]]
) -> tuple[list[list[Glyph]], list[Glyph]]:
    """The clusters of a page that need a text for each glyph, the replacement texts of the page changed to match; and
    the glyphs that are in no cluster.

    From left to right these are all clusters. From right to left a cluster in one piece has a replacement text that
    readers follow, and is left as it is.
    """
    instructions: list[Any] = list(pikepdf.parse_content_stream(page))
    glyphs = list(_shown(page, instructions, texts))
    found = list(clusters_of(glyphs))
    in_one = {id(glyph) for cluster in found for glyph in cluster}
    clusters = [one for one in found if _is_apart(one) or not _is_rtl(one[0].text)]
    apart = [glyph for cluster in clusters if _is_apart(cluster) for glyph in cluster]
    replacements = {glyph.replaced for glyph in apart if glyph.replaced is not None}
    for at in replacements:
        inside = [glyph.part for glyph in apart if glyph.replaced == at]
        words = inside[::-1] if _is_rtl("".join(inside)) else inside
        tag = instructions[at].operands[0]
        properties = pikepdf.Dictionary(ActualText=pikepdf.String("".join(words)))
        instructions[at] = pikepdf.ContentStreamInstruction([tag, properties], pikepdf.Operator("BDC"))
    if replacements:
        page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(instructions))
    return clusters, [glyph for glyph in glyphs if id(glyph) not in in_one]


def _is_apart(cluster: Sequence[Glyph]) -> bool:
    return len({glyph.piece for glyph in cluster}) > 1


def _fonts(page: pikepdf.Page) -> dict[str, pikepdf.Object]:
    return {name: font for name, font in page.resources.get("/Font", {}).items() if "/ToUnicode" in font}


def _shown(page: pikepdf.Page, instructions: Sequence[Any], texts: dict[int, dict[int, str]]) -> Iterator[Glyph]:
    """The glyphs of a page in the order in which they are shown."""
    numbers = {name: font.objgen[0] for name, font in _fonts(page).items()}
    font, piece = 0, 0
    replacements: list[tuple[int, str] | None] = []
    for at, (operands, operator) in enumerate(instructions):
        match str(operator):
            case "BDC":
                replacement = _replacement(operands[1])
                piece += replacement is None
                replacements.append(None if replacement is None else (at, replacement))
            case "BMC":
                replacements.append(None)
            case "EMC":
                replacements.pop()
            case "Tf":
                font = numbers.get(str(operands[0]), 0)
            case showing if showing in _SHOWING and font:
                inner = replacements[-1] if replacements else None
                for code in _codes(operands[-1]):
                    text = inner[1] if inner else texts[font].get(code, "")
                    yield Glyph(font, code, text, piece, inner[0] if inner else None)


def _replacement(properties: pikepdf.Object) -> str | None:
    if isinstance(properties, pikepdf.Dictionary) and "/ActualText" in properties:
        return str(properties.ActualText)
    return None


def _codes(shown: pikepdf.Object) -> Iterator[int]:
    """The codes of a shown string; Typst's have two bytes."""
    pieces = shown if isinstance(shown, pikepdf.Array) else [shown]
    for piece in pieces:
        if isinstance(piece, pikepdf.String):
            raw = bytes(piece)
            yield from (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))
