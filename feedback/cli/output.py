"""Files of a run, each written whole or not at all, in the layout of `contract.layout`."""

import hashlib
import secrets
from collections.abc import Collection
from pathlib import Path

import msgspec

from feedback.contract.layout import CLASS_TABLES, DOCUMENTS, MANIFEST, class_path, is_report_path
from feedback.contract.manifest import Manifest, decode_manifest, encode_manifest


def write(folder: Path, relative: str, body: bytes) -> str:
    """Write a file whole or not at all, over an older one if there is one; gives the body's sha256."""
    target = folder / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        draft.write_bytes(body)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return hashlib.sha256(body).hexdigest()


def write_manifest(folder: Path, manifest: Manifest, class_failed: Collection[str] = ()) -> None:
    """Write the manifest of a finished run, and remove the files that only the manifest before it listed.

    `class_failed` are the outputs whose class report this run could not make. Anything that no manifest of this folder
    listed is left alone.
    """
    before = _files_of(_manifest_in(folder))
    now = _files_of(manifest, class_failed)
    write(folder, MANIFEST, encode_manifest(manifest) + b"\n")
    # Compared without regard to case: on some file systems the older name leads to the newer file.
    kept = {path.casefold() for path in now}
    for path in before:
        if path.casefold() not in kept:
            (folder / path).unlink(missing_ok=True)


def _manifest_in(folder: Path) -> Manifest:
    try:
        return decode_manifest((folder / MANIFEST).read_bytes())
    except (OSError, msgspec.DecodeError):
        return Manifest(None, [])  # there is none, or a file of somebody else's by that name


def _files_of(manifest: Manifest, class_failed: Collection[str] = ()) -> set[str]:
    """The paths of a run's reports, by its manifest: those of the students, and of a class its reports and tables."""
    reports = {entry.link for entry in manifest.students if entry.link and is_report_path(entry.link)}
    students = {(entry.namespace, entry.student_id) for entry in manifest.students}
    outputs = {path.partition("/")[0] for path in reports} if len(students) > 1 else set()
    made = outputs - set(class_failed)
    tables = set(CLASS_TABLES) if made & set(DOCUMENTS) else set()
    return reports | {class_path(output) for output in made} | tables
