"""Which insights a report gives: up to four, the most useful first, and never only what could be better."""

from collections.abc import Iterable

from feedback.analysis.insights.about_submissions import ABOUT_SUBMISSIONS
from feedback.analysis.insights.about_time import ABOUT_TIME
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.praise import PRAISE
from feedback.analysis.insights.rule import Rule
from feedback.analysis.statements import Insight

# The most useful first; praise by how much it says about this student's own work.
RANKING = (
    "saved_not_submitted",
    "submissions_without_improvement",
    "quick_resubmissions",
    "one_question",
    "opened_late",
    "late_first_submission",
    "score_dropped",
    "long_pauses",
    "many_switches",
    "busy_end",
    "raised_to_full",
    "improved_on_return",
    "finished_early",
    "right_first",
    "risen",
    "all_submitted",
    "mostly_submitted",
    # Last, because an editor that saves by itself brings it to most.
    "steady",
)


def ranked(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules by rank. Raises ValueError where a rule and its place in RANKING do not belong together."""
    by_id = {rule.id: rule for rule in rules}
    if without := by_id.keys() - set(RANKING):
        raise ValueError(f"Rules without a rank: {', '.join(sorted(without))}. Add each id to RANKING in {__name__}.")
    if missing := set(RANKING) - by_id.keys():
        raise ValueError(f"RANKING in {__name__} names no rule: {', '.join(sorted(missing))}. Mend or remove the id.")
    return tuple(by_id[name] for name in RANKING)


RULES = ranked((*ABOUT_SUBMISSIONS, *ABOUT_TIME, *PRAISE))


def insights_of(evidence: Evidence) -> tuple[Insight, ...]:
    """The insights whose rules apply, praise first: one place is its own, and it takes those suggestions leave.

    The choice is by rank, not by how far a value is beyond its threshold: thresholds of different measures
    cannot be weighed against each other.
    """
    shown = evidence.settings.insights_shown
    applying = {rule.id: insight for rule in RULES if (insight := rule.insight(evidence)) is not None}
    found = [applying[rule.id] for rule in RULES if rule.id in applying and applying.keys().isdisjoint(rule.implied_by)]
    praise = [insight for insight in found if insight.kind == "praise"]
    suggestions = [insight for insight in found if insight.kind == "suggestion"]
    kept = suggestions[: max(shown - bool(praise), 0)]
    return (*praise[: shown - len(kept)], *kept)
