"""The main job in both ways of running: a class goes in, every report comes out, over HTTP and by real workers."""

import csv
import hashlib
import io
import json
import re
import subprocess
import zipfile
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pypdf
import pytest

from feedback.contract.layout import CLASS_TABLES, STUDENTS_TABLE
from tests.harness.stack import Stack

EXAMPLE = Path(__file__).parents[2] / "examples" / "class.json"
STUDENTS: list[dict[str, Any]] = json.loads(EXAMPLE.read_text())


@pytest.fixture(params=["service", "service_with_keys", "embedded"])
def stack(request: pytest.FixtureRequest) -> Stack:
    running = request.getfixturevalue(request.param)
    assert isinstance(running, Stack)
    return running


def event_order(student: dict[str, Any]) -> str:
    """The line a report must hold, computed here a second time from the contract's words."""

    def sort_key(unit: str) -> tuple[Any, ...]:
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", unit):
            return (0, Decimal(unit))
        runs = re.findall(r"[0-9]+|[^0-9]", unit)
        return (1, [(0, int(run), "") if run.isdigit() else (1, 0, run) for run in runs], unit)

    units = [str(event["unit"]) for event in student["events"]]
    ordered: list[tuple[Any, ...]] = sorted({sort_key(unit)[:2] for unit in units})
    return "Event Order: " + " -> ".join(f"Q{ordered.index(sort_key(unit)[:2]) + 1}" for unit in units)


def words_of_page(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def words_of_pdf(data: bytes) -> str:
    """By pypdf (which reads the letters of Latin scripts only in their right order)."""
    return _without_feet([page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages])


def words_by_pdftotext(data: bytes) -> str:
    """In its default mode, less the marks by which it says where text runs from right to left."""
    text = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()
    return _without_feet(re.sub("[\u202a-\u202e]", "", text).removesuffix("\f").split("\f"))


def _without_feet(pages: list[str]) -> str:
    """The pages' text with the feet removed and white space folded."""
    lines = [line for page in pages for line in page.splitlines()]
    kept = [line for line in lines if not re.fullmatch(r"\s*Page \d+ of \d+\s*", line)]
    assert len(lines) - len(kept) == len(pages)
    return " ".join(" ".join(kept).split())


@pytest.mark.parametrize("format_", ["html", "pdf"])
def test_a_class_goes_in_and_every_report_comes_out(stack: Stack, format_: str) -> None:
    posted = stack.client.post(f"/assignment/{format_}", content=EXAMPLE.read_bytes(), headers=_JSON)
    assert posted.status_code == 202
    address = posted.headers["Location"]

    finished = stack.finished(address)
    assert finished.status_code == 200
    entries = stack.client.get(f"{address}/reports").json()["students"]
    assert [entry["student_id"] for entry in entries] == [student["student_id"] for student in STUDENTS]
    for student, entry in zip(STUDENTS, entries, strict=True):
        document = stack.client.get(entry["link"])
        assert hashlib.sha256(document.content).hexdigest() == entry["sha256"]
        words = words_of_page(document.text) if format_ == "html" else words_of_pdf(document.content)
        assert event_order(student) in words
        if format_ == "pdf":
            words = words_by_pdftotext(document.content)
            assert event_order(student) in words
        assert f"Student ID: {student['student_id']}" in words

    archive = stack.client.get(f"{address}/archive.zip")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        reports = [name for name in names if name.startswith(f"{format_}/")]
        assert len(reports) == len(STUDENTS)
        assert sorted(set(names) - set(reports)) == sorted(["manifest.json", f"class.{format_}", *CLASS_TABLES])
        assert len(names) == len(set(names))
        _, *rows = csv.reader(io.StringIO(opened.read(STUDENTS_TABLE).decode("utf-8-sig")))
    assert len(rows) == len(STUDENTS)


def test_one_student_by_the_readmes_curl_gives_the_statuses_of_the_contract(stack: Stack) -> None:
    body = {"student_id": "e2e-single", "events": [{"unit": 17, "type": "submission"}, {"unit": "a", "type": "x"}]}
    posted = stack.client.post("/assignment/pdf", json=body)
    assert (posted.status_code, posted.json()["status"]) == (202, "Processing started")

    finished = stack.finished(posted.headers["Location"])
    assert finished.headers["Content-Type"] == "application/pdf"
    assert "Event Order: Q1 -> Q2" in words_of_pdf(finished.content)
    again = stack.client.post("/assignment/pdf", json=body)
    assert again.status_code == 200
    assert again.json() == {"task_id": posted.json()["task_id"], "status": "SUCCESS"}
    as_document = stack.client.post("/assignment/pdf", json=body, headers={"Accept": "application/pdf"})
    assert as_document.content == finished.content


def test_a_pdf_is_tagged_and_declares_pdf_ua_1(stack: Stack) -> None:
    posted = stack.client.post("/assignment/pdf", json=STUDENTS[0])
    finished = stack.finished(posted.headers["Location"])

    with pikepdf.open(io.BytesIO(finished.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["pdfaid:part"] == "2"


def test_a_chunked_body_is_read_to_its_end(stack: Stack) -> None:
    lines = (json.dumps(student).encode() + b"\n" for student in STUDENTS[:3])
    posted = stack.client.post("/assignment/html", content=lines, headers={"Content-Type": "application/x-ndjson"})

    assert posted.status_code == 202
    assert stack.finished(posted.headers["Location"]).status_code == 200


def test_a_body_over_the_limit_is_a_413_and_the_server_goes_on(stack: Stack) -> None:
    too_much = (b" " * (1 << 20) for _ in range(1 << 10))
    try:
        answer = stack.client.post("/assignment/html", content=too_much, headers=_JSON)
    except httpx.TransportError:
        pass  # the server may close the connection once it has heard enough
    else:
        assert answer.status_code == 413
    assert stack.client.get("/health/ready").status_code == 200


_JSON = {"Content-Type": "application/json"}
