"""Single students, one a request: how many a second are stored, beside the usual build of such a service."""

import statistics
import time
from collections.abc import Iterator

import psycopg

from benchmarks import cost, samples, service
from benchmarks.clients import send_all
from benchmarks.measure import Goal, Row, scaled
from benchmarks.usual import UsualBuild, usual_build
from feedback.events import encode_student
from tests.harness.stack import Stack

_JSON = {"Content-Type": "application/json"}
_ROUNDS = 3
_STORED = {
    Stack: "SELECT count(*) FROM reports_document WHERE state = 'SUCCESS'",
    UsualBuild: "SELECT count(*) FROM usual_usualreport WHERE status = 'SUCCESS'",
}


def rows() -> Iterator[Row]:
    number = scaled(600)
    speeds: dict[str, list[float]] = {"ours": [], "usual": []}
    used: dict[str, dict[str, float | str]] = {}
    with service.services() as ours, usual_build() as usual:
        for repeat in range(_ROUNDS):
            bodies = [encode_student(each) for each in samples.students("exam", number, f"singles {repeat}")]
            for name, running in (("usual", usual), ("ours", ours)):
                before = cost.by_program()
                speeds[name].append(_stored_a_second(running, bodies))
                used[name] = cost.spent(before, cost.by_program(), number)
    mine, theirs = statistics.median(speeds["ours"]), statistics.median(speeds["usual"])
    details: dict[str, float | str] = {"ours reports/s": round(mine), "usual build reports/s": round(theirs)}
    for name, programs in used.items():
        details |= {f"{name}: {program}": value for program, value in programs.items()}
    what = f"{number} singles from 8 clients to HTML, stored"
    yield Row(what, "the usual build", mine / theirs, Goal("≥", 3), details)


def _stored_a_second(running: Stack | UsualBuild, bodies: list[bytes]) -> float:
    with psycopg.connect(running.environment["DATABASE_URL"], autocommit=True) as connection:

        def stored() -> int:
            found = connection.execute(_STORED[type(running)].encode()).fetchone()
            assert found
            return int(found[0])

        wanted = stored() + len(bodies)
        begun = time.perf_counter()
        send_all(running.url, [("POST", "/assignment/html", body) for body in bodies], 202, headers=_JSON)
        service.wait_for(stored, wanted)
        return len(bodies) / (time.perf_counter() - begun)
