"""Which insights a report gives, and which of them on page one: by what is at stake, and never only what to mend."""

from collections.abc import Sequence
from typing import NamedTuple

from feedback.analysis.insights.course_rules import COURSE, COURSE_PRAISE
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.pacing_rules import PACING
from feedback.analysis.insights.praise_rules import PRAISE as OTHER_PRAISE
from feedback.analysis.insights.result_rules import RESULT
from feedback.analysis.insights.rule import Rule
from feedback.analysis.statements import Insight

SUGGESTIONS = (*RESULT, *PACING, *COURSE)
# In a course, praise of how the work went on comes first: that is what a student can do again.
PRAISE = (*COURSE_PRAISE, *OTHER_PRAISE)
RULES = (*SUGGESTIONS, *PRAISE)
PRAISE_SHOWN, SUGGESTIONS_SHOWN = 1, 2
# What was won and lost again comes before what was never won.
FIRST_OF_ALL = "score_dropped"
# Two suggestions of one group say nearly the same: what to learn, and how to go about an exam.
_ALIKE = (
    frozenset({"points_lost", "not_opened", "weak_left"}),
    frozenset({"crammed", "one_day", "late_start"}),
)
# How the work of a course lay in its days. Hardly any of it has a stake in points, so one has a place of its own.
_OF_COURSE = frozenset(rule.id for rule in COURSE)


class Chosen(NamedTuple):
    """The insights of page one, praise first, and the others that apply."""

    insights: tuple[Insight, ...]
    further: tuple[Insight, ...]


def chosen(evidence: Evidence, hide: Sequence[str] = ()) -> Chosen:
    """The insights whose rules apply, less those that the teacher hides.

    Suggestions stand in the order of the points at stake, then of the minutes; praise in the order of its rules. A
    question that a suggestion names is praised nowhere.
    """
    suggestions = [rule.insight(evidence) for rule in SUGGESTIONS if rule.id not in hide]
    found = sorted((each for each in suggestions if each is not None), key=_by_stake)
    evidence.reproached = frozenset(alias for each in found for alias in each.questions)
    praise = _praise(evidence, hide)
    first = _page_one(found)
    shown = (*praise[:PRAISE_SHOWN], *first)
    return Chosen(shown, (*praise[PRAISE_SHOWN:], *(each for each in found if each not in first)))


def _praise(evidence: Evidence, hide: Sequence[str]) -> list[Insight]:
    applying = {rule.id: insight for rule in PRAISE if (insight := rule.insight(evidence)) is not None}
    return [
        applying[rule.id]
        for rule in PRAISE
        if rule.id in applying and rule.id not in hide and applying.keys().isdisjoint(rule.implied_by)
    ]


def _page_one(found: Sequence[Insight]) -> list[Insight]:
    """The first suggestion, and the next that says something else: in a course one on the days and weeks."""
    if len(found) <= 1:
        return list(found)
    first, *others = found
    fitting = [each for each in others if not any({first.id, each.id} <= alike for alike in _ALIKE)] or others
    other = next((each for each in fitting if (each.id in _OF_COURSE) is not (first.id in _OF_COURSE)), fitting[0])
    return [first, other][:SUGGESTIONS_SHOWN]


def _by_stake(insight: Insight) -> tuple[bool, float, float]:
    # Points that print the same weigh the same, so that a float's last digits decide nothing.
    return insight.id != FIRST_OF_ALL, -round(insight.points, 2), -round(insight.minutes)


def rule_ids() -> tuple[str, ...]:
    """The ids of all insights, in the order of the rules."""
    return tuple(rule.id for rule in RULES)


__all__ = ["RULES", "Chosen", "Rule", "chosen", "rule_ids"]
