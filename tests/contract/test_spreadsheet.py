"""Tables that a spreadsheet reads: nothing in them becomes a formula, wherever it splits a cell."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.contract.spreadsheet import Sheet, csv_table, guarded, workbook
from tests.harness.workbooks import read

FORMULAS = "=+-@＝＋－＠"


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("=1+2", "'=1+2"),
        ("x;=cmd|' /C calc'!A0;", "x;'=cmd|' /C calc'!A0;"),
        ("=ns;=3*3;", "'=ns;'=3*3;"),
        ("a\t=8*8", "a\t'=8*8"),
        ("a\n  @sum", "a\n  '@sum"),
        (" \u00a0-5", " \u00a0'-5"),
        ("\u3000＝1", "\u3000'＝1"),
        ("ada-lovelace", "ada-lovelace"),
        ("a = b", "a = b"),
        ("José, Núñez; Ada", "José, Núñez; Ada"),
    ],
)
def test_a_formula_is_guarded_at_the_start_and_after_every_separator(sent: str, written: str) -> None:
    assert guarded(sent) == written


@given(st.text(alphabet=st.sampled_from([*FORMULAS, *";,|\t\n\r '\"a1\u00a0"])), st.sampled_from(";,|\t"))
def test_no_part_of_a_cell_begins_like_a_formula_however_a_spreadsheet_splits_it(text: str, separator: str) -> None:
    for part in re.split(rf"[{re.escape(separator)}\r\n]", guarded(text)):
        assert not part.strip().startswith(tuple(FORMULAS))


def test_every_cell_of_a_csv_is_quoted_and_comes_back() -> None:
    at = datetime(2024, 7, 21, 9, tzinfo=UTC)
    table = csv_table(("id", "n", "at"), [('a "b", c', 0.5, at), ("=1", None, None), (("x", "y"), 3, at)])
    assert table.startswith(b"\xef\xbb\xbf")
    text = table.decode("utf-8-sig")
    assert all(re.fullmatch(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*', line) for line in text.splitlines())
    assert list(csv.reader(io.StringIO(text))) == [
        ["id", "n", "at"],
        ['a "b", c', "0.5", "2024-07-21T09:00:00+00:00"],
        ["'=1", "", ""],
        ["x y", "3", "2024-07-21T09:00:00+00:00"],
    ]


def test_an_xlsx_holds_numbers_as_numbers_and_everything_else_as_text() -> None:
    sheets = [
        Sheet("questions", ("slot", "n"), (("=1+2", 3), ("007", 0.25))),
        Sheet("students", ("id",), (("http://x.test",), (None,))),
    ]
    book = workbook(sheets)
    assert read(book, 1) == [
        [("s", "slot"), ("s", "n")],
        [("s", "=1+2"), ("n", "3")],
        [("s", "007"), ("n", "0.25")],
    ]
    assert read(book, 2)[1] == [("s", "http://x.test")]
    assert workbook(sheets) == book
