"""Numbers, durations and lists as words in a sentence."""

from collections.abc import Sequence

from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.texts import N_, NN_, Speech

SHOWN = 4
LONGEST_NAME = 40


def duration(seconds: float, say: Speech) -> str:
    """`45 seconds`, `8 minutes`, `1 hour 42 minutes`: as exact as an estimate deserves."""
    if round(seconds) < 90:
        return counted(NN_("{n} second", "{n} seconds"), round(seconds), say)
    minutes = round(seconds / 60)
    if minutes < 60:
        return counted(NN_("{n} minute", "{n} minutes"), minutes, say)
    hours, rest = divmod(minutes, 60)
    words = counted(NN_("{n:,} hour", "{n:,} hours"), hours, say)
    return f"{words} {counted(NN_('{n} minute', '{n} minutes'), rest, say)}" if rest else words


def counted(forms: tuple[str, str], n: int, say: Speech) -> str:
    """The form that suits n, with n in it."""
    return say.ngettext(*forms, n).format(n=n)


def percent(share: float) -> str:
    """A share as a whole percentage, `37 %` with a no-break space; 100 only where nothing is missing."""
    return f"{min(round(share * 100), 99 if share < 1 else 100)}\u00a0%"


def score(value: float) -> str:
    """`0.75`; only the full score reads `1`."""
    return number(min(value, 0.99) if value < 1 else value)


def number(value: float) -> str:
    """A number without needless decimals: `4`, `2.5`."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def shortened(name: str) -> str:
    """A name from outside at a length a sentence can bear."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def listed(names: Sequence[str], say: Speech) -> str:
    """`Q1`, `Q1 and Q2`, `Q1, Q2 and Q3`; beyond four the rest as a number."""
    if len(names) > SHOWN:
        shown, more = ", ".join(names[: SHOWN - 1]), len(names) - SHOWN + 1
        return say.gettext(N_("{names} and {n:,} more")).format(names=shown, n=more)
    if len(names) < 2:
        return "".join(names)
    return say.gettext(N_("{names} and {last}")).format(names=", ".join(names[:-1]), last=names[-1])


def thresholds(settings: AnalysisSettings) -> dict[str, str]:
    """The settings that texts quote, as words."""
    return {
        "session_gap": number(settings.session_gap_minutes),
        "narrow_gap": number(settings.narrow_gap_minutes),
        "wide_gap": number(settings.wide_gap_minutes),
        "pause": number(settings.pause_minutes),
        "long_pause": number(settings.long_pause_minutes),
        "quick": number(settings.quick_resubmission_seconds),
        "late": percent(settings.late_share_of_window),
        "batch_seconds": number(settings.batch_seconds),
        "batch_questions": number(settings.batch_questions),
        "far_off": number(settings.far_off_hours),
        "return": number(settings.return_minutes),
        "events": number(settings.insight_events),
        "minutes": number(settings.insight_minutes),
        "coverage": percent(settings.insight_coverage),
        "shown": number(settings.insights_shown),
        "students": number(settings.comparison_students),
        "common": percent(settings.common_question_share),
    }
