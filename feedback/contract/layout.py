"""The layout of reports in a folder and in an archive, the same however they were made.

`html/<file>.html`, `pdf/<file>.pdf`, `json/<file>.json`, `class.html`, `class.pdf`, `class.json`, `manifest.json`, and
the tables of a class: `class-questions.csv`, `class-students.csv` and `class.xlsx`.
"""

from enum import StrEnum

MANIFEST = "manifest.json"
QUESTIONS_TABLE, STUDENTS_TABLE, WORKBOOK = "class-questions.csv", "class-students.csv", "class.xlsx"
# The tables of a class, and their media types.
CLASS_TABLES = {
    QUESTIONS_TABLE: "text/csv; charset=utf-8",
    STUDENTS_TABLE: "text/csv; charset=utf-8",
    WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Output(StrEnum):
    """The kinds of file a run can write: the documents of `contract.formats.Format`, and the findings they show."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"


DOCUMENTS = (Output.HTML, Output.PDF)


def report_path(output: str, stem: str) -> str:
    """The path of a report, relative to the top; also its link in the class report and in the manifest.

    `output` is an `Output` or a `Format`; `stem` is the file name without suffix that `filenames.file_stems` gave.
    """
    return f"{output}/{stem}.{output}"


def is_report_path(path: str) -> bool:
    """Whether a text is such a path, and so leads to no other place than a report's."""
    output, _, name = path.partition("/")
    return output in set(Output) and name.endswith(f".{output}") and "/" not in name and not name.startswith(".")


def class_path(output: str) -> str:
    """The path of the class report, relative to the top."""
    return f"class.{output}"
