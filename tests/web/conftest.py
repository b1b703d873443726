"""Pages through Django's client, with the reports' fixtures; the work is done in the test's own process."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.harness.in_process import class_of, post, submit, work_off

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    from django.http import HttpResponse as Answer

__all__ = ["Answer", "Upload", "made", "post", "submit", "upload"]

Upload = Callable[..., Answer]


@pytest.fixture
def upload(client: Client, db: None, broker: str) -> Upload:  # noqa: ARG001 - must be running
    """`upload(content, name="class.json", **fields)`: sends the start page's form."""

    def send(content: object, name: str = "class.json", **fields: str) -> Answer:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return client.post("/", {"events": SimpleUploadedFile(name, body), **fields})

    return send


@pytest.fixture
def made(client: Client, upload: Upload) -> str:
    """The address of a class of 12 in both formats, all made."""
    address = upload(class_of(12))["Location"]
    work_off()
    assert client.get(address).status_code == 200
    return str(address)
