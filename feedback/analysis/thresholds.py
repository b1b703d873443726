"""The settings of the analysis as the words that its texts quote."""

from feedback.analysis.settings import AnalysisSettings
from feedback.phrasing.numbers import number, percent


def thresholds(settings: AnalysisSettings) -> dict[str, str]:
    """Every setting that a text names in braces, as it is printed."""
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
        "students": number(settings.comparison_students),
        "common": percent(settings.common_question_share),
    }
