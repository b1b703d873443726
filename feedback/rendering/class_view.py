"""The report of a class as a document."""

from collections.abc import Sequence

from feedback.analysis.class_findings import ClassFindings
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.blocks import AnyBlock, Cell, Column, Document, KeyFigure, KeyFigures, Paragraph, Section, Table
from feedback.rendering.characters import Legible
from feedback.rendering.words import Words


def class_document(
    findings: ClassFindings, options: RenderOptions, legible: Legible, links: Sequence[str], limit: int | None
) -> Document:
    """The class in the words of the format that `legible` is for; `limit` is how many students to list."""
    figures = findings.key_figures
    words = Words(findings.settings.language, options, legible)
    students: tuple[AnyBlock, ...] = (_students(findings, words, links, limit),)
    if limit is not None and len(findings.rows) > limit:
        students += (
            Paragraph(f"The first {limit:,} of {len(findings.rows):,} students; the class page lists them all."),
        )
    sections = [
        Section(
            "key-figures",
            "Key figures",
            (
                KeyFigures(
                    (
                        KeyFigure("Students", f"{figures.students:,}"),
                        KeyFigure("Events", f"{figures.events:,}"),
                        KeyFigure("Submissions", f"{figures.submissions:,}"),
                        KeyFigure("Questions", f"{figures.questions:,}"),
                    )
                ),
            ),
        ),
        Section("students", "Students", students),
    ]
    if findings.failures:
        columns = Column("Student"), Column("Why there is no report", 3)
        rows = tuple((legible(failure.student_id), legible(failure.reason)) for failure in findings.failures)
        sections.append(Section("failures", "Reports that could not be made", (Table("Failures", columns, rows),)))
    lines = (f"Times in {options.time_zone}",)
    return Document(
        "en",
        "Class report",
        "Class report",
        f"A class of {figures.students:,}",
        lines,
        figures.last_at,
        tuple(sections),
    )


def _students(findings: ClassFindings, words: Words, links: Sequence[str], limit: int | None) -> Table:
    columns = (
        Column("Student", 3),
        Column("Events", 1, numeric=True),
        Column("Saves", 1, numeric=True),
        Column("Submissions", 1.2, numeric=True),
        Column("Questions", 1, numeric=True),
        Column("Active time", 1.2, numeric=True),
    )
    rows = tuple(
        (
            Cell(words.legible(row.student_id), href=link),
            f"{row.events:,}",
            f"{row.saves:,}",
            f"{row.submissions:,}",
            f"{row.questions:,}",
            words.duration(row.active_seconds),
        )
        for row, link in zip(findings.rows[:limit], links or [""] * len(findings.rows), strict=False)
    )
    return Table("Students", columns, rows)
