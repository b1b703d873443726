"""Reading a roster: Moodle's worksheet, Canvas's gradebook, a table of one's own; and what is wrong, by its line."""

import io

import pytest

from feedback.events import InvalidEvents, Limits, TooLarge
from feedback.submissions.roster_file import RosterRow, read_roster

MOODLE = """\ufeffIdentifier,Full name,Email address,ID number,Status,Grade,"Maximum Grade","Feedback comments"
Participant 4711,"Ada Lovelace",ada@example.edu,1815,"Submitted for grading",,100.00,
Participant 4712,"José Pérez_2",jose@example.edu,,"No submission",,100.00,"see, above"
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,"Essay (12)","Final Score"
,,,,,Manual Posting,
"    Points Possible",,,,,10,(read only)
"Lovelace, Ada",301,u1815,ada,CS101,9,90
"Hopper, Grace",302,,grace@example.edu,CS101,,
"""
OWN = "name;student_id;e-mail;namespace\nAda Lovelace;ada;ada@example.edu;cs101\n;grace;;\n"


def read(text: str | bytes, limits: Limits | None = None) -> list[RosterRow]:
    return read_roster(io.BytesIO(text if isinstance(text, bytes) else text.encode()), limits or Limits())


def faults_of(text: str | bytes) -> dict[str, object]:
    with pytest.raises(InvalidEvents, match="nothing was stored") as refused:
        read(text)
    return dict(refused.value.details)


def test_moodles_grading_worksheet_gives_ids_names_addresses_and_its_own_numbers() -> None:
    assert read(MOODLE) == [
        RosterRow(2, student_id="1815", name="Ada Lovelace", email="ada@example.edu", participant="4711"),
        RosterRow(3, name="José Pérez_2", email="jose@example.edu", participant="4712"),
    ]


def test_a_worksheet_in_another_language_keeps_the_number_at_the_end_of_its_identifier() -> None:
    [row] = read("Identifier,Full name\nTeilnehmer/in77,Ada\n")
    assert row.participant == "77"


def test_canvass_gradebook_gives_users_and_leaves_its_rows_of_points_out() -> None:
    assert read(CANVAS) == [
        RosterRow(4, student_id="u1815", name="Ada Lovelace", login="ada", canvas_user="301"),
        RosterRow(5, name="Grace Hopper", login="grace@example.edu", canvas_user="302"),
    ]


def test_the_name_of_a_file_that_was_handed_in_gives_canvass_two_numbers() -> None:
    [row] = read("student_id,canvas_file\nada,lovelaceada_LATE_301_815_my_essay_3.pdf\n")
    assert (row.canvas_user, row.canvas_file) == ("301", "815")


def test_a_table_of_ones_own_is_read_whatever_its_separator_and_the_order_of_its_columns() -> None:
    expected = [RosterRow(3, student_id="grace")]
    assert read(OWN.replace("e-mail", "email"))[1:] == expected
    assert read(OWN)[1:] == expected
    assert read(OWN)[0].namespace == "cs101"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_file_may_be_in_any_encoding_that_a_spreadsheet_writes(encoding: str) -> None:
    [row] = read("student_id,name\nada,Adá Ñúñez\n".encode(encoding))
    assert row.name == "Adá Ñúñez"


def test_first_and_last_names_make_a_name() -> None:
    assert read("First name,Last name,Email address\nAda,Lovelace,ada@example.edu\n")[0].name == "Ada Lovelace"


def test_white_space_in_a_cell_is_folded_so_that_no_name_has_two_lines() -> None:
    assert read('student_id,name\nada,"Ada\r\n  Lovelace "\n')[0].name == "Ada Lovelace"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("colour,size\nred,3\n", "line 1", "no column says who a row is about"),
        ("", "line 1", "the file has no header row"),
        ("student_id,name\n", "body", "no row names a person"),
        ("student_id,email\nada,not an address\n", "line 2: email", "not an e-mail address"),
        ("student_id,email\nada,ada@example.edu\ngrace,grace@\n", "line 3: email", "not an e-mail address"),
        ("Identifier,Full name\nsomebody,Ada\n", "line 2: participant", "such as Participant 123"),
        ("student_id,name\nada,\x07bell\n", "line 2: name", "control character"),
        (f"student_id,name\nada,{'x' * 201}\n", "line 2: name", "at most 200"),
        ("student_id,student_id\nada,ada\n", "line 1: student_id", "keep one"),
        ("student_id,canvas_file\nada,essay.pdf\n", "line 2: canvas_file", "lovelaceada_4711_815_essay.pdf"),
        ("Identifier,Full name\nParticipant 7,Ada\nParticipant 7,Eve\n", "line 3: participant", "line 2"),
    ],
)
def test_what_is_wrong_is_named_by_its_line_and_how_to_mend_it(text: str, place: str, words: str) -> None:
    details = faults_of(text)
    assert place in details
    assert words in str(details[place])


def test_every_fault_is_named_at_once() -> None:
    assert set(faults_of("student_id,email\na,1\nb,2\nc,c@example.edu\n")) == {"line 2: email", "line 3: email"}


def test_a_roster_has_no_more_rows_than_an_upload_has_students() -> None:
    with pytest.raises(TooLarge):
        read("student_id\n" + "\n".join(map(str, range(4))), Limits(max_students=3))
