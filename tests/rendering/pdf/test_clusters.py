"""Letters drawn by several glyphs come out of a PDF as the text that went in, each letter once."""

import io
import subprocess
import unicodedata
from pathlib import Path

import pikepdf
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.contract.formats import Format
from feedback.pipeline import Recipe, document, find
from feedback.rendering.pdf import clusters, tounicode, typeset
from feedback.rendering.pdf.clusters import Glyph, clusters_of, has_marks

# Found by review: marks above capitals. Then siblings: below, doubled, repeated, and scripts that stack or reorder.
LATIN = ["Ọ̀ṣun", "Ẹ́nì", "И́ван", "G̃uarani", "L̓b", "ą́ž", "ẹ̀kọ́", "Ŵ́ỲẀ", "Ọ̀Ọ̀Ọ̀ Ọ", "Ό̓μηρος"]
OTHERS = ["ខ្មែរ", "ที่นี่", "नमस्ते", "தமிழ்", "ລາວນີ້", "తెలుగు", "ਪੰਜਾਬੀ"]


def pdf_of(student_id: str) -> bytes:
    event = '{"unit": 1, "type": "submission", "score": 1, "created_time": "2024-07-21T09:00:00Z"}'
    payload = f'{{"student_id": "{student_id}", "events": [{event}]}}'.encode()
    return document(find(payload, Recipe()), Format.PDF, Recipe()).body


def by_pdftotext(pdf: bytes) -> list[str]:
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


def by_pypdf(pdf: bytes) -> list[str]:
    return [line for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for line in page.extract_text().splitlines()]


@pytest.mark.parametrize("name", [*LATIN, *OTHERS])
def test_a_name_is_copied_and_found_as_it_was_sent(name: str) -> None:
    pdf = pdf_of(name)
    wanted = f"Student ID: {unicodedata.normalize('NFC', name)}"
    assert wanted in by_pdftotext(pdf)
    assert wanted in [line.strip() for line in by_pypdf(pdf)]


def test_a_document_with_clusters_stays_tagged_and_equal_for_equal_input() -> None:
    pdf = pdf_of("Ọ̀ṣun")
    assert pdf == pdf_of("Ọ̀ṣun")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")


def test_a_document_looks_as_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mended.pdf").write_bytes(pdf_of("Ọ̀ṣun ที่นี่"))
    monkeypatch.setattr(typeset, "has_marks", lambda _: False)
    (tmp_path / "plain.pdf").write_bytes(pdf_of("Ọ̀ṣun ที่นี่"))
    for name in ("mended", "plain"):
        subprocess.run(["pdftoppm", "-r", "60", tmp_path / f"{name}.pdf", tmp_path / name], check=True)
    pages = sorted(tmp_path.glob("mended-*.ppm"))
    assert pages
    for page in pages:
        assert page.read_bytes() == page.with_name(page.name.replace("mended", "plain")).read_bytes()


def test_a_document_without_marks_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: bytes) -> bytes:
        raise AssertionError("read again")

    monkeypatch.setattr(typeset, "with_texts_of_clusters", refuse)
    assert pdf_of("Zoë Ångström Việt 文字")


@given(st.text(st.characters(categories=["L", "M", "N", "P", "Z"])))
def test_marks_are_seen_wherever_they_are(text: str) -> None:
    assert has_marks(text) == any(unicodedata.category(character) in ("Mn", "Mc", "Me") for character in text)


@given(st.lists(st.tuples(st.text("ab\u0301\u0323", min_size=1, max_size=4), st.integers(1, 4)), max_size=6))
def test_the_parts_of_a_cluster_are_its_text(drawn: list[tuple[str, int]]) -> None:
    glyphs = [
        Glyph(font=1, code=100 * number + at, text=text, piece=number, replaced=None)
        for number, (text, pieces) in enumerate(drawn)
        for at in range(pieces)
    ]
    for cluster in clusters_of(glyphs):
        assert "".join(glyph.part for glyph in cluster) == cluster[0].text
        assert all(glyph.part for glyph in cluster)


def test_a_cluster_that_comes_twice_is_two_clusters() -> None:
    glyphs = [Glyph(1, code, "Ọ̀", piece, None) for piece, code in enumerate([7, 8, 7, 8])]
    assert [[glyph.part for glyph in cluster] for cluster in clusters_of(glyphs)] == [["Ọ", "̀"], ["Ọ", "̀"]]


@given(st.dictionaries(st.integers(0, 0xFFFF), st.text(st.characters(exclude_categories=["Cs"]), min_size=1)))
def test_a_map_is_changed_where_it_is_to_be_and_nowhere_else(texts: dict[int, str]) -> None:
    lines = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in texts.items()]
    cmap = "\n".join(["1 begincodespacerange", "<0000> <FFFF>", "beginbfchar", *lines, "endbfchar"]).encode()
    assert tounicode.read(cmap) == texts
    some = dict.fromkeys(list(texts)[::2], "x̣")
    assert tounicode.read(tounicode.changed(cmap, some)) == texts | some
    assert b"<0000> <FFFF>" in tounicode.changed(cmap, some)


def test_the_module_stands_in_the_way_of_no_other_document() -> None:
    pdf = pdf_of("ada")
    assert clusters.with_texts_of_clusters(pdf) == pdf
