"""Pseudonyms for students: keyed hashes in the place of ids, so that what is stored names nobody.

A pseudonym is `p-` and the first 80 bits, in lower-case Base32 (RFC 4648), of HMAC-SHA-256 (RFC 2104, FIPS 198-1) of
the student's id in UTF-8, in NFC and without outer white space. The key is the teacher's: without it nobody can tell
which id a pseudonym stands for, nor try a list of ids. The namespace is no part of it, so a student has the same
pseudonym in every exam that is read with the same key.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator

import msgspec

from feedback.events.model import Student
from feedback.events.reading import StudentStream

# 128 bits of key are as many as the best attack on such a hash needs to try.
KEY_BYTES = 16
_HASH_BYTES = 10
_REMARK_CHARACTERS = 2000

HEADER = ("pseudonym", "student_id", "namespace", "name")
Row = tuple[str, str, str, str]


class WeakKeyError(ValueError):
    """The key is too short to withstand guessing."""


class Pseudonyms:
    """Replaces ids, and remembers which stands for which in `rows`, in the order of the students."""

    def __init__(self, key: bytes) -> None:
        """Raises WeakKeyError."""
        self._key = key.strip()
        if len(self._key) < KEY_BYTES:
            raise WeakKeyError(
                f"the key has {len(self._key)} bytes; it needs {KEY_BYTES} or more that nobody can guess"
            )
        self.rows: list[Row] = []

    def of(self, student_id: str) -> str:
        """The pseudonym of a student: the same for the same id and key, always."""
        digest = hmac.digest(self._key, student_id.encode(), hashlib.sha256)
        return "p-" + base64.b32encode(digest[:_HASH_BYTES]).decode().lower()

    def student(self, student: Student) -> Student:
        """The student with a pseudonym for an id, no name, and a remark in which neither id nor name is left."""
        pseudonym = self.of(student.student_id)
        self.rows.append((pseudonym, student.student_id, student.namespace or "", student.name or ""))
        remark = student.remark and _without(student.remark, (student.student_id, student.name or ""), pseudonym)
        return msgspec.structs.replace(student, student_id=pseudonym, name=None, remark=remark)

    def among(self, stream: StudentStream) -> StudentStream:
        """The same stream; iterate this one."""
        return stream.of(self._hidden(iter(stream)))

    def _hidden(self, students: Iterator[Student]) -> Iterator[Student]:
        return map(self.student, students)


def _without(text: str, hidden: tuple[str, str], pseudonym: str) -> str:
    """The text with the pseudonym in the place of each id or name that stands in it as a word."""
    for word in filter(None, hidden):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", pseudonym, text, flags=re.IGNORECASE)
    return text[:_REMARK_CHARACTERS]
