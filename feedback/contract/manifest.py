"""The manifest: what became of every student of a task, as the service and the files describe it."""

import msgspec

from feedback.contract.states import State


class ManifestEntry(msgspec.Struct, frozen=True):
    """One report. `link` and `sha256` (of the document's bytes, hexadecimal) are null until it is done.

    `link` is an address over HTTP and a relative path in files; `report_id` is null in files.
    """

    student_id: str
    namespace: str | None
    report_id: str | None
    state: State
    error: str | None = None
    link: str | None = None
    sha256: str | None = None


class Manifest(msgspec.Struct, frozen=True):
    """All reports of a task, in the order the students came in; `task_id` is null where there was no server."""

    task_id: str | None
    students: list[ManifestEntry]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Manifest)


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as indented JSON: people read this file too."""
    return msgspec.json.format(_encoder.encode(manifest), indent=2)


def decode_manifest(data: bytes) -> Manifest:
    """A manifest from its JSON. Raises msgspec.DecodeError for anything else."""
    return _decoder.decode(data)
