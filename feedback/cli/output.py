"""Files of a run, each written whole or not at all, in the layout of `contract.layout`."""

import hashlib
import secrets
from pathlib import Path

from feedback.contract.layout import MANIFEST
from feedback.contract.manifest import Manifest, encode_manifest


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
