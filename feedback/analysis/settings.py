"""The thresholds of the analysis: every one is a setting, and every report prints the ones it used."""

from typing import Annotated

import msgspec
from msgspec import Meta

Minutes = Annotated[float, Meta(gt=0)]
Seconds = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1, description="A share from 0 to 1.")]
Count = Annotated[int, Meta(ge=1)]


class AnalysisSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as a session, a pause, an insight. The defaults suit an exam of one to three hours."""

    language: Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([_@][A-Za-z]+)*$")] = "en"
    # The measures.
    session_gap_minutes: Minutes = 10
    narrow_gap_minutes: Minutes = 5
    wide_gap_minutes: Minutes = 15
    pause_minutes: Minutes = 3
    long_pause_minutes: Minutes = 10
    quick_resubmission_seconds: Seconds = 60
    late_share_of_window: Share = 0.1
    far_off_hours: Annotated[float, Meta(gt=0)] = 24
    # The insight rules.
    insights_shown: Annotated[int, Meta(ge=0)] = 4
    quick_resubmissions: Count = 4
    submissions_without_improvement: Count = 3
    share_on_one_question: Share = 0.5
    late_first_submission_share: Share = 0.5
    late_events_share: Share = 0.3
    long_pauses: Count = 1
    switches_per_question: Annotated[float, Meta(gt=0)] = 4
    finished_early_share: Share = 0.15
    steady_interval_minutes: Minutes = 3
    # The class.
    comparison_students: Count = 10
