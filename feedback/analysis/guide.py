""" "How to read this": every measure and every rule with its definition, its source, and the settings in numbers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from feedback.analysis.findings import Findings
from feedback.analysis.guide_texts import CLASS, LIMITS, MEASURES, Entry
from feedback.analysis.insights import RULES, Rule
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import Definition
from feedback.analysis.thresholds import thresholds
from feedback.phrasing.i18n import Speech, speech

# Who wrote it and when, of a source with its title behind.
_AUTHORS_AND_YEAR = re.compile(r"(.*? \d{4}), ")


def definitions(settings: AnalysisSettings) -> tuple[Definition, ...]:
    """Everything a student's report can hold, with the numbers of these settings."""
    return _guide((*MEASURES, *LIMITS), RULES, settings)


def how_to_read(findings: Findings) -> tuple[Definition, ...]:
    """The definitions of what this student's report shows: none about scores in a log without them, and so on.

    Of the insights those of page one. Where it gives none, all that its log could have brought, as the report
    then says that nothing was unusual.
    """
    given = frozenset(insight.id for insight in findings.insights)
    return _how_to_read(_held(findings), given, findings.settings)


@lru_cache(maxsize=256)
def _how_to_read(held: frozenset[str], given: frozenset[str], settings: AnalysisSettings) -> tuple[Definition, ...]:
    # The students of a class need one of some selections, and putting the numbers in took as long as a chart.
    measures = [entry for entry in (*MEASURES, *LIMITS) if not entry.needs or entry.needs in held]
    rules = [rule for rule in RULES if rule.id in given]
    if not given and "events" in held:
        wrong = {False: "of_course", True: "of_exam"}["course" in held]
        rules = [rule for rule in RULES if (not rule.needs or rule.needs in held) and not getattr(rule, wrong)]
    return tuple(_cited_once(_guide(measures, rules, settings)))


def how_to_read_class(settings: AnalysisSettings, *, course: bool = False) -> tuple[Definition, ...]:
    """The definitions that a class report needs: of a course those of its weeks too."""
    say = speech(settings.language)
    return tuple(_definition(entry, settings, say) for entry in CLASS if course or entry.needs != "course")


def _held(findings: Findings) -> frozenset[str]:
    """What a report on these findings shows, by the names that definitions and rules need it under."""
    figures, rhythm, course = findings.key_figures, findings.rhythm, findings.course is not None
    held = {
        "events": figures.events,
        "saves": figures.saves,
        "submissions": figures.submissions,
        "scores": figures.questions_solved is not None,
        "window": figures.window_seconds is not None,
        "active time": figures.active_seconds is not None,
        "visits": findings.log_kind == "visits",
        "course": course,
        "sittings": findings.sittings,
        "path": findings.path and not course,
        "rhythm": rhythm.median_seconds is not None and not course,
        "resubmissions": rhythm.submission_intervals and not course,
        "comparison": findings.comparison is not None,
        "compilations": findings.compiling is not None,
        "no compilations": findings.compiling is None,
    }
    return frozenset(name for name, present in held.items() if present)


def _guide(entries: Sequence[Entry], rules: Iterable[Rule], settings: AnalysisSettings) -> tuple[Definition, ...]:
    say = speech(settings.language)
    limits = [entry for entry in entries if entry.group == "limits"]
    return (
        *(_definition(entry, settings, say) for entry in entries if entry.group != "limits"),
        *(
            Definition("insights", rule.id, say.gettext(rule.title), rule.in_words(settings, say), _source(rule, say))
            for rule in rules
        ),
        *(_definition(entry, settings, say) for entry in limits),
    )


def _cited_once(definitions: Iterable[Definition]) -> Iterator[Definition]:
    """The title of a source only where it comes first; after that its authors and year."""
    cited = set[str]()
    for each in definitions:
        again = _AUTHORS_AND_YEAR.match(each.source) if each.source in cited else None
        cited.add(each.source)
        yield msgspec.structs.replace(each, source=again[1]) if again else each


def _definition(entry: Entry, settings: AnalysisSettings, say: Speech) -> Definition:
    text = say.text(entry.text, **thresholds(settings, say))
    return Definition(entry.group, entry.measure, say.gettext(entry.name), text, _source(entry, say))


def _source(of: Entry | Rule, say: Speech) -> str:
    # gettext("") is the header of a catalogue, not the empty text.
    return say.gettext(of.source) if of.source else ""
