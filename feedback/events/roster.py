"""The students of an upload, validated and at rest in bounded memory until they are stored or rendered."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Self

from feedback.events.context import NO_CONTEXT, Context, encode_context
from feedback.events.model import Student, encode_student
from feedback.events.reading import Columns, Note, StudentStream
from feedback.events.spool import IN_MEMORY_BYTES


class Roster:
    """The students of a body or of some files: their keys, their canonical payloads, and the hash of the content.

    `context` is the exam's, and `encoded_context` its canonical JSON, b"" for none; `notes`, `columns`, `source`,
    `left_out` and `assumed_zone` are the reader's. The payloads are NDJSON on a spool (in memory up to 1 MiB, on disk
    beyond), so a class of any size fits; the keys, (namespace, student_id) in the order received, stay in memory. Close
    it, or use it in a `with`.
    """

    def __init__(self, students: Iterable[Student] | StudentStream = (), context: Context = NO_CONTEXT) -> None:
        """Take in `students`, and of a reading all it says besides. Raises TooLarge for a context of too many bytes.

        Whatever iterating them raises passes through, with the spool closed.
        """
        self.keys: list[tuple[str, str]] = []
        self.take_context(context)
        self.notes: list[Note] = []
        self.columns: Columns | None = None
        self.source = "feedback"
        self.left_out: Mapping[str, int] = {}
        self.assumed_zone: str | None = None
        self.largest = 0  # bytes of a payload
        self._digest = hashlib.sha256()
        self._payloads: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - see close
        try:
            for student in students:
                self.add(student)
            if isinstance(students, StudentStream):
                self.take_reading(students)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._payloads.close()

    def take_reading(self, stream: StudentStream) -> None:
        """All that a reading, which has ended well, says besides its students. Raises TooLarge."""
        self.take_context(stream.context)
        self.notes, self.columns = stream.notes, stream.columns
        self.source, self.left_out, self.assumed_zone = stream.source, stream.left_out, stream.assumed_zone

    def take_context(self, context: Context) -> None:
        """The exam's context, instead of the one before. Raises TooLarge."""
        self.encoded_context = encode_context(context)
        self.context = context

    def add(self, student: Student) -> None:
        """Take in one more student; not while `ndjson`, `payloads` or `rows` is being read."""
        payload = encode_student(student)
        self._digest.update(b"%d " % len(payload))
        self._digest.update(payload)
        self.keys.append(student.key)
        self.largest = max(self.largest, len(payload))
        self._payloads.write(payload)
        self._payloads.write(b"\n")

    @property
    def content_sha256(self) -> bytes:
        """32 bytes, equal for equal students in equal order and an equal context, whatever the body looked like."""
        digest = self._digest.copy()
        digest.update(self.encoded_context)
        return digest.digest()

    def ndjson(self) -> IO[bytes]:
        """The payload of each student, a line each, rewound; it lives as long as the roster."""
        self._payloads.seek(0)
        return self._payloads

    def payloads(self) -> Iterator[bytes]:
        """The canonical JSON of each student, in the order received. One reader at a time."""
        return (line[:-1] for line in self.ndjson())

    def rows(self) -> Iterator[tuple[tuple[str, str], bytes]]:
        """The key and the payload of each student, in the order received. One reader at a time."""
        return zip(self.keys, self.payloads(), strict=True)
