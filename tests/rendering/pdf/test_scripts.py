"""Names in the world's scripts come out as glyphs and can be copied out as text."""

from io import BytesIO

import pikepdf
import pytest

from feedback.analysis import analyse
from feedback.contract.formats import Format
from feedback.rendering import render
from feedback.rendering.characters import Coverage, Legible
from tests.harness.documents import BIDI_CONTROLS, Parsed, html_of, pdf_of, pdf_text
from tests.harness.logs import save, student

NAMES = {
    "latin": "Zoë Ångström-Łukasz",
    "greek": "Ελένη Παπαδοπούλου",
    "cyrillic": "Надежда Иванова",
    "devanagari": "अनुष्का शर्मा",
    "tamil": "தமிழ்ச்செல்வி",
    "arabic": "عبدالله محمد",
    "arabic-lam-alef": "علاء الدين",
    "persian": "پارسا کریمی",
    "hebrew": "אברהם כהן",
    "chinese": "张伟",
    "japanese": "さくら 田中",
    "korean": "김민준",
    "thai": "สมชาย",
    "bengali": "রবীন্দ্রনাথ",
    "emoji": "👩🏽‍💻 ❤️ 🇮🇳",
}


@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_text_in_the_pdf_and_its_title(script: str) -> None:
    name = NAMES[script]
    pdf = pdf_of(student(save(name, 0), save("q1", 30), student_id=name, namespace=name))
    text = BIDI_CONTROLS.sub("", pdf_text(pdf))
    assert f"Student ID: {name}" in text
    assert text.count(name) >= 2
    assert "⟨U+" not in text
    with pikepdf.open(BytesIO(pdf)) as document, document.open_metadata() as metadata:
        assert str(document.docinfo.Title) == metadata["dc:title"] == f"Feedback report: {name}"


@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_text_in_the_page_and_its_title(script: str) -> None:
    page = Parsed(html_of(student(save(NAMES[script], 0), student_id=NAMES[script])))
    assert f"Student ID: {NAMES[script]}" in page.text
    assert page.title == f"Feedback report: {NAMES[script]}"


def test_scripts_mix_in_one_name() -> None:
    name = "Anna अनुष्का தமிழ் 张伟 👩🏽‍💻"
    assert f"Student ID: {name}" in pdf_text(pdf_of(student(save("q1", 0), student_id=name)))


def test_pairs_of_characters_that_no_font_holds_together_are_set_all_the_same() -> None:
    marks, bases = "\u0301\u0e49\u0947\u05b8\u064e\u20e3\ufe0f\u200d", "aαяبאअதก张😀1"
    for base in bases:
        who = student(save("q1", 0), student_id="-".join(base + mark for mark in marks))
        assert render(analyse(who), Format.PDF).body.startswith(b"%PDF-")


def test_joiners_stand_where_a_script_is_written_with_them_and_show_elsewhere() -> None:
    for coverage in (Coverage.BROWSER, Coverage.FONTS):
        legible = Legible(coverage)
        for written in ("می\u200cخواهم", "👩\u200d💻", "1\ufe0f\u20e3", "❤\ufe0f"):
            assert legible(written) == written
        assert legible("ad\u200dmin\ufe0f") == "ad⟨U+200D⟩min⟨U+FE0F⟩"
