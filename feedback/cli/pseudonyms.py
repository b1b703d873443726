"""The key file of `--pseudonyms`, and the list beside it that says which pseudonym is which student."""

import csv
import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path

from feedback.cli import console
from feedback.cli.files import UnreadableFiles
from feedback.contract.spreadsheet import csv_table, guarded
from feedback.events.pseudonyms import HEADER, Pseudonyms, Row, WeakKeyError

_LIST = ".students.csv"
_NEW_KEY_BYTES = 32
_OTHERS = 0o077


def pseudonyms_of(file: str | None) -> Pseudonyms | None:
    """The pseudonyms that the key in a file gives; None where there is no file to be read.

    A file that is not there is made, with a new key. Raises UnreadableFiles.
    """
    if file is None:
        return None
    path = Path(file)
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & _OTHERS:
            console.note(f"{path}: other people of this machine may read it; chmod 600 {path}")
        return Pseudonyms(path.read_bytes())
    except WeakKeyError as fault:
        raise UnreadableFiles([f"{path}: {fault}; delete it, and a new one is made"]) from None
    except OSError as fault:
        raise UnreadableFiles([f"{path}: cannot be read: {fault.strerror or fault}"]) from None


def write_list(file: str | None, pseudonyms: Pseudonyms | None) -> None:
    """Add to the list beside the key file who is who, for the owner of the file alone. Raises console.Failed."""
    if file is None or pseudonyms is None:
        return
    path = Path(file + _LIST)
    try:
        _write(path, _joined(_known(path), pseudonyms.rows))
    except OSError as fault:
        why = f"{path}: {fault.strerror or fault}; without it nobody could tell who is who, so nothing was made"
        raise console.Failed("The list of the pseudonyms cannot be written:", [why]) from None
    console.note(f"Who is who is written in {path}, for you alone.")


def _joined(known: Iterable[Row], rows: Iterable[Row]) -> list[Row]:
    """A row for each pseudonym and namespace, the later one; a name that it lacks is kept from before."""
    joined = dict[tuple[str, str], Row]()
    for row in (*known, *rows):
        pseudonym, student_id, namespace, name = row
        key = pseudonym, guarded(namespace)  # as the list that there is has it
        before = joined.get(key)
        joined[key] = (pseudonym, student_id, namespace, name or (before[3] if before else ""))
    return list(joined.values())


def _write(path: Path, rows: Iterable[Row]) -> None:
    """Whole or not at all, for its owner alone. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # of mode 600
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(csv_table(HEADER, rows))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _make(path: Path) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:  # noqa: PTH123 - with a mode
        target.write(secrets.token_hex(_NEW_KEY_BYTES) + "\n")
    console.note(f"{path}: a new key was made. Keep it: the same students get the same pseudonyms only by it.")


def _known(path: Path) -> list[Row]:
    """The rows of an earlier list; none where there is none."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)]
    return [(row[0], row[1], row[2], row[3]) for row in rows[1:] if len(row) == len(HEADER)]
