"""Exports of other platforms on the running service: from the file to reports that say how it was read."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.harness.exports import PRAIRIELEARN, PROGSNAP2, workbook, zipped
from tests.harness.stack import Stack

JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("body", "content_type", "query", "source"),
    [
        (zipped(MainTable__csv=PROGSNAP2), "application/zip", "?source_tz=Asia/Kolkata", "progsnap2"),
        (zipped(a_submissions__csv=PRAIRIELEARN), "application/octet-stream", "", "prairielearn"),
        (workbook(), "application/octet-stream", "?column=kind:submission=Abgabe&source_tz=Asia/Kolkata", "table"),
    ],
    ids=["progsnap2", "prairielearn", "table"],
)
def test_a_packed_export_becomes_reports(
    service: Stack, body: bytes, content_type: str, query: str, source: str
) -> None:
    answer = service.client.post(f"/assignment/html{query}", content=body, headers={"Content-Type": content_type})
    assert answer.status_code in (200, 202), answer.text
    address = f"/assignment/html/{answer.json()['task_id']}"
    assert service.finished(address).status_code == 200

    assert service.client.get(address, headers=JSON).json()["source"] == source
    archive = zipfile.ZipFile(io.BytesIO(service.client.get(f"{address}/archive.zip").content))
    pages = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".html")]
    assert len(pages) == 3
    said = ["Times that came without a time zone were read as Asia/Kolkata." in page for page in pages]
    assert all(said) if query else not any(said)


def test_the_command_sends_an_export_as_it_is(service: Stack, tmp_path: Path) -> None:
    file = tmp_path / "MainTable.csv"
    file.write_bytes(PROGSNAP2.replace(b"ada", b"command-ada"))

    out = str(tmp_path / "out")
    service.run("feedback", "submit", str(file), "--url", service.url, "--out", out, "--source-tz", "Asia/Kolkata")
    page = (tmp_path / "out" / "html" / "command-ada.html").read_text()
    assert "were read as Asia/Kolkata" in page
    latest = service.client.get("/tasks").json()["tasks"]
    assert "progsnap2" in {task["source"] for task in latest[:2]}
