"""A translation is a file: every sentence passes through gettext, and the list for translators is complete."""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

import feedback
from feedback.analysis import AnalysisSettings, Findings, analyse, analyse_class, definitions, with_comparison
from feedback.contract.formats import Format
from feedback.events import Event
from feedback.phrasing import i18n
from feedback.rendering import render, render_class
from tests.harness.documents import Parsed, pdf_text
from tests.harness.exams import exam
from tests.harness.logs import save, steps, student, submission

ROOMS = [Path(feedback.__file__).parent / room for room in ("phrasing", "analysis", "rendering")]
TEMPLATE = i18n.LOCALE / "feedback.pot"
# The calls that mark a message, and how many of their first arguments are its forms.
MARKS = {"N_": 1, "NN_": 2, "text": 1, "count": 2}
Messages = dict[tuple[str, ...], None]


def written() -> Messages:
    """Every message marked in the code: (text,) or (singular, plural)."""
    messages: Messages = {}
    for source in sorted(source for room in ROOMS for source in room.rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            forms = MARKS.get(getattr(node.func, "attr", getattr(node.func, "id", "")), 0)
            said = [each.value for each in node.args[:forms] if isinstance(each, ast.Constant)]
            if forms and len(said) == forms:
                messages[tuple(map(str, said))] = None
    return messages


def listed(template: Path) -> Iterator[tuple[str, ...]]:
    """Every message of a .pot file."""
    for entry in template.read_text(encoding="utf-8").split("\n\n")[1:]:
        fields = re.findall(r'^(msgid|msgid_plural) ((?:".*"\n?)+)', entry, re.MULTILINE)
        yield tuple("".join(ast.literal_eval(line) for line in text.strip().splitlines()) for _, text in fields)


def catalogue(messages: Messages) -> bytes:
    """A compiled translation (.mo, GNU gettext manual 10.3) that puts every message in brackets."""
    pairs = {"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"}
    pairs |= {"\0".join(forms): "\0".join(f"⟦{form}⟧" for form in forms) for forms in messages}
    keys = sorted(pairs, key=lambda key: key.encode())
    blobs = [[key.encode() for key in keys], [pairs[key].encode() for key in keys]]
    offset = 28 + 16 * len(keys)
    tables, data = [], b""
    for column in blobs:
        for blob in column:
            tables.append(struct.pack("<II", len(blob), offset + len(data)))
            data += blob + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return head + b"".join(tables) + data


@pytest.fixture
def bracketed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnalysisSettings]:
    """Settings in a language whose translation is nothing but a file in the folder of translations."""
    folder = tmp_path / "xx_YY" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "feedback.mo").write_bytes(catalogue(written()))
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


def test_the_list_for_translators_holds_exactly_the_messages_of_the_code() -> None:
    assert set(listed(TEMPLATE)) == set(written())
    assert len(written()) > 300
