"""The layout every way of making reports shares: `html/<file>.html`, `pdf/<file>.pdf`, `json/<file>.json`,
`class.html`, `class.pdf`, `class.json` and `manifest.json`.
"""

import hashlib
import secrets
from enum import StrEnum
from pathlib import Path

from feedback.contract.manifest import Manifest, encode_manifest

MANIFEST = "manifest.json"


class Output(StrEnum):
    """What can be asked for: the documents of `rendering.Format`, and the findings they are made of."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"


DOCUMENTS = (Output.HTML, Output.PDF)


def report_path(output: Output, stem: str) -> str:
    """Where a report stands, relative to the folder; also its link from the class report and the manifest."""
    return f"{output}/{stem}.{output}"


def class_path(output: Output) -> str:
    return f"class.{output}"


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
