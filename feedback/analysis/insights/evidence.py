"""What the rules look at: the measures, and the events without what a machine merely repeated."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from feedback.analysis.findings import KeyFigures, LateShare, Question, Rhythm, ScoreProgress
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.batches import without_repeats
from feedback.analysis.student.log import Log, visits
from feedback.analysis.student.questions import progress_of
from feedback.phrasing.i18n import N_, Speech

_REPEATS = N_("Batched submissions that only repeat a score are not counted here.")
_AFTER_FULL_SCORE = N_("Submissions to a question after its full score are not counted here.")


class Evidence:
    """One student's measures, and whether there is enough behind them to say something.

    `marks` are the events without batched submissions that only repeat the score before, `instants` their
    times in microseconds; `of_question`, `progress` and `visits` rest on these. In most logs nothing repeats,
    and all of them are as they were found already.
    """

    def __init__(
        self,
        log: Log,
        figures: KeyFigures,
        questions: Sequence[Question],
        rhythm: Rhythm,
        late: LateShare | None,
        far_off: bool,
        settings: AnalysisSettings,
        say: Speech,
    ) -> None:
        self.figures, self.questions, self.rhythm, self.late = figures, questions, rhythm, late
        self.settings, self.say = settings, say
        self.aliases = log.aliases
        kept = without_repeats(log.marks, log.batched)
        self.marks = [log.marks[i] for i in kept]
        self.instants = [log.instants[i] for i in kept]
        self._log = log
        timed = len(kept) - self.instants.count(None)
        self._long_enough = timed >= settings.insight_events and (
            (figures.window_seconds or 0) >= settings.insight_minutes * 60
        )
        self._far_off = far_off
        self._repeats = len(kept) < len(log.marks)
        self._untimed = timed < len(self.marks)

    @property
    def shows_timing(self) -> bool:
        """Whether the window is long enough, and firm enough, to say when in it something happened."""
        return self._long_enough and not self._far_off and not self._untimed

    @property
    def shows_work(self) -> bool:
        """Whether active time covers enough of the window, and saves tell work from waiting."""
        active, window = self.figures.active_seconds, self.figures.window_seconds
        covered = active is not None and window and active / window >= self.settings.insight_coverage
        return bool(self._long_enough and covered)

    def aside(self, after_full_score: bool = False) -> str:
        """What the numbers of a rule leave out of this log, in words; empty where nothing is."""
        notes = [_REPEATS] if self._repeats else []
        if after_full_score and self.figures.questions_solved:
            notes.append(_AFTER_FULL_SCORE)
        return " ".join(map(self.say.gettext, notes))

    @cached_property
    def of_question(self) -> Mapping[str, Sequence[int]]:
        """The positions of each question's marks by its alias, in time order."""
        if not self._repeats:
            return dict(zip(self.aliases, self._log.by_question, strict=True))
        positions: dict[str, list[int]] = {alias: [] for alias in self.aliases}
        for position, mark in enumerate(self.marks):
            positions[self.aliases[mark.question - 1]].append(position)
        return positions

    @cached_property
    def progress(self) -> dict[str, ScoreProgress]:
        """The progress of each question that has scores, by its alias."""
        if not self._repeats:
            return {question.alias: question.progress for question in self.questions if question.progress}
        progress = {}
        for alias, positions in self.of_question.items():
            scores = [score for i in positions if (score := self.marks[i].score) is not None]
            if found := progress_of(scores):
                progress[alias] = found
        return progress

    @cached_property
    def visits(self) -> Sequence[slice]:
        """Where each visit stands among the marks."""
        return visits(self.marks) if self._repeats else self._log.visits
