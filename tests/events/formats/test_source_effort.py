"""What a file of another platform costs: whatever library reads it is held to the deadline of its body."""

import gc
import io
import json
import re
import tarfile
import tracemalloc
import zipfile
from contextlib import suppress

import openpyxl
import pytest

from feedback.events import EventsError, InvalidEvents, Limits, TooLarge
from feedback.events.effort import Effort
from feedback.events.formats.archives import member, names_in
from feedback.events.formats.source_context import short
from feedback.events.limits import MAX_PIECE_BYTES
from tests.events.formats.source_files import Reading

MEBIBYTE = 1 << 20
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


class Counted(Effort):
    """Counts the turns that are spent, and looks at no clock."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0

    def spend(self, weight: int = 1) -> None:
        self.turns += weight


def turns_of(body: bytes, source: str) -> int:
    effort = Counted()
    Reading(body, source, limits=Limits(effort=effort))
    return effort.turns


def exported(aliases: int, text: str) -> bytes:
    """An export of one submission whose history names one earlier submission again and again."""
    history = ", ".join(["*p"] * aliases)
    return (
        f'submission_1:\n  ? a\n  : &p {{":created_at": {text}, ":score": "1"}}\n'
        f'  ? ":submitters"\n  : [{{":email": ada@x.edu}}]\n  ? ":history"\n  : [{history}]\n'
    ).encode()


def test_each_alias_of_an_export_counts() -> None:
    some, many = (turns_of(exported(number, "2024-01-01T00:00:00Z"), "gradescope") for number in (10, 1_010))

    assert many - some >= 2 * 4 * 1_000, "to parse it and to look at what it names"


def test_a_time_longer_than_any_is_not_looked_at_whole() -> None:
    with pytest.raises(InvalidEvents) as refused:
        Reading(exported(3, "1" * 100_000), "gradescope")
    assert len(str(refused.value.details)) < 1_000


def test_a_score_longer_than_any_is_no_number() -> None:
    with pytest.raises(InvalidEvents, match="1 fault") as refused:
        Reading(exported(1, "2024-01-01T00:00:00Z").replace(b'"1"', b'"' + b"1" * 100_000 + b'"'), "gradescope")
    assert "expected a number" in str(refused.value.details)


def test_a_score_of_lists_of_lists_is_not_written_out() -> None:
    lists = "".join(f"x{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 10)}]\n" for level in range(1, 25))
    body = b"x0: &x0 [1]\n" + lists.encode() + exported(1, "2024-01-01T00:00:00Z").replace(b'"1"', b"*x24")

    with pytest.raises(InvalidEvents) as refused:
        Reading(body, "gradescope")
    assert "got a list or a mapping" in str(refused.value.details)


def workbook(**parts: bytes) -> bytes:
    """A workbook of one event; `parts` come in the place of those of the same name, or beside them."""
    plain, made = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    for row in (["student", "question"], ["ada", "1"]):
        book.worksheets[0].append(row)
    book.save(plain)
    with zipfile.ZipFile(plain) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as other:
        for name, content in ({name: archive.read(name) for name in archive.namelist()} | parts).items():
            other.writestr(name, content)
    return made.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        return archive.read(name)


def test_the_workbook_of_these_tests_is_read() -> None:
    assert Reading(workbook(), "table").ids() == ["ada"]


@pytest.mark.parametrize("element", [b"<x/>", b"<sheetFormatPr/>"])
def test_a_sheet_counts_whatever_is_in_it(element: bytes) -> None:
    sheet = b"<worksheet " + NAMESPACE + b">" + element * (4 * MEBIBYTE // len(element)) + b"<sheetData/></worksheet>"

    with pytest.raises(TooLarge, match="FEEDBACK_READ_SECONDS"):
        Reading(workbook(**{SHEET: sheet}), "table", limits=Limits(effort=Effort(0.2)))


def test_texts_count_whatever_their_part_is_called() -> None:
    name = "xl/worksheets/s.xml"
    kind = b'<Override PartName="/' + name.encode() + b'" ContentType="' + STRINGS + b'"/></Types>'
    types = part("[Content_Types].xml").replace(b"</Types>", kind)
    texts = b"<sst " + NAMESPACE + b">" + b"<si><t>x</t></si>" * 200_000 + b"</sst>"

    with pytest.raises(TooLarge, match="FEEDBACK_READ_SECONDS"):
        Reading(workbook(**{"[Content_Types].xml": types, name: texts}), "table", limits=Limits(effort=Effort(0.2)))


def test_a_part_that_is_read_in_one_piece_is_small() -> None:
    head, tail = part("xl/styles.xml").split(b"<cellXfs", 1)
    begun, rest = tail.split(b">", 1)
    styles = head + b"<cellXfs" + begun + b">" + b"<xf/>" * (MEBIBYTE // 5) + rest

    with pytest.raises(TooLarge, match="Save its sheet as CSV"):
        Reading(workbook(**{"xl/styles.xml": styles}), "table")


def with_format(code: str) -> bytes:
    formats = f'<numFmts count="1"><numFmt numFmtId="164" formatCode="{code}"/></numFmts>'.encode()
    head, fonts, rest = re.sub(rb"<numFmts.*?(/>|</numFmts>)", b"", part("xl/styles.xml")).partition(b"<fonts")
    return workbook(**{"xl/styles.xml": head + formats + fonts + rest})


def with_name(name: str, text: str) -> bytes:
    names = f'<definedNames><definedName name="{name}" localSheetId="0">{text}</definedName></definedNames>'.encode()
    head, begun, rest = re.sub(rb"<definedNames\s*/>", b"", part("xl/workbook.xml")).partition(b"<calcPr")
    return workbook(**{"xl/workbook.xml": head + names + begun + rest})


def test_number_formats_and_names_of_an_honest_workbook_are_taken() -> None:
    assert Reading(with_format("[$-409]" * 36 + "d"), "table").ids() == ["ada"]
    assert Reading(with_name("_xlnm.Print_Titles", "'Sheet'!$1:$1"), "table").ids() == ["ada"]
    assert Reading(with_name("mine", "1+" * 900 + "1"), "table").ids() == ["ada"]


@pytest.mark.parametrize("text", ["[", "'"])
def test_number_formats_and_names_that_would_take_openpyxl_minutes_are_refused(text: str) -> None:
    long = text * (500 << 10)
    for body in (with_format(long), with_name("_xlnm.Print_Titles", long), with_name("x", long)):
        with pytest.raises(TooLarge, match="longer number formats or names"):
            Reading(body, "table")


def group_of(members: int, identity: int) -> bytes:
    agents = [{"mbox": f"mailto:{number}@x.edu"} for number in range(members)]
    statement = {"id": "i" * identity, "actor": {"member": agents}, "verb": {"id": "http://x/answered"}}
    return json.dumps([statement | {"object": {"id": "q1"}}]).encode()


def feed_of(teams: int, contest: int) -> bytes:
    lines = [{"type": "contest", "id": None, "data": {"id": " " + "c" * contest}, "token": "0"}]
    for number in range(teams):
        data = {"id": str(number), "team_id": f"t{number}", "problem_id": "p"}
        lines.append({"type": "submissions", "id": str(number), "data": data, "token": "1"})
    return "\n".join(map(json.dumps, lines)).encode()


def handed_in_by(members: int, identity: int) -> bytes:
    header = "Usernames,Assessment,Assessment instance,Question,Submission ID,Submission date,Score\n"
    names = " ".join(f"u{number}" for number in range(members))
    return f'{header}"{names}",A,1,q1,{"7" * identity},2024-01-01T00:00:00Z,1\n'.encode()


def in_teams_of(members: int, identity: int) -> bytes:
    author = {"members": [{"handle": f"h{number}"} for number in range(members)], "participantType": "CONTESTANT"}
    head = json.dumps({"author": author, "problem": {"contestId": 1, "index": "A"}, "verdict": "OK"})[:-1]
    return f'{{"status":"OK","result":[{head},"id":{"7" * identity}}}]}}'.encode()


def in_one_row(cells: int) -> bytes:
    """A table whose header goes on over ends of lines, within quotes."""
    return b"".join(b'",' + b"," * 60_000 + b'"\n' for _ in range(cells // 60_000))


SHARED = {
    "codeforces": in_teams_of(3_000, 4_000),
    "datashop": in_one_row(1_200_000),
    "table": in_one_row(1_200_000),
    "xapi": group_of(300, MEBIBYTE),
    "ccs": feed_of(300, MEBIBYTE),
    "prairielearn": handed_in_by(300, MEBIBYTE // 2),
}


def peak_of(body: bytes, source: str) -> int:
    """The most memory, in bytes, that reading a body takes beside it."""
    tracemalloc.start()
    try:
        with suppress(EventsError):
            Reading(body, source)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


SMALL_THINGS = b",".join([b"{}"] * 1_500_000)
NAMES = b",".join(b'"%07d":""' % number for number in range(1_300_000))
MILLIONS = {
    "members of a team": ("codeforces", b'{"status":"OK","result":[{"author":{"members":[%s]}}]}' % SMALL_THINGS),
    "members of a team in a line": ("codeforces", b'{"author":{"members":[%s]}}\n{}\n' % SMALL_THINGS),
    "a collection": ("ccs", b'{"type":"submissions","op":"update","data":[%s]}\n' % SMALL_THINGS),
    "members of a group": ("xapi", b'[{"actor":{"member":[%s]}}]' % SMALL_THINGS),
    "activities around one": ("xapi", b'[{"context":{"contextActivities":{"grouping":[%s]}}}]' % SMALL_THINGS),
    "names of an activity": ("xapi", b'[{"object":{"definition":{"name":{%s}}}}]' % NAMES),
}


@pytest.mark.parametrize("what", MILLIONS)
def test_millions_of_small_things_in_an_entry_are_refused_before_they_are_built(what: str) -> None:
    source, body = MILLIONS[what]
    with pytest.raises(TooLarge, match="Too much to examine in one piece"):
        Reading(body, source)
    assert peak_of(body, source) < 4 * len(body)


def test_an_object_of_very_many_names_is_not_held_to_see_whether_it_is_a_line() -> None:
    body = b"{%s}" % NAMES[: 6 * MEBIBYTE].rpartition(b",")[0]
    assert peak_of(body, "xapi") < 2 * len(body)


def test_an_object_by_itself_is_no_longer_than_a_piece() -> None:
    body = b'{"a":"%s","b":"%s"}' % ((b"x" * (MAX_PIECE_BYTES // 2 + 1),) * 2)
    with pytest.raises(TooLarge, match="larger than 67,108,864 bytes"):
        Reading(body, "xapi")


@pytest.mark.parametrize("source", SHARED)
def test_a_long_text_that_many_students_share_is_kept_once(source: str) -> None:
    assert peak_of(SHARED[source], source) < 40 * MEBIBYTE, "and not once for each of them"


def test_a_table_of_very_many_columns_is_refused_by_their_number() -> None:
    with pytest.raises(InvalidEvents) as refused:
        Reading(b"student,question" + b",x" * 200_000 + b"\n", "table")
    assert "200,002 columns; at most" in str(refused.value.details)


def test_an_id_that_only_begins_like_one_is_none() -> None:
    with pytest.raises(InvalidEvents):
        Reading(b"student,question\na" + b" " * 2_000 + b"b,1\n", "table")
    assert Reading(b"student,question\n" + b" " * 2_000 + b"ada,1\n", "table").ids() == ["ada"]


def test_of_a_long_title_the_beginning_counts() -> None:
    assert short("x" * MEBIBYTE) == "x" * 200
    assert short(" " * 2_000 + "x") is None


def test_no_word_of_a_statement_is_kept_whole_for_the_next_body() -> None:
    verbs = [f"http://x/{number}/{'V' * 100_000}" for number in range(50)]
    statements = [{"actor": {"mbox": "mailto:a@x.edu"}, "object": {"id": "q"}, "verb": {"id": verb}} for verb in verbs]
    tracemalloc.start()
    try:
        with suppress(EventsError):
            Reading(json.dumps(statements).encode(), "xapi")
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < MEBIBYTE


def header_of(kind: bytes, content: bytes) -> bytes:
    header = tarfile.TarInfo("attributes")
    header.type, header.size = kind, len(content)
    return header.tobuf(tarfile.USTAR_FORMAT) + content.ljust(-len(content) % 512 + len(content), b"\0")


def tar_with_attributes(size: int) -> bytes:
    """A tar whose only file has so many bytes of attributes beside its block."""
    attributes = header_of(tarfile.XHDTYPE, b"6 a=b\n" * (size // 6))
    return attributes + tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT) + bytes(1024)


def test_the_attributes_of_a_file_in_a_tar_count_and_are_few() -> None:
    few, many = Counted(), Counted()
    assert names_in(io.BytesIO(tar_with_attributes(60)), few) == ["x"]
    assert names_in(io.BytesIO(tar_with_attributes(4_000)), many) == ["x"]
    assert many.turns - few.turns > 400

    with pytest.raises(InvalidEvents, match="a header in it has more than 4,096 bytes"):
        names_in(io.BytesIO(tar_with_attributes(5_000)), Effort())


def tar_with_shared_attributes(number: int, members: int) -> bytes:
    """A tar of empty files that all have so many attributes."""
    records = [f"{len(str(key)) + 6} k{key}=v\n".encode() for key in range(number)]
    made = io.BytesIO()
    for first in range(0, number, 300):
        made.write(header_of(tarfile.XGLTYPE, b"".join(records[first : first + 300])))
    for member_ in range(members):
        made.write(tarfile.TarInfo(str(member_)).tobuf(tarfile.USTAR_FORMAT))
    return made.getvalue() + bytes(1024)


def test_no_file_of_a_tar_has_a_copy_of_the_attributes_of_all() -> None:
    tracemalloc.start()
    try:
        assert len(names_in(io.BytesIO(tar_with_shared_attributes(90, 3_000)), Effort())) == 3_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 * MEBIBYTE

    with pytest.raises(InvalidEvents, match="more than 100 attributes of its own"):
        names_in(io.BytesIO(tar_with_shared_attributes(900, 2)), Effort())


def test_a_large_file_in_a_tar_is_read_all_the_same() -> None:
    made, content = io.BytesIO(), b"x" * (3 * MEBIBYTE)
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("folder/events.csv")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    made.seek(0)

    name, unpacked = member(made, "events.csv", 8 * MEBIBYTE, Limits())
    with unpacked:
        assert (name, unpacked.read()) == ("folder/events.csv", content)


def test_a_zip_of_more_members_than_any_export_is_refused_by_its_directory() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(50_000):
            archive.writestr(zipfile.ZipInfo(f"a folder of the export/and a file in it {number}"), b"")

    made.seek(0)
    with pytest.raises(TooLarge, match="too many members"):
        names_in(made, Effort())
