"""How files are called that a learning platform takes back, and files that are called by students' names.

Moodle (`mod/assign/feedback/file/importziplib.php`) splits each part of a path at `_` into at most five and wants four:
anything, the participant's number, `assignsubmission` or `assignfeedback`, a plugin's name. It skips files that begin
with `.` or `~`. Canvas (`infer_comment_context_from_filename`) splits the name at `_` and takes the first two parts
that are digits alone: the user's number, and that of a file which the student handed in.
"""

import re
import unicodedata

# Moodle takes the first of these out of every part of a path; Windows knows no file with the rest.
_UNSAFE = re.compile("[&<>\"`|':\\\\/*?]")
_NAME_BYTES = 120
NOT_IN_ROSTER = "not-in-roster.csv"


def moodle_path(name: str, participant: str, suffix: str) -> str:
    """Of a report among those that Moodle's "Upload multiple feedback files in a zip" takes; `suffix` has its dot."""
    return f"{_readable(name) or 'Student'}_{participant}_assignsubmission_file_/report{suffix}"


def canvas_path(name: str, user: str, file: str, suffix: str) -> str:
    """Of a report among those that Canvas's "Upload submissions" takes; `file` is "" where it is not known.

    Without it Canvas ignores the file; the name still says whose it is.
    """
    letters = "".join(c for c in name.casefold() if c.isalnum() or unicodedata.category(c).startswith("M"))
    plain = "student" if not letters or letters.isdigit() else _cut(letters)
    return "_".join(part for part in (plain, user, file, f"report{suffix}") if part)


def named_stem(name: str, stem: str) -> str:
    """A file name for people, without suffix: the name, then what tells it from all others (`file_stems`)."""
    readable = _readable(name)
    return f"{readable} ({stem})" if readable else stem


def _readable(name: str) -> str:
    """The name without what a platform or a file system would take out of it or split it at."""
    kept = "".join(" " if _is_break(c) else c for c in _UNSAFE.sub("", name))
    return _cut(" ".join(kept.split())).strip(" .~")


def _is_break(character: str) -> bool:
    """Blanks, controls, marks that turn the direction of text; and the `_` at which names are split."""
    return character == "_" or unicodedata.category(character)[0] in "CZ"


def _cut(text: str) -> str:
    """At most so much that a path with it fits any file system, never amid a character."""
    return text.encode()[:_NAME_BYTES].decode(errors="ignore")
