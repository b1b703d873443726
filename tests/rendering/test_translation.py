"""A translation is a file: a document's words pass through gettext, and the list for translators is complete."""

import ast
import gettext
from pathlib import Path

import pytest

from feedback.analysis import AnalysisSettings, analyse, analyse_class
from feedback.contract.formats import Format
from feedback.rendering import render, render_class, texts
from tests.analysis.test_translation import listed
from tests.rendering.documents import Parsed, pdf_text
from tests.rendering.students import exam

SOURCES = Path(texts.__file__).parent
MARKS = {"N_": 1, "text": 1, "count": 2}


def written() -> set[tuple[str, ...]]:
    """Every message in the code: (text,) or (singular, plural)."""
    messages = set()
    for source in sorted(SOURCES.glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            forms = node.args[: MARKS.get(name, 0)]
            if forms and all(isinstance(form, ast.Constant) for form in forms):
                messages.add(tuple(str(ast.literal_eval(form)) for form in forms))
    return messages


class Bracketed(gettext.NullTranslations):
    """A language in which everything stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> AnalysisSettings:
    monkeypatch.setattr("feedback.rendering.words.speech", lambda _: Bracketed())
    return AnalysisSettings(language="pt_BR")


def test_the_list_for_translators_holds_exactly_the_messages_of_the_code() -> None:
    assert set(listed(SOURCES / "locale" / "rendering.pot")) == written()
    assert len(written()) > 100


def test_every_heading_but_the_students_is_translated(bracketed: AnalysisSettings) -> None:
    student, course = analyse(exam(), bracketed), analyse_class([analyse(exam(), bracketed)])
    pages = [
        Parsed(render(student, Format.HTML).body.decode()),
        Parsed(render_class(course, Format.HTML).body.decode()),
    ]
    for page in pages:
        assert ("html", {"lang": "pt-BR"}) in page.tags
        ours = [heading for heading in page.headings[1:] if heading not in {each.title for each in student.insights}]
        assert len(ours) >= 6
        assert all(heading.startswith("⟦") for heading in ours)


def test_what_programs_read_is_the_same_in_every_language(bracketed: AnalysisSettings) -> None:
    text = pdf_text(render(analyse(exam(), bracketed), Format.PDF).body)
    assert "Student ID: exam-7" in text
    assert "Event Order: Q" in text
