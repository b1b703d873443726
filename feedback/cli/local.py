"""Reports straight from files, on all cores, with no server or database.

The parent reads, hands out and keeps the books; it never sets a PDF. Students go to the workers one by
one and their findings come back to a temporary file, from which all reports are made: memory does not
grow with the class, except for what the class report itself says of each student.
"""

import dataclasses
import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from feedback import pipeline
from feedback.analysis import Failure
from feedback.cli import console, output
from feedback.cli.making import (
    Analysed,
    ClassJob,
    Made,
    Plan,
    StudentJob,
    analyse_student,
    findings_in,
    make_class_report,
    make_reports,
)
from feedback.cli.workers import ProcessDied, Workers, cores
from feedback.contract import layout
from feedback.contract.filenames import file_stems
from feedback.contract.layout import Output
from feedback.contract.manifest import Manifest, ManifestEntry
from feedback.contract.states import State
from feedback.events import Roster
from feedback.pipeline import Recipe


def render_roster(roster: Roster, plan: Plan) -> "Run":
    """Make every report of a roster, the class reports (for two students or more), and the manifest."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="feedback-") as scratch:
        run = Run(roster, plan, Path(scratch) / "findings.ndjson")
        with Workers(min(cores(), len(roster.keys))) as workers:
            run.analyse(workers)
            run.student_reports(workers)
            if len(roster.keys) > 1:
                run.class_reports(workers)
    output.write_manifest(plan.folder, run.manifest(), run.class_errors)
    return run


class Run:
    """One run over a roster: makes every report that can be made, and knows what failed.

    `findings` becomes a file with a line for each student, empty where the analysis failed.
    """

    def __init__(self, roster: Roster, plan: Plan, findings: Path) -> None:
        self.roster, self.plan, self.findings = roster, plan, findings
        self.stems = file_stems(roster.keys)
        self.made = [Made() for _ in self.stems]
        single = len(self.stems) < 2
        self.facts = None if single else pipeline.class_facts(roster.payloads(), plan.recipe)
        self.class_errors: dict[Output, str] = {}

    def analyse(self, workers: Workers) -> None:
        function = functools.partial(analyse_student, self._recipe)
        with self.findings.open("wb") as file:
            for index, (_, outcome) in enumerate(workers.map(function, self.roster.payloads())):
                analysed = Analysed(error=str(outcome)) if isinstance(outcome, ProcessDied) else outcome
                file.write(analysed.findings.strip() + b"\n")
                if analysed.error:
                    self.made[index] = self._failed(analysed.error)

    def student_reports(self, workers: Workers) -> None:
        function = functools.partial(make_reports, self.plan, self._facts())
        with console.progress("Students", len(self.stems)) as at:
            for job, outcome in workers.map(function, self._jobs()):
                self.made[job.index] = self._failed(str(outcome)) if isinstance(outcome, ProcessDied) else outcome
                at(job.index + 1)

    def class_reports(self, workers: Workers) -> None:
        """Make the class report in each output in which at least one student's report was made."""
        jobs = [job for job in map(self._class_job, self.plan.outputs) if len(job.failed) < len(self.stems)]
        plan = dataclasses.replace(self.plan, recipe=self._recipe)
        for job, outcome in workers.map(functools.partial(make_class_report, plan), jobs):
            if outcome is not None:
                self.class_errors[job.output] = str(outcome)

    def manifest(self) -> Manifest:
        return Manifest(None, [entry for index in range(len(self.made)) for entry in self._entries(index)])

    def failures(self) -> list[str]:
        """A line for every report that could not be made."""
        of_students = [
            f"{wanted} report of {student_id}: {reason}"
            for (_, student_id), made in zip(self.roster.keys, self.made, strict=True)
            for wanted, reason in made.errors.items()
        ]
        return of_students + [f"{wanted} class report: {reason}" for wanted, reason in self.class_errors.items()]

    @property
    def _recipe(self) -> Recipe:
        return dataclasses.replace(self.plan.recipe, facts=self.facts)

    def _failed(self, reason: str) -> Made:
        return Made(errors=dict.fromkeys(self.plan.outputs, reason))

    def _jobs(self) -> Iterator[StudentJob]:
        with self.findings.open("rb") as lines:
            for index, (line, stem) in enumerate(zip(lines, self.stems, strict=True)):
                if line.strip():
                    yield StudentJob(index, line, stem)

    def _facts(self) -> bytes | None:
        if not self.plan.compare or self.facts is None:
            return None
        unread = frozenset(index for index, made in enumerate(self.made) if made.errors)
        return pipeline.with_comparison_facts(self.facts, findings_in(self.findings, unread))

    def _class_job(self, wanted: Output) -> ClassJob:
        failed = frozenset(index for index, made in enumerate(self.made) if wanted in made.errors)
        failures = [
            Failure(student_id, namespace or None, self.made[index].errors[wanted])
            for index, (namespace, student_id) in enumerate(self.roster.keys)
            if index in failed
        ]
        first_document = next((each for each in self.plan.outputs if each in layout.DOCUMENTS), None)
        return ClassJob(wanted, wanted is first_document, self.findings, self.stems, failed, failures)

    def _entries(self, index: int) -> Iterator[ManifestEntry]:
        (namespace, student_id), made = self.roster.keys[index], self.made[index]
        for wanted in self.plan.outputs:
            done = wanted in made.sha256
            yield ManifestEntry(
                student_id=student_id,
                namespace=namespace or None,
                report_id=None,
                state=State.SUCCESS if done else State.FAILURE,
                error=made.errors.get(wanted),
                link=layout.report_path(wanted, self.stems[index]) if done else None,
                sha256=made.sha256.get(wanted),
            )
