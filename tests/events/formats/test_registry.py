"""The list of sources is all that the rest of the service knows of them, and they do not get in each other's way."""

import io

import pytest

from feedback.cli.convert import convert
from feedback.events import OWN, SOURCES, InvalidEvents
from feedback.events.formats.look import Look
from feedback.events.formats.registry import FORMATS
from feedback.events.formats.table_headings import HEADINGS
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal
from tests.harness.exports import EXPORTS, FEED, GERMAN, PRAIRIELEARN, PROGSNAP2, workbook, zipped

SAMPLES = [
    (PROGSNAP2, "progsnap2"),
    (PRAIRIELEARN, "prairielearn"),
    (FEED, "ccs"),
    (workbook(), "table"),
    (zipped(MainTable__csv=PROGSNAP2), "progsnap2"),
    (GERMAN, OWN),
    (b'{"student_id": "ada", "events": []}', OWN),
    (b'[{"student_id": "ada", "events": []}]', OWN),
    (b"student_id,unit,type\nada,1,save\n", OWN),
    (b"", OWN),
    (b"\xff\xfe\x00", OWN),
    (zipped(readme__txt=b""), OWN),
]


def test_there_is_an_export_of_every_source() -> None:
    assert EXPORTS.keys() == FORMATS.keys()


@pytest.mark.parametrize("source", EXPORTS)
def test_every_export_is_recognised_and_read(source: str) -> None:
    assert recognised(Look(io.BytesIO(EXPORTS[source]))) == (OWN if source == "table" else source)
    assert Reading(EXPORTS[source], source).students


@pytest.mark.parametrize(("body", "source"), SAMPLES, ids=range(len(SAMPLES)))
def test_a_file_is_what_its_content_says_for_certain(body: bytes, source: str) -> None:
    content = io.BytesIO(body)

    assert recognised(Look(content)) == source
    assert content.tell() == 0


def test_every_source_can_be_named_on_the_command_line() -> None:
    [option] = [one for one in convert.params if one.name == "source"]

    assert tuple(option.type.choices) == SOURCES  # type: ignore[attr-defined] # a Choice
    assert SOURCES[0] == OWN
    assert all(name == format_.name for name, format_ in FORMATS.items())


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("body", [b"", b"\0", b"{", b"[", b"x" * 5000, b"PK\x03\x04", zipped(a__txt=b"a")])
def test_no_source_takes_nothing_or_nonsense(source: str, body: bytes) -> None:
    with pytest.raises(InvalidEvents):
        Reading(body, source)


@pytest.mark.parametrize(
    "heading",
    ["Matrikelnummer", "MATRIKEL", "estudiante", "étudiant", "etudiant", "e\u0301tudiant", "छात्र", "Student-ID"],
)
@pytest.mark.parametrize("unit", ["Aufgabe", "pregunta", "exercice", "प्रश्न"])
def test_headings_in_the_languages_of_the_reports_are_read(heading: str, unit: str) -> None:
    reading = Reading(f"{heading};{unit};अंक\n17;A;0,5\n".encode(), "table")

    assert reading.events_of("17") == [("A", None, None, 0.5)]


def test_no_heading_means_two_fields() -> None:
    headings = [heading for of_field in HEADINGS.values() for heading in of_field]

    assert len(headings) == len(set(headings))


def test_a_table_without_a_student_names_the_columns_that_it_has() -> None:
    why = str(refusal(b"Exam,Question\nFinal,1\n", "table")["line 1: student_id"])

    assert "the columns are Exam, Question" in why
    assert "column student_id=HEADER" in why
