"""The work of the processes of `feedback render`. A fault of one student is returned, not raised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from feedback import pipeline
from feedback.analysis import Failure, Findings, decode_findings, encode_class_findings, encode_findings
from feedback.cli import output
from feedback.contract import layout
from feedback.contract.formats import Format
from feedback.contract.layout import Output
from feedback.pipeline import Recipe


@dataclass(frozen=True)
class Plan:
    """The outputs of a run, how they are made, and their folder."""

    folder: Path
    outputs: tuple[Output, ...]
    recipe: Recipe
    compare: bool = False


@dataclass(frozen=True)
class Analysed:
    """The encoded findings about one student, or why there are none."""

    findings: bytes = b""
    error: str | None = None


@dataclass(frozen=True)
class StudentJob:
    """One student's reports, from the encoded findings."""

    index: int
    findings: bytes
    stem: str


@dataclass(frozen=True)
class Made:
    """What came of a student: for each output the sha256 of the file, or why there is none."""

    sha256: dict[Output, str] = field(default_factory=dict)
    errors: dict[Output, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassJob:
    """The class report in one output, from the findings on the lines of a file less those that failed.

    `tables` says that this job writes the class's tables too.
    """

    output: Output
    tables: bool
    findings: Path
    stems: Sequence[str]
    failed: frozenset[int]
    failures: Sequence[Failure]


def analyse_student(recipe: Recipe, payload: bytes) -> Analysed:
    """The findings about the student whose canonical JSON `payload` is."""
    try:
        return Analysed(encode_findings(pipeline.find(payload, recipe)))
    except Exception as fault:
        return Analysed(error=_reason(fault))


def make_reports(plan: Plan, facts: bytes | None, job: StudentJob) -> Made:
    """Write one student's reports, beside the class's numbers where there are any."""
    made = Made()
    for wanted in plan.outputs:
        try:
            findings = decode_findings(job.findings)
            findings = findings if facts is None else pipeline.compared(findings, facts)
            body = _document(wanted, findings, plan.recipe)
            made.sha256[wanted] = output.write(plan.folder, layout.report_path(wanted, job.stem), body)
        except Exception as fault:
            made.errors[wanted] = _reason(fault)
    return made


def _document(wanted: Output, findings: Findings, recipe: Recipe) -> bytes:
    if wanted is Output.JSON:
        return encode_findings(findings)
    return pipeline.document(findings, Format(wanted), recipe).body


def make_class_report(plan: Plan, job: ClassJob) -> str | None:
    """Write the class report in one output. Returns why it could not be made, else None."""
    try:
        output.write(plan.folder, layout.class_path(job.output), _class_document(plan, job))
    except Exception as fault:
        return _reason(fault)
    return None


def _class_document(plan: Plan, job: ClassJob) -> bytes:
    paths = (layout.report_path(job.output, stem) for index, stem in enumerate(job.stems) if index not in job.failed)
    made = zip(paths, findings_in(job.findings, job.failed), strict=True)
    found, links = pipeline.find_class(made, plan.recipe, job.failures)
    if job.tables:
        for name, body in pipeline.class_tables(found):
            output.write(plan.folder, name, body)
    if job.output is Output.JSON:
        return encode_class_findings(found)
    return pipeline.class_document(found, links, Format(job.output), plan.recipe).body


def findings_in(file: Path, left_out: frozenset[int]) -> Iterator[Findings]:
    """The findings on the lines of a file, less the lines left out (from 0)."""
    with file.open("rb") as lines:
        yield from (decode_findings(line) for index, line in enumerate(lines) if index not in left_out)


def _reason(fault: Exception) -> str:
    """For the class report too: an OSError in full would tell paths of this machine."""
    return f"{type(fault).__name__}: {(isinstance(fault, OSError) and fault.strerror) or fault}"
