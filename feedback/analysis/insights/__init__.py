"""What is worth saying to a student: rules as data, and the choice among those that apply."""

from feedback.analysis.insights.choice import RULES, insights_of
from feedback.analysis.insights.rule import Rule

__all__ = ["RULES", "Rule", "insights_of"]
