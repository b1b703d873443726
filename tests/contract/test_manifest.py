"""The manifest's JSON is a contract."""

import json

import msgspec
import pytest

from feedback.contract.manifest import (
    Manifest,
    ManifestEntry,
    decode_manifest,
    encode_manifest,
)
from feedback.contract.states import State

MANIFEST = Manifest(
    "t1",
    [
        ManifestEntry("ada", None, "r1", State.SUCCESS, None, "/x", "0" * 64),
        ManifestEntry("张伟", "Kurs", None, State.FAILURE, "Too large."),
    ],
)


def test_it_holds_these_names_and_no_others() -> None:
    assert json.loads(encode_manifest(MANIFEST)) == {
        "task_id": "t1",
        "students": [
            {
                "student_id": "ada",
                "namespace": None,
                "report_id": "r1",
                "state": "SUCCESS",
                "error": None,
                "link": "/x",
                "sha256": "0" * 64,
            },
            {
                "student_id": "张伟",
                "namespace": "Kurs",
                "report_id": None,
                "state": "FAILURE",
                "error": "Too large.",
                "link": None,
                "sha256": None,
            },
        ],
    }


def test_it_comes_back_as_it_was() -> None:
    assert decode_manifest(encode_manifest(MANIFEST)) == MANIFEST


def test_anything_else_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_manifest(b'{"task_id": null, "students": [{}]}')
