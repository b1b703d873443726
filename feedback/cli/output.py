"""The layout every way of making reports shares: `html/<file>.html`, `pdf/<file>.pdf`, `class.*`, `manifest.json`."""

import hashlib
import secrets
from pathlib import Path

from feedback.rendering import Format
from feedback.rendering.manifest import Manifest, encode_manifest

MANIFEST = "manifest.json"


def report_path(format_: Format, stem: str) -> str:
    """Where a report stands, relative to the folder; also its link from the class report and the manifest."""
    return f"{format_.value}/{stem}{format_.suffix}"


def class_path(format_: Format) -> str:
    return f"class{format_.suffix}"


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


def write_manifest(folder: Path, manifest: Manifest) -> None:
    write(folder, MANIFEST, encode_manifest(manifest) + b"\n")
