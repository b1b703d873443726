"""The questions and the students of a class as tables for spreadsheets, made of the findings alone.

Numbers are whole, not as a report prints them; times are UTC. What a column means is in the schema of the findings.
"""

from collections.abc import Iterable

from feedback.analysis.cohort.findings import ClassFindings, ClassRow, SlotStatistics
from feedback.analysis.cohort.results import Item, Version
from feedback.contract.layout import QUESTIONS_TABLE, STUDENTS_TABLE, WORKBOOK
from feedback.contract.spreadsheet import Sheet, Value, csv_table, workbook

_ITEM = (
    "slot",
    "title",
    "points",
    "n",
    "facility",
    "facility_low",
    "facility_high",
    "standard_deviation",
    "full_share",
    "median_seconds",
    "discrimination_index",
    "discriminative_efficiency",
)
_WORK = ("touched", "submitted", "saved_not_submitted", "opened_first")
_VERSION = ("unit", "n", "facility", "facility_low", "facility_high", "differs")
_ROW = (
    "student_id",
    "namespace",
    "name",
    "score_earned",
    "score_possible",
    "slots",
    "slots_submitted",
    "events",
    "saves",
    "submissions",
    "other_events",
    "questions",
    "questions_submitted",
    "questions_solved",
    "mean_score",
    "first_at",
    "last_at",
    "window_seconds",
    "active_seconds",
    "seconds",
    "switches",
    "long_pauses",
    "days_worked",
    "saved_not_submitted",
    "insights",
    "data_notes",
)


def class_table(findings: ClassFindings, name: str) -> bytes:
    """The content of one of the files `contract.layout.CLASS_TABLES`. Raises KeyError for another name."""
    return {QUESTIONS_TABLE: _questions_csv, STUDENTS_TABLE: _students_csv, WORKBOOK: _workbook}[name](findings)


def _questions_csv(findings: ClassFindings) -> bytes:
    sheet = questions_sheet(findings)
    return csv_table(sheet.header, sheet.rows)


def _students_csv(findings: ClassFindings) -> bytes:
    sheet = students_sheet(findings)
    return csv_table(sheet.header, sheet.rows)


def _workbook(findings: ClassFindings) -> bytes:
    return workbook((questions_sheet(findings), versions_sheet(findings), students_sheet(findings)))


def questions_sheet(findings: ClassFindings) -> Sheet:
    """A row a slot: its item statistics, how many students worked on it, and which of its versions were not equal."""
    header = (*_ITEM, "versions", "unequal_versions", *_WORK)
    pairs = zip(findings.items, findings.slots, strict=True)
    return Sheet("questions", header, tuple(_question(item, slot) for item, slot in pairs))


def _question(item: Item, slot: SlotStatistics) -> tuple[Value, ...]:
    unequal = tuple(version.unit for version in item.versions if version.differs)
    return (*_values(item, _ITEM), len(item.versions), unequal, *_values(slot, _WORK))


def versions_sheet(findings: ClassFindings) -> Sheet:
    """A row for each version of a slot that has several."""
    versions = ((item.slot, *_values(version, _VERSION)) for item in findings.items for version in item.versions)
    return Sheet("versions", ("slot", *_VERSION), tuple(versions))


def students_sheet(findings: ClassFindings) -> Sheet:
    """A row a student, in the order they came in, with the reason where the report says to look at one first."""
    reasons = {each.row: each.reason for each in findings.attention}
    rows = ((*_values(row, _ROW), reasons.get(place)) for place, row in enumerate(findings.rows))
    return Sheet("students", (*_ROW, "look_first"), tuple(rows))


def _values(of: Item | Version | SlotStatistics | ClassRow, names: Iterable[str]) -> tuple[Value, ...]:
    return tuple(getattr(of, name) for name in names)
