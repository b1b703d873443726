"""A translation is a file: every sentence passes through it, and each is whole and in step with the code."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale
from babel.messages import Catalog

from feedback.analysis import AnalysisSettings, Findings, analyse, analyse_class, definitions, with_comparison
from feedback.analysis.insights.result_measures import OPEN_ONE
from feedback.contract.formats import Format
from feedback.contract.languages import LANGUAGES
from feedback.events import Event
from feedback.phrasing import catalogues, i18n
from feedback.phrasing.catalogues import listed
from feedback.phrasing.i18n import speech
from feedback.rendering import render, render_class
from tests.harness.documents import Parsed, pdf_text
from tests.harness.exams import exam
from tests.harness.logs import save, steps, student, submission

CATALOGUES = dict(catalogues.translations())
Forms = tuple[str, ...]
JOINTS = {": ", "; "}


def messages(catalogue: Catalog) -> dict[Forms, Forms]:
    """Every message as its English forms, and what the catalogue has for them."""
    return {forms_of(each.id): forms_of(each.string) for each in catalogue if each.id}


def forms_of(text: object) -> Forms:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),)


LISTED = messages(catalogues.listed())


@pytest.fixture
def bracketed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnalysisSettings]:
    """Settings in a language whose translation is nothing but a file in the folder of translations."""
    catalogue = Catalog(locale="de", fuzzy=False)
    for forms in LISTED:
        said = tuple(f"⟦{form}⟧" for form in forms)
        catalogue.add(forms if len(forms) > 1 else forms[0], said if len(said) > 1 else said[0])
    catalogues.write(tmp_path / "xx_YY.po", catalogue)
    monkeypatch.setattr(i18n, "LOCALE", tmp_path)
    i18n.speech.cache_clear()
    yield AnalysisSettings(language="xx_YY")
    i18n.speech.cache_clear()


def spoken(found: Findings) -> Iterator[str]:
    yield found.headline
    for insight in (*found.insights, *found.further_insights):
        yield from (insight.title, insight.did, *insight.readings, insight.try_next, insight.ask)
        yield from [insight.source] if insight.source else []
    yield from (note.text for note in found.data_notes)
    for missing in found.missing:
        yield from (missing.name, missing.reason)
    yield from (question.seconds_missing for question in found.questions if question.seconds_missing)
    if found.comparison is not None:
        yield from (measure.name for measure in found.comparison.measures)


def test_every_sentence_of_a_report_is_translated(bracketed: AnalysisSettings) -> None:
    log = student(
        *steps("a", 0, 3000),
        *(submission("b", 3060 + i * 10, 0.5) for i in range(6)),
        save("c", 4500),
        save("d"),
        Event("d", "opened", None, 0.5),
    )
    found = analyse(log, settings=bracketed)
    said = list(spoken(with_comparison(found, analyse_class([found] * 10).statistics)))
    assert len(said) > 30
    for text in said:
        assert text.startswith("⟦")


def test_every_definition_is_translated(bracketed: AnalysisSettings) -> None:
    for definition in definitions(bracketed):
        assert definition.text.startswith("⟦")
        assert not definition.source or definition.source.startswith("⟦")


def test_a_language_without_a_translation_speaks_english() -> None:
    found = analyse(student(), settings=AnalysisSettings(language="tlh"))
    assert found.data_notes[0].text == "The log holds no events, so there is nothing to measure yet."


def test_every_heading_but_the_students_is_translated(bracketed: AnalysisSettings) -> None:
    student, course = analyse(exam(), settings=bracketed), analyse_class([analyse(exam(), settings=bracketed)])
    pages = [
        Parsed(render(student, Format.HTML).body.decode()),
        Parsed(render_class(course, Format.HTML).body.decode()),
    ]
    for page in pages:
        assert ("html", {"lang": "xx-YY"}) in page.tags
        ours = page.headings[1:]
        assert len(ours) >= 6
        assert all(heading.startswith("⟦") for heading in ours)


def test_what_programs_read_is_the_same_in_every_language(bracketed: AnalysisSettings) -> None:
    text = pdf_text(render(analyse(exam(), settings=bracketed), Format.PDF).body)
    assert "Student ID: exam-7" in text
    assert "Event Order: Q" in text


def test_the_list_for_translators_holds_exactly_the_messages_of_the_code(tmp_path: Path) -> None:
    catalogues.write(tmp_path / "feedback.pot", catalogues.listed())
    assert catalogues.TEMPLATE.read_bytes() == (tmp_path / "feedback.pot").read_bytes()
    assert len(LISTED) > 500


def test_every_language_has_a_catalogue_and_every_catalogue_a_language() -> None:
    assert {*CATALOGUES, "en"} == set(LANGUAGES)


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_message_is_missing_stale_or_guessed(language: str) -> None:
    catalogue = CATALOGUES[language]
    said = messages(catalogue)
    assert [forms for forms in LISTED if forms not in said] == []
    assert [forms for forms in said if forms not in LISTED] == []
    assert [forms for forms, texts in said.items() if not all(texts)] == []
    assert [each.id for each in catalogue if each.id and each.fuzzy] == []
    assert list(catalogue.obsolete) == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_message_has_the_forms_that_the_language_has_for_numbers(language: str) -> None:
    catalogue, speech = CATALOGUES[language], i18n.speech(language)
    for forms, texts in messages(catalogue).items():
        assert len(texts) == (catalogue.num_plurals if len(forms) > 1 else 1), forms
    # The forms are chosen as the Unicode CLDR says. (That has one more for whole millions, which read the same.)
    rule = Locale.parse(language).plural_form
    one, other = speech.count("{n} visit", "{n} visits", 1), speech.count("{n} visit", "{n} visits", 2)
    for n in range(200):
        expected = one.replace("1", str(n)) if rule(n) == "one" else other.replace("2", str(n))
        assert speech.count("{n} visit", "{n} visits", n) in (expected, f"{n} visits"), n


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_has_the_placeholders_of_its_message(language: str) -> None:
    for forms, texts in messages(CATALOGUES[language]).items():
        *singular, plural = map(fields, forms)
        assert fields(texts[-1]) == plural, (forms, texts)
        if singular:
            # One thing may be said without its number.
            missing, more = singular[0] - fields(texts[0]), fields(texts[0]) - singular[0] - plural
            assert missing <= {"n", "number"}, (forms, texts)
            assert not more, (forms, texts)


def fields(text: str) -> set[str]:
    """The `{names}` in a text, which have neither a format nor a conversion."""
    found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    assert all(name.isidentifier() and not spec and not conversion for name, spec, conversion in found), text
    return {name for name, _, _ in found}


def test_no_number_in_a_message_is_formatted_the_english_way() -> None:
    for forms in LISTED:
        for form in forms:
            fields(form)


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_begins_and_ends_as_its_message_does(language: str) -> None:
    for forms, texts in messages(CATALOGUES[language]).items():
        for form, text in zip(forms, texts, strict=True):
            assert (text[0].isspace(), text[-1].isspace()) == (form[0].isspace(), form[-1].isspace()) or form in JOINTS
            ends = {"।": "."}.get(text.rstrip()[-1], text.rstrip()[-1])
            if form.rstrip()[-1] in ".?" or ends in ".?":
                abbreviated = form.endswith(("\u00a0d", "\u00a0h", "min", "\u00a0s", "or more", "longer"))
                assert ends == form.rstrip()[-1] or abbreviated, (form, text)


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_is_set_as_its_language_is(language: str) -> None:
    wrong = {
        "de": r"[\"“]\w|\w[\"«»]|\d %",
        "es": r"[\"“”]|\d %",
        "fr": r"[^\u00a0][:;?!»](?!/)|«[^\u00a0]|\d %|['\"“”]",
        "hi": r"[\u0900-\u097f]\.(?!\}|$)(?<!\bघं\.)(?<!मि\.)",
    }[language]
    for forms, texts in messages(CATALOGUES[language]).items():
        if re.search(r"et al\.|Moodle, |\d{4}", forms[0]) or forms[0] in JOINTS:  # sources keep their titles
            continue
        for text in texts:
            assert not re.search(wrong, text), text


# Numbers before a noun that a reader never sees as 1: thresholds that staff set, sizes of a class or of an exam of
# several questions, and tries after a first one.
NEVER_ONE = {
    *AnalysisSettings.__struct_fields__,
    *("all", "attempts", "count", "course_days", "days", "last_days", "long_pause", "longest", "minutes", "pause"),
    *("questions", "quick", "quiet_days", "return", "session_gap", "sitting_gap", "sitting_hours", "students"),
    *("weak_days", "weeks", "batch_questions", "batch_seconds"),
}
# One question of one point has a sentence of its own.
OF_SEVERAL_POINTS = "{slot} was the hardest question"
COUNTED = re.compile(r"\{(\w+)\} (?:points|questions|students|events|days|weeks|minutes|seconds|tries|pairs|entries)\b")


def test_a_number_that_may_be_one_stands_before_no_plural() -> None:
    for message in listed():
        if isinstance(message.id, str) and message.id.startswith(OF_SEVERAL_POINTS):
            continue
        one, *many = forms_of(message.id)
        assert not set(COUNTED.findall(one)) - NEVER_ONE - ({"n", "number"} if many else set()), one
        for other in many:
            assert not set(COUNTED.findall(other)) - NEVER_ONE - {"n", "number", "possible"}, other


def test_the_step_of_a_suggestion_stands_for_itself() -> None:
    # It is printed before the sentence that names the questions.
    for say in (speech(language) for language in LANGUAGES):
        assert not re.search(r"\bof (them|these)\b|\beine davon\b|इनमें से", say.gettext(OPEN_ONE))
    assert OPEN_ONE in {message.id for message in listed()}
