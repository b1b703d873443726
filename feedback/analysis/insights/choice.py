"""Which insights a report gives: up to four, the most useful first, and never only what could be better."""

from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.praise import PRAISE
from feedback.analysis.insights.suggestions import SUGGESTIONS
from feedback.analysis.statements import Insight

RULES = (*SUGGESTIONS, *PRAISE)


def insights_of(evidence: Evidence) -> tuple[Insight, ...]:
    """The insights whose rules apply, praise first: one place is its own, and it takes those suggestions leave.

    Rules stand in the order of their usefulness, so the choice is by rank, not by how far a value is
    beyond its threshold: thresholds of different measures cannot be weighed against each other.
    """
    shown = evidence.settings.insights_shown
    found = [insight for rule in RULES if (insight := rule.insight(evidence)) is not None]
    praise = [insight for insight in found if insight.kind == "praise"]
    suggestions = [insight for insight in found if insight.kind == "suggestion"]
    kept = suggestions[: max(shown - bool(praise), 0)]
    return (*praise[: shown - len(kept)], *kept)
