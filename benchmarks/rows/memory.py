"""What a class of 10,000 students takes of memory: of the web process that takes it in, of the workers that make it.

Peaks are the kernel's own (`VmHWM`), begun anew just before; pages shared with other processes are counted too.
"""

import time
from collections.abc import Iterator

import psycopg

from benchmarks import cost, samples, service
from benchmarks.measure import Goal, Row, scaled
from tests.harness.stack import Stack

_NDJSON = {"Content-Type": "application/x-ndjson"}
_EVENTS_EACH = 150
_GOAL = Goal("≤", 100, "MB")
_MB = 1 << 20


def rows() -> Iterator[Row]:
    number = scaled(10_000)
    yield from _rows("html", number, web=True)
    yield from _rows("pdf", number, web=False)


def _rows(format_: str, number: int, *, web: bool) -> Iterator[Row]:
    what = f"NDJSON class of {number:,}, {number * _EVENTS_EACH:,} events, to {format_.upper()}"
    with service.cold_services() as running:
        _make_one_each(running, format_)
        web_pid, workers = running.processes["web"].pid, _workers(running)
        idle = cost.resident(web_pid)
        before = {pid: cost.peak(pid) for pid in workers}
        for pid in (web_pid, *workers):
            cost.forget_peak(pid)
        address = _post(running, format_, number)
        taking_in = cost.peak(web_pid)
        making = _peaks_until_made(running, address, workers)
        service.finish(running, address, every=0.5)
    if web:
        details = _details({"idle": idle, "at most": taking_in})
        yield Row(f"{what}: web process", "itself idle", (taking_in - idle) / _MB, _GOAL, details)
    above = max(making[pid] - before[pid] for pid in workers)
    details = _details({"after one report": max(before.values()), "at most": max(making.values())})
    yield Row(f"{what}: worker process", "itself after one report", above / _MB, _GOAL, details)


def _make_one_each(running: Stack, format_: str) -> None:
    """Some singles at once, so that every process has made at least one of them."""
    students = samples.students("editor", 8, f"memory warm {format_}", _EVENTS_EACH)
    for address in [service.post(running, format_, samples.as_list([student])) for student in students]:
        service.finish(running, address)


def _workers(running: Stack) -> list[int]:
    """The processes that make reports: all of the worker's but the one that commands them."""
    command = running.processes["worker"].pid
    return [pid for pid in cost.tree(command) if pid != command]


def _post(running: Stack, format_: str, number: int) -> str:
    """Send the class as it is made up; no process holds it whole."""
    body = samples.as_lines(samples.students("editor", number, f"memory {format_}", _EVENTS_EACH))
    answer = running.client.post(f"/assignment/{format_}", content=body, headers=_NDJSON, timeout=600)
    answer.raise_for_status()
    return answer.headers["Location"]


def _peaks_until_made(running: Stack, address: str, workers: list[int]) -> dict[int, int]:
    """The workers' peaks while there are student reports to make; the class report comes after."""
    statement = (
        "SELECT count(*) FROM reports_document WHERE task_id = %s AND kind = 'student' "
        "AND state IN ('PENDING', 'RUNNING')"
    )
    task_id, peaks = address.rpartition("/")[2], dict.fromkeys(workers, 0)
    with psycopg.connect(running.environment["DATABASE_URL"], autocommit=True) as connection:
        while True:
            seen = {pid: cost.peak(pid) for pid in workers}
            left = connection.execute(statement, [task_id]).fetchone()
            # A small class may be made before we first look; its class report is as small.
            peaks = {pid: peaks[pid] or seen[pid] for pid in workers} if left == (0,) else seen
            if left == (0,):
                return peaks
            time.sleep(0.1)


def _details(bytes_: dict[str, int]) -> dict[str, float | str]:
    return {f"{name} MB": round(value / _MB, 1) for name, value in bytes_.items()}
