"""Work for the service, and what must come of it: the hash of a render in which nothing failed."""

import hashlib

import msgspec

from feedback.analysis import Findings, analyse, analyse_class
from feedback.contract.formats import Format
from feedback.events import decode_student, encode_student
from feedback.rendering import RenderOptions, render, render_class
from tests.harness.students import Json


def findings_of(student_: Json) -> Findings:
    received = decode_student(msgspec.json.encode(student_))
    return analyse(decode_student(encode_student(received)))


def expected_sha256(student_: Json, format_: str) -> str:
    artifact = render(findings_of(student_), Format(format_), RenderOptions())
    return hashlib.sha256(artifact.body).hexdigest()


def expected_class_sha256(students: list[Json], format_: str, links: list[str]) -> str:
    found = analyse_class(map(findings_of, students))
    artifact = render_class(found, Format(format_), RenderOptions(), links)
    return hashlib.sha256(artifact.body).hexdigest()


def expected_hashes(students: list[Json], format_: str) -> list[str]:
    return [expected_sha256(one, format_) for one in students]
