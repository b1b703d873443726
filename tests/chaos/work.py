"""Work for the service, and what must come of it: the hash of a render in which nothing failed."""

import hashlib
from collections.abc import Sequence

import msgspec

from feedback import pipeline
from feedback.contract.formats import Format
from feedback.events import decode_student, encode_student
from feedback.pipeline import Recipe
from feedback.rendering import Artifact
from tests.harness.students import Json


def expected_hashes(students: Sequence[Json], format_: str) -> list[str]:
    """The SHA-256 of each student's report, in order; students that came together are a class."""
    payloads = list(map(_payload, students))
    recipe = _recipe(payloads)
    return [_sha256(pipeline.document(pipeline.find(one, recipe), Format(format_), recipe)) for one in payloads]


def expected_sha256(student_: Json, format_: str) -> str:
    """The same of a student who came alone."""
    return expected_hashes([student_], format_)[0]


def expected_class_hash(students: Sequence[Json], format_: str, task: str, report_ids: Sequence[str]) -> str:
    """The SHA-256 of the class report of a task, whose rows lead to these reports in order."""
    payloads = list(map(_payload, students))
    recipe = _recipe(payloads)
    linked = [
        (f"{task}/reports/{id_}", pipeline.find(one, recipe)) for id_, one in zip(report_ids, payloads, strict=True)
    ]
    found, links = pipeline.find_class(linked, recipe)
    return _sha256(pipeline.class_document(found, links, Format(format_), recipe, folder=f"{task}/"))


def _recipe(payloads: Sequence[bytes]) -> Recipe:
    return Recipe(facts=pipeline.class_facts(payloads, Recipe()) if len(payloads) > 1 else None)


def _payload(student_: Json) -> bytes:
    return encode_student(decode_student(msgspec.json.encode(student_)))


def _sha256(artifact: Artifact) -> str:
    return hashlib.sha256(artifact.body).hexdigest()
