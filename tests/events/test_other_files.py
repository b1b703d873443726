"""Files of other kinds are named, with the cure; and a comma too many is named alike by every Python."""

import gzip
import io
import json
import zipfile

import pytest

from feedback.events import MediaType
from feedback.events.json_any import _fault
from tests.harness.reading import faults_of


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize("media_type", list(MediaType))
@pytest.mark.parametrize(
    ("body", "cure"),
    [
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "save the sheet as CSV"),
        (zipped("events.json"), "unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save the sheet as CSV"),
        (gzip.compress(b"[]", mtime=0), "Content-Encoding: gzip"),
    ],
)
def test_a_file_of_another_kind_is_named_with_the_cure(body: bytes, cure: str, media_type: MediaType) -> None:
    assert cure in str(faults_of(body, media_type)["body"])


@pytest.mark.parametrize("media_type", [MediaType.JSON, MediaType.NDJSON])
def test_json_in_utf_16_is_named_with_the_cure(media_type: MediaType) -> None:
    assert "UTF-16" in str(faults_of("[]".encode("utf-16"), media_type)["body"])


def test_csv_whose_line_ends_curl_took_away_is_named_with_the_cure() -> None:
    assert "--data-binary" in str(faults_of(b"student_id,unit", MediaType.CSV))


@pytest.mark.parametrize(("text", "where"), [("[1,\n ]", (2, 2)), ("[1, ]", (1, 5)), ('{"a": 1,\n\n}', (3, 1))])
def test_a_comma_too_many_is_named_as_older_pythons_do(text: str, where: tuple[int, int]) -> None:
    kind = "array" if text.startswith("[") else "object"
    newer = json.JSONDecodeError(f"Illegal trailing comma before end of {kind}", text, text.index(","))
    with pytest.raises(json.JSONDecodeError) as here:
        json.loads(text)
    assert _fault(newer)[1:] == _fault(here.value)[1:] == where
