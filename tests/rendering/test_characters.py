"""Which characters show as they are, and which as their code point."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.contract.formats import Format
from feedback.rendering.blocks import Document, Notes, Section
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.pdf import fonts, typeset

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def document(*texts: str) -> Document:
    return Document(
        "en", "Title", "Kind", "Heading", (), None, (Section("notes", "Notes", (Notes(texts),)),), ("Page ", " of ", "")
    )


def test_every_character_taken_for_granted_is_in_our_own_faces_and_in_noto_sans(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    characters = fonts.letters_of(fonts.LATIN_GREEK_CYRILLIC)
    assert len(characters) > 900
    for families in (("Feedback Sans", "DejaVu Sans Mono"), ("Noto Sans", "DejaVu Sans Mono")):
        monkeypatch.setattr(fonts, "families_for", lambda _, families=families: families)
        assert typeset.typeset(document(" ".join(characters))).startswith(b"%PDF-")


def test_a_character_that_no_font_holds_would_make_typst_refuse() -> None:
    """Why all of this is needed; when it no longer is, this says so."""
    with pytest.raises(typeset.CannotSetError):
        typeset.typeset(document("\ufffe"))


@given(any_text)
def test_latin_never_opens_a_font(text: str) -> None:
    latin = "".join(character for character in text if character in "abc äöü ß Ż, (1)–“x” →")
    before = fonts.covers.cache_info().currsize
    assert Legible(Coverage.FONTS)(latin) == latin
    assert fonts.covers.cache_info().currsize == before


@given(any_text)
def test_what_is_replaced_is_told_and_can_be_read_back(text: str) -> None:
    for coverage in Coverage:
        legible = Legible(coverage)
        shown = legible(text)
        for character in legible.replaced:
            assert f"⟨U+{ord(character):04X}⟩" in shown
            shown = shown.replace(f"⟨U+{ord(character):04X}⟩", character)
        assert shown == text or "⟨U+" in text


@given(any_text)
def test_no_control_private_or_noncharacter_is_left(text: str) -> None:
    for coverage in Coverage:
        for character in Legible(coverage)(text):
            joiner = character in "\u200c\u200d" or 0xE0020 <= ord(character) <= 0xE007F
            assert unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs"} or joiner


def test_a_browser_is_trusted_with_scripts_that_this_machine_has_no_font_for() -> None:
    cuneiform = "\U00012000\U00012001"
    assert Legible(Coverage.BROWSER)(cuneiform) == cuneiform
    assert Legible(Coverage.FONTS)(cuneiform) == "⟨U+12000⟩⟨U+12001⟩"
    assert Legible(Coverage.NONE)("Zoë Иван 张") == "Zoë Иван ⟨U+5F20⟩"


def test_this_machine_can_set_every_script_on_the_list() -> None:
    assert fonts.missing_scripts() == [], "`make fonts` installs the fonts or says how"
    assert {face.family for face in fonts.installed()} == {face.family for face in fonts.FACES}
    assert list(Format) == ["html", "pdf"]
