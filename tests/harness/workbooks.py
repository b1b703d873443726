"""Reads a workbook as any program would: the XML in its ZIP."""

import io
import zipfile
from xml.etree import ElementTree as ET

SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read(book: bytes, sheet: int) -> list[list[tuple[str, str]]]:
    """The cells of a sheet as (type, value), by the letter of ECMA-376; a formula would be a type of its own."""
    archive = zipfile.ZipFile(io.BytesIO(book))
    strings = [
        "".join(text.itertext())
        for text in ET.fromstring(archive.read("xl/sharedStrings.xml"))  # noqa: S314 - our own
    ]
    rows = []
    page = ET.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314 - our own file
    for row in page.iter(f"{SPREADSHEET}row"):
        cells = []
        for cell in row:
            kind = "formula" if cell.find(f"{SPREADSHEET}f") is not None else cell.get("t", "n")
            value = cell.findtext(f"{SPREADSHEET}v", "")
            cells.append((kind, strings[int(value)] if kind == "s" else value))
        rows.append(cells)
    return rows
