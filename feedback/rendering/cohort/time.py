"""When a class was at work."""

from collections.abc import Iterator
from datetime import timedelta

from feedback.analysis.cohort.findings import Activity, ClassFindings
from feedback.rendering.blocks import AnyBlock, Chart, Column, Paragraph, Table
from feedback.rendering.charts import heat_strip
from feedback.rendering.words import Words

_ROWS = 14
_DAY = 24 * 60
# Minutes that people count in; the rows of the table start at such times of the day (UTC).
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, _DAY, 2 * _DAY, 7 * _DAY)


def activity_blocks(findings: ClassFindings, words: Words) -> Iterator[AnyBlock]:
    """The heat strip and the same in numbers, or why there is none."""
    activity = findings.activity
    if activity is None:
        yield Paragraph(words.text("No event has a time, so there is nothing to draw."))
        return
    bin_words = words.duration(activity.bin_seconds)
    most = max(range(len(activity.events)), key=activity.events.__getitem__)
    with_day = len(activity.events) * activity.bin_seconds > 20 * 3600
    busiest = words.moment(activity.start_at + timedelta(seconds=most * activity.bin_seconds), with_day=with_day)
    caption = words.text(
        "Events in steps of {step}: the more, the stronger the colour. "
        "Most from {start}: {events} of {students}. Times in {zone}.",
        step=bin_words,
        start=busiest,
        events=words.count("{number} event", "{number} events", activity.events[most]),
        students=words.count("{number} student", "{number} students", activity.students[most]),
        zone=words.time_zone,
    )
    yield Chart(
        drawing=heat_strip(activity.events, activity.start_at, activity.bin_seconds, words.zone),
        title=words.text("Activity of the class over time"),
        description=words.text("Events in steps of {step}; the table below gives them in numbers.", step=bin_words),
        caption=caption,
    )
    yield _table(activity, words, with_day=with_day)


def _steps(activity: Activity) -> tuple[int, int]:
    """How many bins make a row, and how many of the first row's lie before the activity."""
    width, bins = round(activity.bin_seconds / 60), len(activity.events)
    into_the_day = (activity.start_at.hour * 60 + activity.start_at.minute) // width
    for minutes in _STEPS:
        together, rest = divmod(minutes, width)
        if together and not rest and -(-(into_the_day % together + bins) // together) <= _ROWS:
            return together, into_the_day % together
    return -(-bins // _ROWS), 0


def _table(activity: Activity, words: Words, *, with_day: bool) -> Table:
    together, before = _steps(activity)
    step = timedelta(seconds=activity.bin_seconds)
    columns = (
        Column(words.text("From"), 2 if with_day else 1),
        Column(words.text("Events"), numeric=True),
        Column(words.text("Submissions"), numeric=True),
        Column(
            words.text("Most students at work within {step}", step=words.duration(activity.bin_seconds)),
            2,
            numeric=True,
        ),
    )
    rows = tuple(
        (
            words.moment(activity.start_at + start * step, with_day=with_day),
            words.number(sum(activity.events[max(start, 0) : start + together])),
            words.number(sum(activity.submissions[max(start, 0) : start + together])),
            words.number(max(activity.students[max(start, 0) : start + together])),
        )
        for start in range(-before, len(activity.events), together)
    )
    caption = words.text("Activity in steps of {step}", step=words.duration(together * activity.bin_seconds))
    return Table(caption, columns, rows, summary=words.text("The same in numbers"))
