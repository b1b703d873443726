"""Tables filled as they would be after years of work: finished reports of single students, made within some days."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PIECE = 50_000
_TABLES = ("reports_upload", "reports_task", "reports_student", "reports_document")
_POSTGRESQL = """
WITH numbers AS (
    SELECT n, gen_random_uuid() AS upload, gen_random_uuid() AS task, gen_random_uuid() AS student,
           now() - (%(from)s + random() * %(days)s) * interval '1 day' AS made_at
      FROM generate_series(%(first)s::int, %(last)s::int) AS n),
uploads AS (
    INSERT INTO reports_upload (id, owner, options, identity, student_id, namespace, is_class, students, created_at)
    SELECT upload, '', '{"tz": "UTC", "session_gap_minutes": 10.0}', sha256((upload || ' upload')::bytea), 's' || n,
           'course', false, 1, made_at FROM numbers),
tasks AS (
    INSERT INTO reports_task (id, upload_id, format, identity, created_at, request_id)
    SELECT task, upload, 'html', sha256((task || ' task')::bytea), made_at, '' FROM numbers),
students AS (
    INSERT INTO reports_student (id, upload_id, position, student_id, namespace, payload, findings, revision)
    SELECT student, upload, 0, 's' || n, 'course', decode(repeat('00', 200), 'hex'), decode(repeat('00', 300), 'hex'), 1
      FROM numbers)
INSERT INTO reports_document (id, task_id, about_id, kind, position, state, attempts, fence, due_at, lease_expiries,
                              error, filename, media_type, body, size, sha256, render_seconds, finished_at)
SELECT gen_random_uuid(), task, student, 'student', 0, 'SUCCESS', 1, 1, made_at, 0, '', 'report.html', 'text/html',
       (SELECT string_agg(sha512((task || ' ' || i)::bytea), ''::bytea) FROM generate_series(1, %(pieces)s) AS i),
       64 * %(pieces)s, encode(sha256((task || ' body')::bytea), 'hex'), 0.01, made_at
  FROM numbers
"""
# The same; SQLite has no statement that writes several tables.
_SQLITE = """
CREATE TEMP TABLE numbers AS
  WITH RECURSIVE count(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM count WHERE n < :last)
  SELECT n, lower(hex(randomblob(16))) AS upload, lower(hex(randomblob(16))) AS task,
         lower(hex(randomblob(16))) AS student,
         strftime('%Y-%m-%d %H:%M:%f', 'now',
                  '-' || (:from + abs(random() % 1000) * :days / 1000.0) || ' days') AS made_at
    FROM count;
INSERT INTO reports_upload (id, owner, options, identity, student_id, namespace, is_class, students, created_at)
  SELECT upload, '', '{"tz": "UTC", "session_gap_minutes": 10.0}', randomblob(32), 's' || n, 'course', 0, 1, made_at
    FROM numbers;
INSERT INTO reports_task (id, upload_id, format, identity, created_at, request_id)
  SELECT task, upload, 'html', randomblob(32), made_at, '' FROM numbers;
INSERT INTO reports_student (id, upload_id, position, student_id, namespace, payload, findings, revision)
  SELECT student, upload, 0, 's' || n, 'course', zeroblob(200), zeroblob(300), 1 FROM numbers;
INSERT INTO reports_document (id, task_id, about_id, kind, position, state, attempts, fence, due_at, lease_expiries,
                              error, filename, media_type, body, size, sha256, render_seconds, finished_at)
  SELECT lower(hex(randomblob(16))), task, student, 'student', 0, 'SUCCESS', 1, 1, made_at, 0, '', 'report.html',
         'text/html', randomblob(64 * :pieces), 64 * :pieces, hex(randomblob(32)), 0.01, made_at FROM numbers;
DROP TABLE numbers
"""


def postgresql(
    execute: Callable[[str, Any], object], number: int, *, days: float, since: float = 0, pieces: int = 5
) -> None:
    """So many reports that were made between `since` days ago and `days` before that, of `pieces` times 64 bytes."""
    values = {"from": since, "days": days, "pieces": pieces}
    for first in range(0, number, _PIECE):
        execute(_POSTGRESQL, {**values, "first": first, "last": min(first + _PIECE, number) - 1})
    execute(f"VACUUM ANALYZE {', '.join(_TABLES)}", None)


def sqlite(file: Path, number: int, *, days: float, since: float = 0, pieces: int = 5) -> None:
    """The same in a database of `feedback serve`."""
    values = {"from": since, "days": days, "pieces": pieces}
    with sqlite3.connect(file, timeout=30, isolation_level=None) as connection:
        for first in range(0, number, _PIECE):
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SQLITE.split(";"):
                connection.execute(statement, {**values, "first": first, "last": min(first + _PIECE, number) - 1})
            connection.execute("COMMIT")
    connection.close()
