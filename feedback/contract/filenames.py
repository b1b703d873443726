"""File names that are safe in every file system, archive and HTTP header."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
# Reserved by Windows with any suffix: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_SLUG_CHARACTERS = 40


def file_stems(keys: Sequence[tuple[str, str]]) -> list[str]:
    """A file name without suffix for each (namespace, student id), in the same order and all different.

    The id itself where it is a plain name, unique when case is folded and no Windows device name; else a
    slug of it and 12 hexadecimal digits of a hash of the key. The keys must differ from one another.
    """
    folded = Counter(student_id.lower() for _, student_id in keys)
    stems = {key: key[1] for key in keys if folded[key[1].lower()] == 1 and _is_plain(key[1])}
    plain = {student_id.lower(): (namespace, student_id) for namespace, student_id in stems}
    waiting = [key for key in keys if key not in stems]
    while waiting:
        key = waiting.pop()
        stems[key] = _hashed_stem(*key)
        # An id may have been chosen to look like another student's hashed name, and its own hashed name like a third's.
        if (posing := plain.pop(stems[key], None)) is not None:
            waiting.append(posing)
    return [stems[key] for key in keys]


def _is_plain(student_id: str) -> bool:
    return _PLAIN.fullmatch(student_id) is not None and not _DEVICE.fullmatch(student_id)


def _hashed_stem(namespace: str, student_id: str) -> str:
    # Neither part may hold a NUL, so it parts them without ambiguity.
    digest = hashlib.sha256(f"{namespace}\0{student_id}".encode()).hexdigest()[:12]
    ascii_id = unicodedata.normalize("NFKD", student_id).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_id)[:_SLUG_CHARACTERS].strip("-")
    return f"{slug or 'student'}-{digest}"
