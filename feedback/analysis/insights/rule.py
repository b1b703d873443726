"""What an insight is made of: a measure, a threshold, and the words."""

from collections.abc import Callable
from typing import NamedTuple

from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.observation import Observation
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import Insight, InsightKind, InsightUnit
from feedback.analysis.thresholds import thresholds
from feedback.phrasing.i18n import Speech
from feedback.phrasing.numbers import number, percent


class Rule(NamedTuple):
    """One insight, as data.

    `observe` gives the measure, or None where there is not enough to go by; the rule applies where the
    value is at least the setting named `setting`. `did` is one text, or has a singular and a plural form. `condition`
    says in the guide when the insight is given, with the threshold as `{threshold}`. `needs` names what a
    log must hold (saves, submissions, scores) for the rule to have any meaning; `implied_by` are the ids of
    rules of which each already says as much. `of_exam` says that its advice is for one sitting of an exam,
    `of_course` that it is for work over days and weeks.
    `source` is the paper whose measure this is, where it is one's.
    """

    id: str
    kind: InsightKind
    title: str
    measure: str
    unit: InsightUnit
    setting: str
    observe: Callable[[Evidence], Observation | None]
    did: str | tuple[str, str]
    readings: tuple[str, str]
    try_next: str
    ask: str
    condition: str
    source: str = ""
    needs: str = ""
    implied_by: tuple[str, ...] = ()
    of_exam: bool = False
    of_course: bool = False

    def threshold(self, settings: AnalysisSettings) -> float:
        """The value from which on the rule applies."""
        return float(getattr(settings, self.setting))

    def insight(self, evidence: Evidence) -> Insight | None:
        """The insight in words, where the rule applies."""
        say = evidence.say
        if (self.of_exam and not evidence.is_exam) or (self.of_course and evidence.over_days is None):
            return None
        observation = self.observe(evidence)
        threshold = self.threshold(evidence.settings)
        if observation is None or observation.value < threshold:
            return None
        return Insight(
            id=self.id,
            kind=self.kind,
            title=say.gettext(self.title),
            measure=self.measure,
            unit=self.unit,
            value=observation.value,
            threshold=threshold,
            did=observation.did or self._did(observation, say),
            readings=(say.gettext(self.readings[0]), say.gettext(self.readings[1])),
            try_next=observation.step or say.text(self.try_next, **observation.words),
            ask=say.gettext(self.ask),
            # gettext("") is the header of a catalogue, not the empty text.
            source=say.gettext(self.source) if self.source else "",
            questions=observation.questions,
            points=observation.points,
            minutes=observation.minutes,
        )

    def _did(self, observation: Observation, say: Speech) -> str:
        if isinstance(self.did, str):
            return say.text(self.did, **observation.words)
        return say.count(*self.did, observation.n, **observation.words)

    def in_words(self, settings: AnalysisSettings, say: Speech) -> str:
        """When the insight is given, with the numbers of the settings."""
        threshold = self.threshold(settings)
        shown = percent(threshold, say) if self.unit == "share" else number(threshold, say)
        return say.text(self.condition, threshold=shown, **thresholds(settings, say))
