"""The way through the questions: visits, and the active time that went into each."""

from itertools import groupby

from feedback.analysis.findings import Run
from feedback.analysis.log import Log


def path_of(log: Log) -> tuple[Run, ...]:
    """Maximal runs of consecutive events on one question, in time order (process mining's "collapsed trace")."""
    aliases, runs = log.aliases, []
    for question, positions in groupby(range(len(log.marks)), key=lambda i: log.marks[i].question):
        here = list(positions)
        times = [at for i in here if (at := log.marks[i].at) is not None]
        runs.append(
            Run(
                question=aliases[question - 1],
                events=len(here),
                seconds=log.active_seconds(here),
                first_at=times[0] if times else None,
                last_at=times[-1] if times else None,
            )
        )
    return tuple(runs)
