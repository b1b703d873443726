"""The way through the questions: visits, and the active time that went into each."""

from feedback.analysis.findings import Run
from feedback.analysis.student.log import Log, active_seconds


def path_of(log: Log) -> tuple[Run, ...]:
    """The visits with what they came to (process mining's "collapsed trace")."""
    runs = []
    for visit in log.visits:
        marks = log.marks[visit]
        times = [mark.at for mark in marks if mark.at is not None]
        runs.append(
            Run(
                question=log.aliases[marks[0].question - 1],
                events=len(marks),
                seconds=active_seconds(log.charged[visit]),
                first_at=times[0] if times else None,
                last_at=times[-1] if times else None,
            )
        )
    return tuple(runs)
