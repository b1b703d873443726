"""Reading event logs from files: formats, several files as one class, and faults by file and place."""

import gzip
import io
import sys
from pathlib import Path

import pytest

from feedback.cli.files import UnreadableFiles, read_roster
from feedback.events import MediaType, decode_student
from feedback.events.files import media_type_of

ROOMY = 1 << 20
ADA = b'{"student_id": "ada", "events": [{"unit": 1}]}'
BOB = b'{"student_id": "bob", "namespace": "n", "events": []}'


def write(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def faults_of(*paths: str, max_bytes: int = ROOMY) -> list[str]:
    with pytest.raises(UnreadableFiles) as caught:
        read_roster(paths, max_bytes)
    return caught.value.lines


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("class.json", b"[" + ADA + b", " + BOB + b"]"),
        ("class.json.gz", gzip.compress(b"[" + ADA + b", " + BOB + b"]", mtime=0)),
        ("class.ndjson", ADA + b"\n\n" + BOB + b"\n"),
        ("class.ndjson.gz", gzip.compress(ADA + b"\n" + BOB, mtime=0)),
        ("gzip without the name.json", gzip.compress(b"[" + ADA + b", " + BOB + b"]", mtime=0)),
        ("class.csv", b"student_id,namespace,unit\nada,,1\nbob,n,\n"),
        ("class.csv.gz", gzip.compress(b"student_id,namespace,unit\nada,,1\nbob,n,\n", mtime=0)),
        ("class", b"\xef\xbb\xbfnamespace;student_id;unit\n;ada;1\nn;bob;\n"),
        ("class.txt", ADA + b"\n" + BOB + b"\n"),
        ("class", b" \n[" + ADA + b"," + BOB + b"]"),
    ],
)
def test_each_format_gives_the_students_in_order(tmp_path: Path, name: str, content: bytes) -> None:
    with read_roster([write(tmp_path, name, content)], ROOMY) as roster:
        assert roster.keys == [("", "ada"), ("n", "bob")]
        assert [decode_student(payload).student_id for payload in roster.payloads()] == ["ada", "bob"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (ADA, MediaType.JSON),
        (ADA + b"\n\n  ", MediaType.JSON),
        (ADA + b"\n" + BOB, MediaType.NDJSON),
        (b"\n" + ADA + b"\n\n" + BOB, MediaType.NDJSON),
        (b'{\n "student_id": "ada",\n "events": []\n}', MediaType.JSON),
        (b"unit,student_id\n1,ada", MediaType.CSV),
        (b"[]", MediaType.JSON),
        (b"", MediaType.JSON),
        (b"[" * 100_000, MediaType.JSON),
    ],
)
def test_the_format_of_standard_input_is_found_by_a_look_at_it(content: bytes, media_type: MediaType) -> None:
    source = io.BytesIO(content)
    assert media_type_of("-", source) is media_type
    assert source.read() == content


def test_standard_input_may_be_gzip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(ADA))))
    with read_roster(["-"], ROOMY) as roster:
        assert roster.keys == [("", "ada")]


def test_several_files_are_one_class(tmp_path: Path) -> None:
    with read_roster([write(tmp_path, "a.json", ADA), write(tmp_path, "b.ndjson", BOB)], ROOMY) as roster:
        assert roster.keys == [("", "ada"), ("n", "bob")]


def test_a_student_in_two_files_is_a_fault_that_names_both(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a.json", BOB), write(tmp_path, "b.json", BOB)
    assert faults_of(first, second) == [
        f'{second}: student "bob" of namespace "n" is already in {first}; give each student once'
    ]


def test_the_same_file_twice_is_the_same_students_twice(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", ADA)
    assert len(faults_of(path, path)) == 1


def test_the_same_id_in_two_namespaces_is_two_students(tmp_path: Path) -> None:
    paths = [write(tmp_path, "a.json", BOB), write(tmp_path, "b.json", BOB.replace(b'"n"', b'"m"'))]
    with read_roster(paths, ROOMY) as roster:
        assert roster.keys == [("n", "bob"), ("m", "bob")]


def test_every_fault_of_every_file_is_named_by_file_and_place(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "a.json", b'[{"student_id": "", "events": [{"unit": true}]}]'),
        write(tmp_path, "b.ndjson", ADA + b"\n{}\n"),
        write(tmp_path, "c.json", b"not json"),
        write(tmp_path, "d.json.gz", gzip.compress(ADA)[:-9]),
        str(tmp_path / "missing.json"),
    ]
    lines = faults_of(*paths)
    for start in (
        f"{paths[0]}: students[0].student_id: expected a string",
        f"{paths[0]}: students[0].events[0].unit: expected a string",
        f"{paths[1]}: line 2: student_id: expected a string",
        f"{paths[1]}: line 2: events: expected a list",
        f"{paths[2]}: body: not JSON",
        f"{paths[3]}: body: cut short",
        f"{paths[4]}: cannot be read: No such file",
    ):
        assert sum(line.startswith(start) for line in lines) == 1, (start, lines)
    assert len(lines) == 7


def test_a_bomb_is_refused_at_the_limit(tmp_path: Path) -> None:
    bomb = write(tmp_path, "bomb.json.gz", gzip.compress(b" " * (ROOMY + 1)))
    assert "larger than 1,048,576 bytes" in faults_of(bomb)[0]


def test_thousands_of_faults_are_cut_short_with_a_count(tmp_path: Path) -> None:
    students = b",".join(b'{"student_id": "s%d", "events": []}' % number for number in range(1500))
    path = write(tmp_path, "a.json", b"[" + students + b"]")
    lines = faults_of(path, path)
    assert len(lines) == 1001
    assert lines[-1] == "and 500 more"
