"""When a class was at work."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from feedback.analysis.cohort.findings import Activity, ClassFindings
from feedback.rendering.blocks import AnyBlock, Chart, Column, Paragraph, Table
from feedback.rendering.charts import heat_strip
from feedback.rendering.words import Words

_ROWS = 14
_DAY = 24 * 60
# Minutes that people count in; the rows of the table start at such times of the day, weeks on Monday.
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, _DAY, 7 * _DAY)


def activity_blocks(findings: ClassFindings, words: Words) -> Iterator[AnyBlock]:
    """The heat strip and the same in numbers, or why there is none."""
    activity = findings.activity
    if activity is None:
        yield Paragraph(words.text("No event has a time, so there is nothing to draw."))
        return
    bin_words = words.duration(activity.bin_seconds)
    most = max(range(len(activity.events)), key=activity.events.__getitem__)
    caption = words.text(
        "Events in steps of {step}: the more, the stronger the colour. "
        "Most from {start}: {events} of {students}. Times in {zone}.",
        step=bin_words,
        start=_start(activity.starts[most], activity.bin_seconds / 60, activity, words),
        events=words.count("{number} event", "{number} events", activity.events[most]),
        students=words.count("{number} student", "{number} students", activity.students[most]),
        zone=words.time_zone,
    )
    yield Chart(
        drawing=heat_strip(activity.events, activity.starts, activity.end_at, words.zone, words.say),
        title=words.text("Activity of the class over time"),
        description=words.text("Events in steps of {step}; the table below gives them in numbers.", step=bin_words),
        caption=caption,
    )
    yield _table(activity, words)


def _table(activity: Activity, words: Words) -> Table:
    minutes, groups = _rows(activity, words)
    columns = (
        Column(words.text("From"), 1 if _one_day(activity) else 2),
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
            _start(start, minutes, activity, words),
            words.number(sum(activity.events[bins])),
            words.number(sum(activity.submissions[bins])),
            words.number(max(activity.students[bins])),
        )
        for start, bins in groups
    )
    caption = words.text("Activity in steps of {step}", step=words.duration(minutes * 60))
    return Table(caption, columns, rows, summary=words.text("The same in numbers"))


def _rows(activity: Activity, words: Words) -> tuple[float, list[tuple[datetime, slice]]]:
    """How many minutes make a row, and each row's start and bins."""
    width = round(activity.bin_seconds / 60)
    local = [words.local(start) for start in activity.starts]
    for minutes in _STEPS:
        if minutes % width == 0 and len(groups := _grouped([_floor(at, minutes) for at in local])) <= _ROWS:
            return minutes, groups
    together = -(-len(local) // _ROWS)
    groups = [(local[i], slice(i, i + together)) for i in range(0, len(local), together)]
    return together * width, groups


def _grouped(starts: Sequence[datetime]) -> list[tuple[datetime, slice]]:
    """Neighbours with the same start, together. Hours that the clock shows twice are two."""
    firsts = [i for i, at in enumerate(starts) if i == 0 or _key(at) != _key(starts[i - 1])]
    return [(starts[i], slice(i, end)) for i, end in zip(firsts, [*firsts[1:], len(starts)], strict=True)]


def _key(at: datetime) -> tuple[datetime, timedelta | None]:
    return at.replace(tzinfo=None, fold=0), at.utcoffset()


def _floor(at: datetime, minutes: int) -> datetime:
    """The last time of the clock at a multiple of so many minutes since midnight, or since Monday."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if minutes > _DAY:
        return midnight - timedelta(days=at.weekday())
    floor = midnight + timedelta(minutes=(at.hour * 60 + at.minute) // minutes * minutes)
    return floor.replace(fold=at.fold)


def _start(at: datetime, minutes: float, activity: Activity, words: Words) -> str:
    """When a step begins: its day, its clock time, or both."""
    return words.day(at) if minutes >= _DAY else words.moment(at, with_day=not _one_day(activity))


def _one_day(activity: Activity) -> bool:
    return activity.end_at - activity.starts[0] <= timedelta(hours=20)
