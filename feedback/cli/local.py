"""Reports straight from files, on all cores, with no server or database.

The parent reads, hands out and keeps the books; it never sets a PDF. Students go to the workers one by
one and their findings come back to a temporary file, from which the class report is made: memory does
not grow with the class, except for what the class report itself says of each student.
"""

import functools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from feedback.analysis import (
    AnalysisSettings,
    Failure,
    Findings,
    analyse,
    analyse_class,
    decode_findings,
    encode_findings,
)
from feedback.cli import console, output
from feedback.cli.files import Roster
from feedback.cli.workers import ProcessDied, Workers, cores
from feedback.events import decode_student
from feedback.rendering import Format, RenderOptions, file_stems, render, render_class
from feedback.rendering.manifest import Manifest, ManifestEntry, State


@dataclass(frozen=True)
class Recipe:
    """How all the reports of a run are made, and where they go."""

    folder: Path
    formats: tuple[Format, ...]
    options: RenderOptions
    settings: AnalysisSettings


@dataclass(frozen=True)
class StudentJob:
    """One student's reports, in all formats; `payload` is the canonical JSON of the student."""

    payload: bytes
    stem: str


@dataclass(frozen=True)
class ClassJob:
    """The class report in one format, from the findings on the lines of a file less those that failed."""

    format: Format
    findings: Path
    stems: Sequence[str]
    failed: frozenset[int]
    failures: Sequence[Failure]


@dataclass
class Made:
    """What came of a job: for each format the sha256 of the document, or why there is none."""

    sha256: dict[Format, str] = field(default_factory=dict)
    errors: dict[Format, str] = field(default_factory=dict)
    findings: bytes = b""  # empty where the analysis itself failed


def make_reports(recipe: Recipe, job: StudentJob) -> Made:
    """Analyse a student, and render and write each format; runs in a worker. Never raises."""
    made = Made()
    try:
        findings = analyse(decode_student(job.payload), recipe.settings)
        made.findings = encode_findings(findings)
    except Exception as fault:
        made.errors = dict.fromkeys(recipe.formats, _reason(fault))
        return made
    for format_ in recipe.formats:
        try:
            body = render(findings, format_, recipe.options).body
            made.sha256[format_] = output.write(recipe.folder, output.report_path(format_, job.stem), body)
        except Exception as fault:
            made.errors[format_] = _reason(fault)
    return made


def make_class_report(recipe: Recipe, job: ClassJob) -> str | None:
    """Write the class report in one format; runs in a worker. Returns why it could not be made, else None."""
    try:
        found = analyse_class(_findings(job), job.failures)
        links = [
            output.report_path(job.format, stem) for index, stem in enumerate(job.stems) if index not in job.failed
        ]
        body = render_class(found, job.format, recipe.options, links).body
        output.write(recipe.folder, output.class_path(job.format), body)
    except Exception as fault:
        return _reason(fault)
    return None


def _findings(job: ClassJob) -> Iterator[Findings]:
    with job.findings.open("rb") as lines:
        yield from (decode_findings(line) for index, line in enumerate(lines) if index not in job.failed)


def _reason(fault: Exception) -> str:
    """For the class report too: an OSError in full would tell paths of this machine."""
    return f"{type(fault).__name__}: {(isinstance(fault, OSError) and fault.strerror) or fault}"


class Run:
    """One run over a roster: makes every report that can be made, and knows what failed."""

    def __init__(self, roster: Roster, recipe: Recipe) -> None:
        self.roster, self.recipe = roster, recipe
        self.stems = file_stems(roster.keys)
        self.made: list[Made] = []
        self.class_errors: dict[Format, str] = {}

    def students(self, findings: Path) -> None:
        """Make every student's reports; their findings go to a file, a line each."""
        jobs = (StudentJob(*pair) for pair in zip(self.roster.payloads(), self.stems, strict=True))
        total = len(self.stems)
        with (
            Workers(functools.partial(make_reports, self.recipe), min(cores(), total)) as workers,
            console.progress("Students", total) as at,
            findings.open("wb") as file,
        ):
            for _, outcome in workers.map(jobs):
                made = self._died(outcome) if isinstance(outcome, ProcessDied) else outcome
                file.write(made.findings + b"\n")
                made.findings = b""
                self.made.append(made)
                at(len(self.made))

    def _died(self, fault: ProcessDied) -> Made:
        return Made(errors=dict.fromkeys(self.recipe.formats, str(fault)))

    def class_reports(self, findings: Path) -> None:
        """Make the class report in each format in which at least one student's report was made."""
        jobs = [self._class_job(format_, findings) for format_ in self.recipe.formats]
        jobs = [job for job in jobs if len(job.failed) < len(self.stems)]
        with Workers(functools.partial(make_class_report, self.recipe), min(cores(), len(jobs) or 1)) as workers:
            for job, outcome in workers.map(jobs):
                if outcome is not None:
                    self.class_errors[job.format] = str(outcome)

    def _class_job(self, format_: Format, findings: Path) -> ClassJob:
        failed = frozenset(index for index, made in enumerate(self.made) if format_ in made.errors)
        failures = [
            Failure(student_id, namespace or None, self.made[index].errors[format_])
            for index, (namespace, student_id) in enumerate(self.roster.keys)
            if index in failed
        ]
        return ClassJob(format_, findings, self.stems, failed, failures)

    def manifest(self) -> Manifest:
        return Manifest(None, [entry for index in range(len(self.made)) for entry in self._entries(index)])

    def _entries(self, index: int) -> Iterator[ManifestEntry]:
        (namespace, student_id), made = self.roster.keys[index], self.made[index]
        for format_ in self.recipe.formats:
            done = format_ in made.sha256
            yield ManifestEntry(
                student_id=student_id,
                namespace=namespace or None,
                report_id=None,
                state=State.SUCCESS if done else State.FAILURE,
                error=made.errors.get(format_),
                link=output.report_path(format_, self.stems[index]) if done else None,
                sha256=made.sha256.get(format_),
            )

    def failures(self) -> list[str]:
        """A line for every report that could not be made."""
        of_students = [
            f"{format_.value} report of {student_id}: {reason}"
            for (_, student_id), made in zip(self.roster.keys, self.made, strict=True)
            for format_, reason in made.errors.items()
        ]
        return of_students + [
            f"{format_.value} class report: {reason}" for format_, reason in self.class_errors.items()
        ]


def render_roster(roster: Roster, recipe: Recipe) -> Run:
    """Make every report of a roster, the class reports (for two students or more), and the manifest."""
    recipe.folder.mkdir(parents=True, exist_ok=True)
    run = Run(roster, recipe)
    with tempfile.TemporaryDirectory(prefix="feedback-") as scratch:
        findings = Path(scratch) / "findings.ndjson"
        run.students(findings)
        if len(roster.keys) > 1:
            run.class_reports(findings)
    output.write_manifest(recipe.folder, run.manifest())
    return run
