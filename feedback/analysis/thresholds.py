"""The settings of the analysis as the words that its texts quote."""

from feedback.analysis.settings import AnalysisSettings
from feedback.phrasing.i18n import Speech
from feedback.phrasing.numbers import number, percent


def thresholds(settings: AnalysisSettings, say: Speech) -> dict[str, str]:
    """Every setting that a text names in braces, as the language prints it."""
    return {
        "session_gap": number(settings.session_gap_minutes, say),
        "pause": number(settings.pause_minutes, say),
        "long_pause": number(settings.long_pause_minutes, say),
        "quick": number(settings.quick_resubmission_seconds, say),
        "late": percent(settings.late_share_of_window, say),
        "return": number(settings.return_minutes, say),
        "sitting_gap": number(settings.sitting_gap_minutes, say),
        "course_days": number(settings.course_days, say),
        "last_days": number(settings.last_days, say),
        "weak": percent(settings.weak_score, say),
        "weak_days": number(settings.weak_left_days, say),
        "sitting_hours": number(settings.long_sitting_hours, say),
        "quiet_days": number(settings.quiet_days, say),
        "students": number(settings.comparison_students, say),
        "common": percent(settings.common_question_share, say),
    }
