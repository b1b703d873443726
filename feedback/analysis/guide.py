""" "How to read this": every measure and every rule with its definition, its source, and the settings in numbers."""

from collections.abc import Iterable
from functools import lru_cache

from feedback.analysis.findings import Findings
from feedback.analysis.guide_texts import CLASS, COMPARISON, INSIGHTS, LIMITS, MEASURES, Entry
from feedback.analysis.insights import RULES, Rule
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import Definition
from feedback.analysis.texts import Speech, speech
from feedback.analysis.wording import thresholds


def definitions(settings: AnalysisSettings) -> tuple[Definition, ...]:
    """Everything a student's report can hold, with the numbers of these settings."""
    return _guide((*MEASURES, COMPARISON, INSIGHTS), RULES, settings)


def how_to_read(findings: Findings) -> tuple[Definition, ...]:
    """The definitions that this student's report needs: none about scores in a log without them, and so on."""
    return _how_to_read(_held(findings), findings.comparison is not None, findings.settings)


@lru_cache(maxsize=64)
def _how_to_read(held: frozenset[str], compared: bool, settings: AnalysisSettings) -> tuple[Definition, ...]:
    # The students of a class need one of a few selections, and putting the numbers in took as long as a chart.
    measures = [entry for entry in MEASURES if not entry.needs or entry.needs in held]
    comparison = [COMPARISON] if compared else []
    rules = [rule for rule in RULES if not rule.needs or rule.needs in held]
    return _guide((*measures, *comparison, INSIGHTS), rules, settings)


def how_to_read_class(settings: AnalysisSettings) -> tuple[Definition, ...]:
    """The definitions that a class report needs."""
    say = speech(settings.language)
    return tuple(_definition(entry, settings, say) for entry in CLASS)


def _held(findings: Findings) -> frozenset[str]:
    figures = findings.key_figures
    held = {"saves": figures.saves, "submissions": figures.submissions, "scores": figures.questions_solved is not None}
    return frozenset(name for name, present in held.items() if present)


def _guide(entries: Iterable[Entry], rules: Iterable[Rule], settings: AnalysisSettings) -> tuple[Definition, ...]:
    say = speech(settings.language)
    return (
        *(_definition(entry, settings, say) for entry in entries),
        *(
            Definition("insights", rule.id, say.gettext(rule.title), rule.in_words(settings, say), _source(rule, say))
            for rule in rules
        ),
        *(_definition(entry, settings, say) for entry in LIMITS),
    )


def _definition(entry: Entry, settings: AnalysisSettings, say: Speech) -> Definition:
    text = say.gettext(entry.text).format(**thresholds(settings))
    return Definition(entry.group, entry.measure, say.gettext(entry.name), text, _source(entry, say))


def _source(of: Entry | Rule, say: Speech) -> str:
    # gettext("") is the header of a catalogue, not the empty text.
    return say.gettext(of.source) if of.source else ""
