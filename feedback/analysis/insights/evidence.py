"""What the rules look at: the measures, and the events without what a machine merely repeated."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from feedback.analysis.findings import KeyFigures, LateShare, Question, Rhythm, ScoreProgress
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.phrasing.i18n import N_, Speech

_AFTER_FULL_SCORE = N_("Submissions to a question after its full score are not counted here.")


class Evidence:
    """One student's measures, and whether there is enough behind them to say something."""

    def __init__(
        self,
        log: Log,
        figures: KeyFigures,
        questions: Sequence[Question],
        rhythm: Rhythm,
        late: LateShare | None,
        settings: AnalysisSettings,
        say: Speech,
    ) -> None:
        self.figures, self.questions, self.rhythm, self.late = figures, questions, rhythm, late
        self.settings, self.say = settings, say
        self.aliases = log.aliases
        self.marks, self.instants = log.marks, log.instants
        self._log = log
        timed = len(log.timed)
        self._long_enough = timed >= settings.insight_events and (
            (figures.window_seconds or 0) >= settings.insight_minutes * 60
        )
        self._untimed = timed < len(self.marks)

    @property
    def shows_timing(self) -> bool:
        """Whether the window is long enough, and firm enough, to say when in it something happened."""
        return self._long_enough and not self._untimed

    @property
    def shows_work(self) -> bool:
        """Whether active time covers enough of the window, and saves tell work from waiting."""
        active, window = self.figures.active_seconds, self.figures.window_seconds
        covered = active is not None and window and active / window >= self.settings.insight_coverage
        return bool(self._long_enough and covered)

    def aside(self, after_full_score: bool = False) -> str:
        """What the numbers of a rule leave out of this log, in words; empty where nothing is."""
        notes = [_AFTER_FULL_SCORE] if after_full_score and self.figures.questions_solved else []
        return " ".join(map(self.say.gettext, notes))

    @cached_property
    def of_question(self) -> Mapping[str, Sequence[int]]:
        """The positions of each question's marks by its alias, in time order, looks aside."""
        return {
            alias: [i for i in positions if not self.marks[i].look]
            for alias, positions in zip(self.aliases, self._log.by_question, strict=True)
        }

    @cached_property
    def progress(self) -> dict[str, ScoreProgress]:
        """The progress of each question that has attempts with scores, by its alias."""
        return {
            question.alias: question.progress
            for question in self.questions
            if question.progress and question.progress.scores
        }

    @property
    def visits(self) -> Sequence[Sequence[int]]:
        """The positions of each visit among the marks."""
        return self._log.runs
