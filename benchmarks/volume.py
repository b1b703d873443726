"""`python -m benchmarks.volume`: what a report costs, in rows, bytes, messages and processor time, as Markdown.

The figures that `docs/scaling.md` reckons with. Bytes are those of the tables and their indexes as PostgreSQL keeps
them, and of its log; messages are what is put into the broker's queues.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping

import django
import psycopg
import redis

import tests.harness.environment  # noqa: F401 - complete before Django reads its settings
from benchmarks import cost, samples, service
from benchmarks.clients import send_all
from benchmarks.measure import scaled
from feedback.events import encode_student
from tests.harness.stack import Stack

_JSON = {"Content-Type": "application/json"}
_NAMES = ("reports_upload", "reports_task", "reports_student", "reports_document")
_ROWS = "SELECT " + " + ".join(f"(SELECT count(*) FROM {name})" for name in _NAMES)  # noqa: S608 - our own
_LEFT = "SELECT count(*) FROM reports_document WHERE state IN ('PENDING', 'RUNNING')"
_TABLES = "SELECT " + " + ".join(f"pg_total_relation_size('{name}')" for name in _NAMES)
_LOG = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
_KEPT = "SELECT avg(pg_column_size({})) FROM reports_document JOIN reports_student AS student ON student.id = about_id"
_COLUMNS = ("payload", "findings", "body")
_COLUMN_NAMES = {"payload": "events", "findings": "findings", "body": "document"}


def main() -> None:
    django.setup()
    logging.disable(logging.WARNING)
    measured = {}
    try:
        for format_ in ("html", "pdf"):
            for name, send in (("singles", _singles), ("a class", _class)):
                with service.services() as running:
                    measured[f"{name}, {format_.upper()}"] = _measure(running, format_, scaled(500), send)
    finally:
        service.stop_everything()
    print("\n".join(_in_markdown(measured)))


def _measure(
    running: Stack, format_: str, number: int, send: Callable[[Stack, str, int], None]
) -> dict[str, float | str]:
    """What each of `number` reports cost."""
    with psycopg.connect(running.environment["DATABASE_URL"], autocommit=True) as connection:

        def ask(question: str) -> float:
            found = connection.execute(question.encode()).fetchone()
            assert found
            return float(found[0])

        before, used, sent = {each: ask(each) for each in (_ROWS, _TABLES, _LOG)}, cost.by_program(), _pushed(running)
        send(running, format_, number)
        service.wait_for(lambda: -int(ask(_LEFT)), 0)
        time.sleep(0.5)  # what follows the last commit
        spent = cost.spent(used, cost.by_program(), number)
        after = {each: ask(each) for each in before}
        kept = {column: ask(_KEPT.format(column)) for column in _COLUMNS}
    rows, tables, log = ((after[each] - before[each]) / number for each in before)
    return {
        "rows": round(rows, 2),
        "messages": round((_pushed(running) - sent) / number, 2),
        **{f"kB of {_COLUMN_NAMES[column]}": round(bytes_ / 1000, 1) for column, bytes_ in kept.items()},
        "kB of tables and indexes": round(tables / 1000, 1),
        "kB of log": round(log / 1000, 1),
        **{name.replace("/report", ""): value for name, value in spent.items()},
    }


def _singles(running: Stack, format_: str, number: int) -> None:
    bodies = (encode_student(student) for student in samples.students("exam", number, "volume"))
    send_all(running.url, [("POST", f"/assignment/{format_}", body) for body in bodies], 202, headers=_JSON)


def _class(running: Stack, format_: str, number: int) -> None:
    body = samples.as_list(list(samples.students("exam", number, "volume")))
    service.finish(running, service.post(running, format_, body), every=0.5)


def _pushed(running: Stack) -> int:
    """How many messages have been put into queues."""
    with redis.Redis.from_url(running.environment["CELERY_BROKER_URL"]) as client:
        commands: Mapping[str, Mapping[str, int]] = client.info("commandstats")
    return int(commands.get("cmdstat_lpush", {}).get("calls", 0))


def _in_markdown(measured: Mapping[str, Mapping[str, float | str]]) -> Iterator[str]:
    names = list(dict.fromkeys(name for costs in measured.values() for name in costs))
    yield f"| each report of | {' | '.join(measured)} |"
    yield "|---" * (len(measured) + 1) + "|"
    for name in names:
        yield f"| {name} | {' | '.join(str(costs.get(name, '–')) for costs in measured.values())} |"


if __name__ == "__main__":
    main()
