"""What was done is logged as well as kept, and only once it is true."""

import logging
from uuid import uuid4

import pytest
from django.db import transaction

from feedback.access import audit
from feedback.access.audit import Action


def actions(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    return [(line["action"], line["task_id"]) for line in lines if line["event"] == "audited"]


@pytest.mark.django_db(transaction=True)
def test_an_erasure_is_a_line_of_the_log_once_it_is_committed(caplog: pytest.LogCaptureFixture) -> None:
    kept, undone = uuid4(), uuid4()
    with caplog.at_level(logging.INFO):
        with transaction.atomic():
            audit.record("exams-2026", Action.ERASE, "task", kept)
            assert actions(caplog) == []
        with transaction.atomic():
            audit.record("exams-2026", Action.ERASE, "task", undone)
            transaction.set_rollback(True)
        audit.record("exams-2026", Action.READ, "task", kept)

    assert actions(caplog) == [("erase", str(kept))]
