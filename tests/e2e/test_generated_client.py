"""The published description feeds a generator of clients, and the client that comes out works."""

import importlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.harness.stack import Stack

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
PACKAGE = "feedback_generator_client"
ADA = {"student_id": "ada", "events": [{"unit": 1, "type": "submission", "score": 1}]}


class Generated:
    """The client as it was generated, and how its parts are called."""

    def __init__(self, url: str) -> None:
        self.connection = self.part("client").Client(base_url=url)

    def part(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{name}")

    def model(self, name: str) -> Any:
        return getattr(self.part("models"), name)

    def call(self, operation: str, *path: Any, **arguments: Any) -> Any:
        """What the operation's typed answer is parsed into."""
        return self.part(f"api.{operation}").sync(*path, client=self.connection, **arguments)


@pytest.fixture(scope="module")
def generated(service: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    folder = tmp_path_factory.mktemp("client") / "made"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--output-path", str(folder)]
    files = ["--path", str(SCHEMAS / "openapi.yaml"), "--config", str(SCHEMAS / "openapi-python-client.yaml")]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    made = Generated(service.url)
    with made.connection:
        yield made
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.mark.parametrize(("format_", "first_bytes"), [("pdf", b"%PDF-"), ("html", b"<!doctype html>")])
def test_a_class_is_submitted_awaited_and_fetched_with_typed_answers(
    generated: Generated, service: Stack, format_: str, first_bytes: bytes
) -> None:
    student = generated.model("Student")
    body = [student.from_dict(ADA), student.from_dict(ADA | {"student_id": f"grace-{format_}"})]
    formats = {name: generated.model(f"{name}Format")(format_) for name in ("Submit", "Task", "Reports", "Archive")}

    accepted = generated.call("reports.submit", formats["Submit"], body=body)
    assert isinstance(accepted, generated.model("Accepted"))
    task = accepted.task_id
    assert service.finished(f"/assignment/{format_}/{task}").status_code == 200

    assert isinstance(generated.call("reports.submit", formats["Submit"], body=body), generated.model("AlreadyDone"))
    document = generated.call("reports.task", formats["Task"], task)
    assert document.payload.read().lower().startswith(first_bytes.lower())
    manifest = generated.call("reports.reports", formats["Reports"], task)
    assert isinstance(manifest, generated.model("Manifest"))
    assert [entry.student_id for entry in manifest.students] == ["ada", f"grace-{format_}"]
    archive = zipfile.ZipFile(io.BytesIO(generated.call("reports.archive", formats["Archive"], task).payload.read()))
    assert "manifest.json" in archive.namelist()
    findings = generated.call("findings.findings", generated.model("FindingsFormat")(format_), task)
    assert isinstance(findings, generated.model("ClassFindings"))


def test_an_envelope_with_the_context_of_the_exam_is_typed(generated: Generated, service: Stack) -> None:
    envelope = {"exam": {"title": "Loops"}, "questions": [{"unit": 1, "points": 4}], "students": [ADA]}
    html = generated.model("SubmitFormat")("html")
    accepted = generated.call("reports.submit", html, body=generated.model("Envelope").from_dict(envelope))

    assert isinstance(accepted, generated.model("Accepted"))
    assert "Loops" in service.finished(f"/assignment/html/{accepted.task_id}").text


def test_a_fault_is_the_typed_envelope(generated: Generated) -> None:
    twice = [generated.model("Student").from_dict(ADA)] * 2
    fault = generated.call("reports.submit", generated.model("SubmitFormat")("html"), body=twice)

    assert isinstance(fault, generated.model("Error"))
    assert any(place.startswith("students[1]") for place in fault.details.to_dict())
