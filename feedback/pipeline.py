"""From a student's payload to findings to a document, for the worker and for the command line alike.

Pure functions: no clock, no I/O, no framework. Equal arguments give equal bytes, so a report that is made
twice, by two workers or once by each way of running, is the same report.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from feedback.analysis import (
    AnalysisSettings,
    ClassFindings,
    Failure,
    Findings,
    analyse,
    analyse_class,
    decode_facts,
    encode_facts,
    facts_of,
    with_class_statistics,
    with_comparison,
)
from feedback.contract.formats import Format, Paper
from feedback.contract.languages import Language
from feedback.contract.layout import CLASS_TABLES
from feedback.events import Student, decode_student
from feedback.events.context import decode_context
from feedback.rendering import Artifact, RenderOptions, class_table, render, render_class


class NothingToReport(Exception):
    """None of the students' reports of a class could be made, so there is no class report."""


@dataclass(frozen=True)
class Recipe:
    """What the documents of one upload depend on, besides each student's payload. Picklable.

    `facts` is what `class_facts` gave, the only thing of the class that a student's report may depend on; None
    for a single. `context` is the upload's encoded exam context (exam, questions, report), None where it brought none.
    `language` and `paper` were asked for apart from it, and come before what it says; a student's own language comes
    before both.
    """

    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    rendering: RenderOptions = field(default_factory=RenderOptions)
    facts: bytes | None = None
    context: bytes | None = None
    language: Language | None = None
    paper: Paper | None = None

    def language_of(self, student: Student | None = None) -> str:
        """Of a student's report, or of the class report: what stands nearest to it says."""
        own = None if student is None else student.language
        return own or self.language or decode_context(self.context).exam.language or self.settings.language

    @property
    def options(self) -> RenderOptions:
        """How the documents are rendered, the exam's context considered."""
        paper = self.paper or decode_context(self.context).exam.paper or self.rendering.paper
        return msgspec.structs.replace(self.rendering, paper=paper)


def find(payload: bytes, recipe: Recipe) -> Findings:
    """The findings about the student whose canonical JSON `payload` is. Raises msgspec.DecodeError for other bytes."""
    student = decode_student(payload)
    facts = None if recipe.facts is None else decode_facts(recipe.facts)
    language, zone = recipe.language_of(student), recipe.rendering.time_zone
    # Days begin where the documents' times show midnight.
    settings = msgspec.structs.replace(recipe.settings, language=language, time_zone=zone)
    return analyse(student, decode_context(recipe.context), facts, settings)


def class_facts(payloads: Iterable[bytes], recipe: Recipe) -> bytes:
    """The facts of a class, encoded, from the payloads of all its students, which are read once."""
    return encode_facts(facts_of(map(decode_student, payloads), decode_context(recipe.context)))


def with_comparison_facts(facts: bytes, findings: Iterable[Findings]) -> bytes:
    """The facts with what a comparison with the class needs, from the findings of all students, made with `facts`."""
    return encode_facts(with_class_statistics(decode_facts(facts), findings))


def compared(findings: Findings, facts: bytes) -> Findings:
    """Findings that were made with facts without a comparison, beside the class that `facts` compare with."""
    statistics = decode_facts(facts).statistics
    return findings if statistics is None else with_comparison(findings, statistics)


def document(findings: Findings, format: Format, recipe: Recipe) -> Artifact:  # noqa: A002 - the word for it
    """One student's report."""
    return render(findings, format, recipe.options)


def find_class(
    students: Iterable[tuple[str, Findings]], recipe: Recipe, failures: Sequence[Failure] = ()
) -> tuple[ClassFindings, list[str]]:
    """The class's findings, and for each of its rows the link to that student's report.

    `students` pairs the link of a report with the findings it shows, so a row never leads to another student's
    report; it is read once. Raises NothingToReport where there are none.
    """
    links: list[str] = []

    def noting_links() -> Iterator[Findings]:
        for link, findings in students:
            links.append(link)
            yield findings

    merged = () if recipe.facts is None else decode_facts(recipe.facts).merged
    found = analyse_class(noting_links(), failures, recipe.rendering.zone, merged, recipe.language_of())
    if not links:
        raise NothingToReport(f"None of the {len(failures)} reports of this class could be made.")
    return found, links


def class_document(
    found: ClassFindings,
    links: Sequence[str],
    format: Format,  # noqa: A002 - the word for it
    recipe: Recipe,
    folder: str = "",
) -> Artifact:
    """The class report: a function of its findings and of where it leads.

    `links[i]` is the address of row i's report, and `folder`, with its slash, that of the class's tables.
    """
    return render_class(found, format, recipe.options, links, [folder + name for name in CLASS_TABLES])


def class_tables(found: ClassFindings) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each table of a class."""
    for name in CLASS_TABLES:
        yield name, class_table(found, name)
