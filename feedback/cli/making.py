"""What the worker processes of `feedback render` do. What fails for one student is told, not raised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from feedback.analysis import (
    AnalysisSettings,
    ClassStatistics,
    Failure,
    Findings,
    analyse,
    analyse_class,
    decode_findings,
    encode_class_findings,
    encode_findings,
    with_comparison,
)
from feedback.cli import output
from feedback.cli.output import Output
from feedback.contract.formats import Format
from feedback.events import decode_student
from feedback.rendering import RenderOptions, render, render_class


@dataclass(frozen=True)
class Recipe:
    """How all the reports of a run are made, and where they go."""

    folder: Path
    outputs: tuple[Output, ...]
    options: RenderOptions
    settings: AnalysisSettings
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
    """The class report in one output, from the findings on the lines of a file less those that failed."""

    output: Output
    findings: Path
    stems: Sequence[str]
    failed: frozenset[int]
    failures: Sequence[Failure]


def analyse_student(settings: AnalysisSettings, payload: bytes) -> Analysed:
    """The findings about the student whose canonical JSON `payload` is."""
    try:
        return Analysed(encode_findings(analyse(decode_student(payload), settings)))
    except Exception as fault:
        return Analysed(error=_reason(fault))


def make_reports(recipe: Recipe, statistics: ClassStatistics | None, job: StudentJob) -> Made:
    """Write one student's reports, beside the class's numbers where there are any."""
    made = Made()
    for wanted in recipe.outputs:
        try:
            findings = decode_findings(job.findings)
            body = _document(wanted, with_comparison(findings, statistics) if statistics else findings, recipe.options)
            made.sha256[wanted] = output.write(recipe.folder, output.report_path(wanted, job.stem), body)
        except Exception as fault:
            made.errors[wanted] = _reason(fault)
    return made


def _document(wanted: Output, findings: Findings, options: RenderOptions) -> bytes:
    return encode_findings(findings) if wanted is Output.JSON else render(findings, Format(wanted), options).body


def make_class_report(recipe: Recipe, job: ClassJob) -> str | None:
    """Write the class report in one output. Returns why it could not be made, else None."""
    try:
        found = analyse_class(findings_in(job.findings, job.failed), job.failures)
        if job.output is Output.JSON:
            body = encode_class_findings(found)
        else:
            links = [
                output.report_path(job.output, stem) for index, stem in enumerate(job.stems) if index not in job.failed
            ]
            body = render_class(found, Format(job.output), recipe.options, links).body
        output.write(recipe.folder, output.class_path(job.output), body)
    except Exception as fault:
        return _reason(fault)
    return None


def findings_in(file: Path, left_out: frozenset[int]) -> Iterator[Findings]:
    """The findings on the lines of a file, less the lines left out (from 0)."""
    with file.open("rb") as lines:
        yield from (decode_findings(line) for index, line in enumerate(lines) if index not in left_out)


def _reason(fault: Exception) -> str:
    """For the class report too: an OSError in full would tell paths of this machine."""
    return f"{type(fault).__name__}: {(isinstance(fault, OSError) and fault.strerror) or fault}"
