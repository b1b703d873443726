"""What the rules look at: the measures, and whether there is enough behind them to say something."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from feedback.analysis.course import Course, Sitting
from feedback.analysis.exam import ExamContext
from feedback.analysis.facts import ClassFacts
from feedback.analysis.findings import KeyFigures, LateShare, Question, Rhythm, ScoreProgress, Slot, Window
from feedback.analysis.scores import LEAST, nothing_left
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.times import DAY, SECOND
from feedback.phrasing.i18n import N_, Speech
from feedback.phrasing.numbers import duration
from feedback.phrasing.phrases import listed, shortened


class Evidence:
    """One student's measures. `reproached` are the questions that a suggestion names, which no praise may name."""

    def __init__(
        self,
        log: Log,
        exam: ExamContext,
        facts: ClassFacts,
        figures: KeyFigures,
        questions: tuple[Question, ...],
        slots: tuple[Slot, ...],
        rhythm: Rhythm,
        late: LateShare | None,
        window: Window | None,
        settings: AnalysisSettings,
        say: Speech,
        course: Course | None = None,
        sittings: tuple[Sitting, ...] = (),
    ) -> None:
        self.log, self.exam, self.facts, self.settings, self.say = log, exam, facts, settings, say
        self.figures, self.questions, self.slots = figures, questions, slots
        self.rhythm, self.late, self.window = rhythm, late, window
        self.course, self.sittings = course, sittings
        self.aliases, self.marks, self.instants = log.aliases, log.marks, log.instants
        self.reproached = frozenset[str]()
        timed = len(log.timed)
        self._long_enough = timed >= settings.insight_events and (
            (figures.window_seconds or 0) >= settings.insight_minutes * 60
        )
        self._untimed = timed < len(log.marks)

    @property
    def is_exam(self) -> bool:
        """Whether advice for an exam makes sense: in one sitting of an exam, not over days."""
        return self.facts.kind == "exam" and (self.figures.sittings or 1) == 1

    @cached_property
    def over_days(self) -> Course | None:
        """The course, where it is long enough, and has enough events, to say how the work lay in it.

        Its length is that of the time given, where this is used, else from the first event to the last.
        """
        span = self.log.span
        if self.course is None or span is None or len(self.log.timed) < self.settings.insight_events:
            return None
        return self.course if span[1] - span[0] >= self.settings.course_days * DAY else None

    @property
    def shows_timing(self) -> bool:
        """Whether the time is long enough, and firm enough, to say when in it something happened."""
        return self._long_enough and not self._untimed

    @property
    def shows_work(self) -> bool:
        """Whether the time on questions covers enough of the time from first to last event."""
        spent, window = self.figures.seconds, self.figures.window_seconds
        covered = spent is not None and window and spent / window >= self.settings.insight_coverage
        return bool(self._long_enough and covered)

    @property
    def scored(self) -> bool:
        """Whether points are at stake: the upload has scores, and so has this log."""
        return self.figures.questions_solved is not None and self.figures.score_possible is not None

    @cached_property
    def span_seconds(self) -> float:
        """The length of the exam's window, where it is used, else of the student's own time."""
        span = self.log.span
        return 0.0 if span is None else (span[1] - span[0]) / SECOND

    @cached_property
    def of_alias(self) -> Mapping[str, Question]:
        """The questions by their aliases."""
        return {question.alias: question for question in self.questions}

    @cached_property
    def done(self) -> bool:
        """Whether nothing is left to do: no points, and without scores no question."""
        return nothing_left(self.figures, self.slots, self.questions)

    @cached_property
    def lost(self) -> Mapping[str, float]:
        """The points lost on each question, by alias; of a slot with several versions on the last one."""
        if not self.scored:
            return {}
        return {slot.aliases[-1]: slot.lost for slot in self.slots if slot.aliases and slot.lost > LEAST}

    def name(self, alias: str) -> str:
        """What people call a question."""
        return shortened(self.of_alias[alias].name)

    def names(self, aliases: Iterable[str]) -> str:
        """What people call these questions, as a list in words."""
        return listed([self.name(alias) for alias in aliases], self.say)

    def minutes(self, aliases: Iterable[str]) -> int:
        """The time on these questions, in the minutes that are printed."""
        return sum(self.of_alias[alias].minutes or 0 for alias in aliases)

    def time(self, minutes: int | None) -> str:
        """So many printed minutes in words."""
        if not minutes:
            return self.say.gettext(UNDER_A_MINUTE)
        return duration(minutes * 60, self.say)

    @property
    def counted(self) -> list[int]:
        """When the events were, in order, looks and those without a time aside."""
        pairs = zip(self.marks, self.instants, strict=True)
        return [at for mark, at in pairs if at is not None and not mark.look]

    @cached_property
    def of_question(self) -> Mapping[str, Sequence[int]]:
        """The positions of each question's marks by its alias, in time order, looks aside."""
        return {
            alias: [i for i in positions if not self.marks[i].look]
            for alias, positions in zip(self.aliases, self.log.by_question, strict=True)
        }

    @cached_property
    def progress(self) -> dict[str, ScoreProgress]:
        """The progress of each question that has attempts with scores, by its alias."""
        return {
            question.alias: question.progress
            for question in self.questions
            if question.progress and question.progress.scores
        }


UNDER_A_MINUTE = N_("less than a minute")
