"""The students of a submission, at rest until they are stored."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from feedback.events import Student, encode_student
from feedback.events.spool import IN_MEMORY_BYTES


class Roll:
    """The students of a body, canonical payloads on a spool, and the hash of the content.

    The spool keeps a large class out of memory; the keys of the students stay in it.
    """

    def __init__(self, students: Iterable[Student]) -> None:
        self.keys: list[tuple[str, str]] = []
        self._sizes: list[int] = []
        self._payloads: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - see close
        digest = hashlib.sha256()
        try:
            for student in students:
                payload = encode_student(student)
                digest.update(b"%d " % len(payload))
                digest.update(payload)
                self.keys.append(student.key)
                self._sizes.append(len(payload))
                self._payloads.write(payload)
        except BaseException:
            self._payloads.close()
            raise
        self.content_sha256 = digest.digest()

    def __enter__(self) -> "Roll":
        return self

    def __exit__(self, *_: object) -> None:
        self._payloads.close()

    def rows(self) -> Iterator[tuple[tuple[str, str], bytes]]:
        """((namespace, student id), payload) of each student, in the order received."""
        self._payloads.seek(0)
        for key, size in zip(self.keys, self._sizes, strict=True):
            yield key, self._payloads.read(size)
