"""The faces that PDFs are set in come with the package, and are Noto Sans without what a PDF does not need."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it ships no types

from feedback.rendering.pdf import fonts
from feedback.rendering.pdf.faces.cut import cut
from tests.harness.documents import pdf_of
from tests.harness.exams import exam

NOTO_SANS = next(path for face, path in fonts.installed().items() if face.family == fonts.NOTO_SANS)


def widths(font: TTFont) -> dict[int, int]:
    """How wide each character is."""
    return {point: font["hmtx"][name][0] for point, name in font.getBestCmap().items()}


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_a_face_is_as_wide_as_noto_sans_and_carries_nothing_for_screens(weight: str) -> None:
    ours = TTFont(fonts.OWN_FOLDER / f"FeedbackSans-{weight}.ttf")
    theirs = TTFont(NOTO_SANS.with_stem(f"NotoSans-{weight}"))
    assert len(widths(ours)) > 900
    assert widths(ours).items() <= widths(theirs).items()
    assert not {"fpgm", "prep", "cvt ", "GSUB"} & set(ours.keys())
    assert {record.FeatureTag for record in ours["GPOS"].table.FeatureList.FeatureRecord} == {"kern"}


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_cutting_it_again_gives_the_same_face(weight: str, tmp_path: Path) -> None:
    name = f"FeedbackSans-{weight}.ttf"
    letters = fonts.letters_of(fonts.LATIN_GREEK_CYRILLIC)
    cut(NOTO_SANS.with_stem(f"NotoSans-{weight}"), tmp_path / name, letters, joined=False)
    again, ours = TTFont(tmp_path / name), TTFont(fonts.OWN_FOLDER / name)
    for table in ("cmap", "glyf", "hmtx", "GPOS"):
        assert again.getTableData(table) == ours.getTableData(table), table
    assert again["name"].getDebugName(1) == ours["name"].getDebugName(1) == fonts.OWN_FAMILY


def test_a_report_is_set_in_two_faces() -> None:
    with pikepdf.open(BytesIO(pdf_of(exam()))) as document:
        objects = (each for each in document.objects if isinstance(each, pikepdf.Dictionary))
        faces = {str(each.BaseFont).partition("+")[2] for each in objects if each.get("/Type") == "/Font"}
    assert faces == {"FeedbackSans-Regular", "FeedbackSans-Bold"}


def test_the_licence_comes_with_them() -> None:
    licence = (fonts.OWN_FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert licence.startswith("Copyright 2015 Google LLC.")
    assert "SIL OPEN FONT LICENSE" in licence
