"""The service of this process with its documents in an object store."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from feedback.store.bodies import Key
from feedback.store.models import Document
from tests.harness.servers import Seaweed


@pytest.fixture
def kept(objects: Seaweed, settings: Settings) -> Iterator[Seaweed]:
    """The service of this process keeps its documents in the store, which is empty before and after."""
    point_at(settings, objects.settings)
    objects.empty()
    yield objects
    objects.empty()


def point_at(settings: Settings, told: dict[str, str]) -> None:
    settings.FEEDBACK_DOCUMENTS_URL = told["FEEDBACK_DOCUMENTS_URL"]
    settings.FEEDBACK_DOCUMENTS_TO = "s3"
    settings.FEEDBACK_DOCUMENTS_OPTIONS = {
        "endpoint": told["AWS_ENDPOINT_URL"],
        "region": told["AWS_REGION"],
        "access_key_id": told["AWS_ACCESS_KEY_ID"],
        "secret_access_key": told["AWS_SECRET_ACCESS_KEY"],
    }


def named() -> list[str]:
    """The keys that rows name, as the store has them."""
    rows = Document.objects.exclude(stored_fence=None).values_list("task_id", "pk", "stored_fence")
    return sorted(f"documents/{Key(task, id_, fence or 0)}" for task, id_, fence in rows)
