"""The cases of csv-spectrum for an event log, and others of RFC 4180, written by hand from the RFC.

The units of a table are compared with the cells that were meant.
"""

import pytest

from feedback.events import MediaType
from tests.harness.reading import read

HEADER = "student_id,unit,type"
TABLES = {
    "simple": ("a,1,save\n", ["1"]),
    "simple, CRLF": ("a,1,save\r\n", ["1"]),
    "no line end at the end (RFC 4180, 2.2)": ("a,1,save\na,2,save", ["1", "2"]),
    "a comma in quotes": ('a,"1,5",save\na,2,save\n', ["1,5", "2"]),
    "empty cells": ('a,1,\na,2,""\n', ["1", "2"]),
    "empty cells, CRLF": ('a,1,\r\na,2,""\r\n', ["1", "2"]),
    "escaped quotes (2.7)": ('a,"ha ""ha"" ha",save\na,"3 ""4""",save\n', ['ha "ha" ha', '3 "4"']),
    "only escaped quotes": ('a,"""",save\na,"""""",save\n', ['"', '""']),
    "JSON in a cell": (
        'a,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}",save\n',
        ['{"type": "Point", "coordinates": [102.0, 0.5]}'],
    ),
    "coordinates of a place": ('a,"42.5 N, 71.1 W",save\n', ["42.5 N, 71.1 W"]),
    "line ends in quotes (2.6)": ('a,"Once upon \na time",save\na,5,save\n', ["Once upon \na time", "5"]),
    "quotes and line ends": ('a,"ha \n""ha"" \nha",save\na,5,save\n', ['ha \n"ha" \nha', "5"]),
    "beyond ASCII": ("a,ʤ,save\na,张伟,save\n", ["ʤ", "张伟"]),
    "every cell in quotes": ('"a","1","save"\n"a","2","save"\n', ["1", "2"]),
    "a quote within a cell without quotes": ('a,5" disk,save\n', ['5" disk']),
}


@pytest.mark.parametrize("rows", TABLES)
@pytest.mark.parametrize("header", [HEADER, '"student_id","unit","type"'])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_is_read_as_rfc_4180_means_it(rows: str, header: str, mark: str) -> None:
    body, units = TABLES[rows]
    line_end = "\r\n" if "\r\n" in body else "\n"
    (student,) = read(f"{mark}{header}{line_end}{body}".encode(), MediaType.CSV)
    assert [event.unit for event in student.events] == units


def test_line_ends_in_quotes_stay_as_they_were_sent() -> None:
    (student,) = read(b'student_id,unit\r\na,"Once upon \r\na time"\r\n', MediaType.CSV)
    assert student.events[0].unit == "Once upon \r\na time"
