"""Logs of real classes, read beside an independent count of them.

They are other people's data and no part of the project: these tests run where the files are, in `samples` beside the
folder that `FEEDBACK_TEST_DATA` names, or beside this checkout. Each counts in its own words, by csv and json alone.
"""

import csv
import gzip
import io
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from feedback.analysis import analyse
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("FEEDBACK_TEST_DATA", ROOT.parent / "shared" / "data")).parent / "samples"
_FEEDS = ("icpc-event-feed/euc-2024-2025.ndjson.gz", "icpc-event-feed/swerc-2022-practice.ndjson.gz")
_LOGS = (
    "open-edx-tracking-log/module_engagement_acceptance_tracking_20150416.log",
    "open-edx-tracking-log/problem_response_tracking.log.gz",
)


def content(name: str) -> bytes:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{path.name} is third-party data and not here; set FEEDBACK_TEST_DATA to the folder beside it")
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def objects(name: str) -> Iterator[dict[str, Any]]:
    for line in content(name).split(b"\n"):
        if line.strip():
            yield json.loads(line)


def test_progsnap2_has_the_students_events_and_scores_of_its_table() -> None:
    body = content("progsnap2/MainTable.csv")
    rows = [row for row in csv.DictReader(io.StringIO(body.decode())) if row["SubjectID"] != "-1" and row["ProblemID"]]
    reading = Reading(body, "progsnap2")

    assert recognised(Look(io.BytesIO(body))) == "progsnap2"
    assert Counter(row["SubjectID"] for row in rows) == Counter(
        {student.student_id: len(student.events) for student in reading.students}
    )
    assert reading.kinds() == {
        "submission": sum(row["EventType"] == "Submit" for row in rows),
        "hint": sum(row["EventType"] == "X-HintRequest" for row in rows),
    }
    sent = [row for row in rows if row["EventType"] == "Submit"]
    assert {(row["SubjectID"], row["ProblemID"]) for row in sent if row["Correct"] == "TRUE"} == {
        (student.student_id, event.unit) for student in reading.students for event in student.events if event.score == 1
    }
    assert "to the minute" in reading.notes["times_to_the_minute"]


def test_a_log_without_compilations_has_no_error_quotient() -> None:
    reading = Reading(content("progsnap2/MainTable.csv"), "progsnap2")

    assert {analyse(student).compiling for student in reading.students} == {None}


@pytest.mark.parametrize("name", _FEEDS)
def test_a_feed_has_each_submission_once_with_its_last_verdict(name: str) -> None:
    last: dict[tuple[str, str], dict[str, Any] | None] = {}
    for entry in objects(name):
        data = entry.get("data")
        for one in data if isinstance(data, list) else [data]:
            identity = str((one or {}).get("id", entry.get("id")))
            last.pop((entry["type"], identity), None)
            last[entry["type"], identity] = None if entry.get("op") == "delete" else one
    of = {
        kind: {key[1]: value for key, value in last.items() if key[0] == kind and value}
        for kind in ("teams", "submissions", "judgements", "judgement-types")
    }
    hidden = {identity for identity, team in of["teams"].items() if team.get("hidden")}
    sent = {identity: one for identity, one in of["submissions"].items() if str(one["team_id"]) not in hidden}
    verdict = {
        str(one["submission_id"]): one["judgement_type_id"]
        for one in of["judgements"].values()
        if one.get("judgement_type_id") and one.get("current") is not False
    }
    reading = Reading(content(name), "ccs")

    assert {student.student_id for student in reading.students} == {str(one["team_id"]) for one in sent.values()}
    assert sum(len(student.events) for student in reading.students) == len(sent)
    assert reading.kinds()["compile_error"] == sum(verdict.get(identity) == "CE" for identity in sent)
    assert sum(event.score == 1 for student in reading.students for event in student.events) == sum(
        bool(of["judgement-types"][verdict[identity]]["solved"]) for identity in sent if identity in verdict
    )


@pytest.mark.parametrize("name", _LOGS)
def test_a_tracking_log_has_each_check_of_the_server_once(name: str) -> None:
    checks = [one for one in objects(name) if one.get("event_type") == "problem_check"]
    server = [one for one in checks if one["event_source"] == "server"]
    reading = Reading(content(name), "open-edx")
    body = content(name)

    assert recognised(Look(io.BytesIO(body))) == "open-edx"
    assert reading.kinds()["submission"] == len(server)
    assert sum(one["event_source"] == "browser" for one in checks) > 0, "each stands twice"
    graded = [one["event"] for one in server if one["event"].get("max_grade")]
    earned = sum(event["grade"] / event["max_grade"] for event in graded)
    assert sum(event.score or 0 for student in reading.students for event in student.events) == pytest.approx(earned)
    assert set(reading.ids()) <= {str(one["username"]) for one in objects(name)}


def test_the_error_quotient_of_a_contest_is_that_of_its_verdicts() -> None:
    """Each team's submissions in the order of time: pairs of compile errors at most two hours apart."""
    name = _FEEDS[0]
    sent, verdicts = {}, {}
    for entry in objects(name):
        data = entry.get("data")
        if entry["type"] == "submissions" and data:
            sent[data["id"]] = data
        if entry["type"] == "judgements" and data and data.get("judgement_type_id"):
            verdicts[data["submission_id"]] = data["judgement_type_id"]
    checked = 0
    for student in Reading(content(name), "ccs").students:
        mine = sorted(
            (datetime.fromisoformat(one["time"]), verdicts.get(one["id"]))
            for one in sent.values()
            if one["team_id"] == student.student_id
        )
        failed = total = 0
        for (before, first), (after, second) in pairwise(mine):
            if (after - before).total_seconds() <= 7200:
                total, failed = total + 1, failed + (first == second == "CE")
        found = analyse(student).compiling
        if not any(verdict == "CE" for _, verdict in mine):
            assert found is None
        elif total:
            assert found is not None
            assert (found.pairs, found.failed_pairs) == (total, failed)
            checked += 1
    assert checked > 0
