"""The name that people read for a question: its own where the whole class has such names, else its alias."""

from feedback.analysis.facts import ClassFacts
from feedback.analysis.units import Unit, is_own_name
from feedback.phrasing.i18n import N_, Speech


def label_of(unit: Unit, alias: str, facts: ClassFacts, say: Speech) -> str:
    """`Q3` for a unit `Q3`, `Question 5` for a unit 5, where the class has such names; else the alias.

    A title stands behind the label, so a unit that has a title and no such name keeps its alias.
    """
    return own_label(unit, facts, say) or alias


def own_label(unit: Unit, facts: ClassFacts, say: Speech) -> str:
    """The name a unit has by itself; empty where people read another one."""
    if not facts.own_names or not is_own_name(unit):
        return ""
    return unit.name.upper() if unit.kind == "text" else say.text(N_("Question {unit}"), unit=unit.name)
