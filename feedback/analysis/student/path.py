"""The way through the questions: visits, and the time that went into each."""

from feedback.analysis.findings import Run
from feedback.analysis.student.log import Log, seconds_of
from feedback.analysis.times import moment


def path_of(log: Log) -> tuple[Run, ...]:
    """The visits with what they came to (process mining's "collapsed trace")."""
    runs = []
    for positions in log.runs:
        timed = [at for i in positions if (at := log.instants[i]) is not None]
        runs.append(
            Run(
                question=log.aliases[log.marks[positions[0]].question - 1],
                events=len(positions),
                seconds=seconds_of(log.charged[i] for i in positions),
                first_at=moment(timed[0]) if timed else None,
                last_at=moment(timed[-1]) if timed else None,
            )
        )
    return tuple(runs)
