"""Why a measure is not there: said in words, instead of showing a 0 that nobody measured."""

from collections.abc import Iterator

from feedback.analysis.findings import KeyFigures, LateShare, Rhythm
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.statements import Missing
from feedback.phrasing.i18n import N_, Speech
from feedback.phrasing.numbers import number

_NO_EVENTS = N_("The log holds no events.")
_NO_TIMES = N_("No event has a time.")
_ONE_TIME = N_("Only one event has a time; it takes two to make an interval.")
_ALL_LONG = N_("Every interval between events is longer than {minutes} minutes.")
_ONE_INSTANT = N_("All times are the same, so there is no end to look at.")
_NO_SUBMISSIONS = N_("The log holds no submissions.")
_NO_SCORES = N_("The submissions carry no scores.")
_NO_RESUBMISSIONS = N_("No question has two submissions with times.")

WINDOW = ("key_figures.window_seconds", N_("Time from first to last event"))
ACTIVE = ("key_figures.active_seconds", N_("Active time (estimate)"))
INTERVALS = ("rhythm.median_seconds", N_("Interval between events"))
LATE = ("late", N_("Share of events at the end"))
SOLVED = ("key_figures.questions_solved", N_("Questions with full score"))
RESUBMISSIONS = ("rhythm.median_submission_interval_seconds", N_("Interval between submissions"))

_NOT_OF_VISITS = frozenset({ACTIVE[0], INTERVALS[0], RESUBMISSIONS[0]})
_NOT_OF_COURSE = frozenset({INTERVALS[0], LATE[0], RESUBMISSIONS[0]})


def missing_of(
    figures: KeyFigures,
    rhythm: Rhythm,
    late: LateShare | None,
    settings: AnalysisSettings,
    say: Speech,
    *,
    visits: bool = False,
    course: bool = False,
) -> tuple[Missing, ...]:
    """Every measure that could not be computed, with the reason.

    A log of page `visits`, and the report of a `course`, have no rhythm to miss.
    """
    silent = (_NOT_OF_VISITS if visits else frozenset()) | (_NOT_OF_COURSE if course else frozenset())
    minutes = number(settings.session_gap_minutes, say)
    return tuple(
        Missing(place, say.gettext(name), say.text(reason, minutes=minutes))
        for (place, name), reason in (
            *_about_times(figures, rhythm, late),
            *_about_submissions(figures, rhythm),
        )
        if place not in silent
    )


def _about_times(figures: KeyFigures, rhythm: Rhythm, late: LateShare | None) -> Iterator[tuple[tuple[str, str], str]]:
    nothing = _NO_TIMES if figures.events else _NO_EVENTS
    if figures.window_seconds is None:
        yield WINDOW, nothing
    without_interval = nothing if figures.window_seconds is None else _ONE_TIME
    if figures.active_seconds is None:
        yield ACTIVE, without_interval
    if rhythm.median_seconds is None:
        yield INTERVALS, without_interval if figures.active_seconds is None else _ALL_LONG
    if late is None:
        yield LATE, without_interval if figures.active_seconds is None and figures.seconds is None else _ONE_INSTANT


def _about_submissions(figures: KeyFigures, rhythm: Rhythm) -> Iterator[tuple[tuple[str, str], str]]:
    nothing = None if figures.submissions else _NO_SUBMISSIONS if figures.events else _NO_EVENTS
    if figures.questions_solved is None:
        yield SOLVED, nothing or _NO_SCORES
    if rhythm.median_submission_interval_seconds is None:
        yield RESUBMISSIONS, nothing or _NO_RESUBMISSIONS
