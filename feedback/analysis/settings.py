"""The thresholds of the analysis: every one is a setting, and every report prints the ones it used."""

from datetime import UTC, tzinfo
from functools import cache
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

# A year and more would be no gap; the bound keeps sums of microseconds from overflowing.
Minutes = Annotated[float, Meta(gt=0, le=1_000_000)]
Seconds = Annotated[float, Meta(gt=0, le=1_000_000)]
Hours = Annotated[float, Meta(gt=0, le=1_000_000)]
Share = Annotated[float, Meta(ge=0, le=1, description="A share from 0 to 1.")]
Count = Annotated[int, Meta(ge=1)]
Days = Annotated[int, Meta(ge=1, le=1000)]


class AnalysisSettings(msgspec.Struct, frozen=True):
    """What counts as a session, a pause, an insight. The defaults suit an exam of one to three hours.

    `time_zone`, an IANA name, says when a day begins: a report shows its times in the same zone.

    Raises ValueError for a value out of range. Unknown fields are ignored, so that findings stored by
    another version can still be read.
    """

    language: Annotated[str, Meta(pattern="^[A-Za-z]{2,3}([_@][A-Za-z]+)*$", description="Of the texts.")] = "en"
    assumed_zone: Annotated[str, Meta(max_length=64, description="In which times without one were read.")] | None = None
    time_zone: Annotated[str, Meta(min_length=1, description="An IANA name; days begin at its midnight.")] = "UTC"
    # The measures.
    session_gap_minutes: Minutes = 10
    narrow_gap_minutes: Minutes = 5
    wide_gap_minutes: Minutes = 15
    pause_minutes: Minutes = 3
    long_pause_minutes: Minutes = 10
    quick_resubmission_seconds: Seconds = 60
    late_share_of_window: Share = 0.1
    batch_seconds: Seconds = 2
    batch_questions: Count = 3
    far_off_hours: Hours = 24
    sitting_gap_minutes: Minutes = 120
    # The insight rules: on how much evidence, and from which value on.
    insight_events: Count = 10
    insight_minutes: Minutes = 10
    insight_coverage: Share = 0.5
    lost_points: Share = 0.01
    weak_score: Share = 0.5
    long_stay_minutes: Minutes = 10
    short_stay_minutes: Minutes = 3
    share_without_gain: Share = 0.2
    unused_share: Share = 0.1
    unsubmitted_minutes: Minutes = 2
    submissions_without_improvement: Count = 3
    quick_resubmissions: Count = 4
    one_question_share: Share = 0.5
    late_opened_questions: Count = 1
    late_first_submission_share: Share = 0.5
    score_drop: Share = 0.1
    long_pauses: Count = 2
    switches_per_question: Annotated[float, Meta(gt=0)] = 6
    late_events_share: Share = 0.3
    finished_early_share: Share = 0.15
    early_opening_left: Share = 0.9
    return_minutes: Minutes = 10
    questions_improved_on_return: Count = 1
    questions_raised: Count = 1
    questions_risen: Count = 1
    questions_right_first: Count = 1
    submitted_share: Share = 0.8
    steady_share: Share = 0.9
    questions_all_submitted: Count = 3
    # The rules for a course, which lasts days and weeks.
    course_days: Days = 7
    last_days: Days = 3
    last_days_share: Share = 0.5
    one_day_share: Share = 0.5
    late_start_share: Share = 0.5
    quiet_days_before_end: Days = 7
    weak_left_days: Days = 7
    weak_questions_left: Count = 1
    empty_weeks: Count = 2
    long_sitting_hours: Hours = 3
    long_sittings: Count = 2
    early_start_left: Share = 0.85
    weeks_worked_share: Share = 0.75
    questions_raised_later: Count = 1
    days_ahead: Days = 2
    # The class.
    quiet_days: Days = 14
    comparison_students: Count = 10
    common_question_share: Share = 0.8

    def __post_init__(self) -> None:
        try:
            msgspec.convert(self, _checked(), from_attributes=True)
        except msgspec.ValidationError:
            self._refuse()

    @property
    def zone(self) -> tzinfo:
        """The time zone. Raises ZoneInfoNotFoundError for a name that is not in the database."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)

    def _refuse(self) -> NoReturn:
        for field in msgspec.structs.fields(AnalysisSettings):
            value = getattr(self, field.name)
            try:
                msgspec.convert(value, field.type)
            except msgspec.ValidationError as fault:
                raise ValueError(
                    f"The analysis cannot work with {field.name} = {value!r}: {fault}. Mend the setting."
                ) from None
        raise AssertionError("Settings were refused together, and none of them by itself.")


@cache
def _checked() -> type[msgspec.Struct]:
    # The same fields without a `__post_init__`, so that all are checked at once, in a tenth of the time of one by one.
    return msgspec.defstruct(
        "Checked", [(field.name, field.type) for field in msgspec.structs.fields(AnalysisSettings)]
    )
