"""What the running service answers agrees with its published description: statuses, headers, types and content."""

import os
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.harness.stack import Stack

# For each call; `make fuzz` draws more.
EXAMPLES = 500 if os.environ.get("FUZZ") == "full" else 40
PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "openapi.yaml"
schema = schemathesis.openapi.from_path(PUBLISHED)
schemathesis.openapi.format("iana-time-zone", st.sampled_from(sorted(available_timezones())))


@schemathesis.serializer("application/x-ndjson", "text/csv")
def as_text(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="session")
def known(service: Stack) -> dict[str, dict[str, Any]]:
    """The path parameters of a finished class in each format, handed out."""
    students = [{"student_id": name, "events": [{"unit": 1, "type": "saved_code"}]} for name in ("ada", "grace")]
    found = {}
    for format_ in ("html", "pdf"):
        task = service.client.post(f"/assignment/{format_}", json=students).json()["task_id"]
        assert service.finished(f"/assignment/{format_}/{task}").status_code == 200
        manifest = service.client.get(f"/assignment/{format_}/{task}/reports").json()
        handed_out = service.client.post(f"/assignment/{format_}/{task}/handouts", json={}).json()
        found[format_] = {
            "format": format_,
            "task_id": task,
            "report_id": manifest["students"][0]["report_id"],
            "handout_id": handed_out["handout_id"],
        }
    return found


@schema.parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: "Case[Any]", service: Stack, known: dict[str, dict[str, Any]]) -> None:
    # A body that is drawn is not compressed, and not always right where a schema cannot say what is: its times,
    # its lines of students, its rows of events. Nor is one that breaks the schema always wrong: texts are trimmed
    # before they are looked at, and an empty one is absence (tests/events holds what is refused).
    case.headers.pop("Content-Encoding", None)
    unsure: list[CheckFunction] = [positive_data_acceptance, negative_data_rejection] if case.method == "POST" else []
    case.call_and_validate(base_url=service.url, excluded_checks=unsure)
    if case.method == "GET" and "task_id" in (case.path_parameters or {}):
        # The same about something that is there: what was drawn to be unknown or malformed no longer is.
        there = known["pdf" if case.path_parameters["format"] == "pdf" else "html"]
        case.path_parameters |= {name: there[name] for name in case.path_parameters}
        case.call_and_validate(
            base_url=service.url, excluded_checks=[negative_data_rejection, positive_data_acceptance]
        )
