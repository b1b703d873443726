"""What is worth saying to a student: rules as data, and the choice among those that apply."""

from feedback.analysis.insights.choice import RULES, Chosen, Rule, chosen, rule_ids

__all__ = ["RULES", "Chosen", "Rule", "chosen", "rule_ids"]
