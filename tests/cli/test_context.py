"""`--context` and `--questions`: what only the sender knows, in a file beside the events."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedback.cli import main


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.csv"
    file.write_text("student_id,unit,type,created_time,score\nada,1,submission,2024-07-21T09:00:00Z,1\n")
    return file


def render(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["render", *map(str, arguments), "--format", "json"])


def findings(events: Path, *arguments: object) -> str:
    out = events.parent / "out"
    answer = render(events, "--out", out, *arguments)
    assert answer.exit_code == 0, answer.output
    return (out / "json" / "ada.json").read_text()


def test_a_report_knows_the_context_of_the_exam(events: Path) -> None:
    context = events.with_name("exam.json")
    context.write_text(json.dumps({"questions": [{"unit": 1, "title": "Loops and lists"}]}))
    assert "Loops and lists" in findings(events, "--context", context)


def test_questions_may_come_as_a_table(events: Path) -> None:
    questions = events.with_name("questions.csv")
    questions.write_text("unit,title\n1,Loops and lists\n")
    assert "Loops and lists" in findings(events, "--questions", questions)


def test_faults_of_the_context_name_its_file_and_nothing_is_written(events: Path) -> None:
    context = events.with_name("exam.json")
    context.write_text('{"exam": {"kind": "quiz"}}')

    answer = render(events, "--out", events.parent / "out", "--context", context)
    assert answer.exit_code != 0
    assert "exam.json: exam.kind" in answer.output
    assert not (events.parent / "out").exists()


def test_a_context_of_too_many_bytes_is_refused_with_the_name_of_its_file(events: Path) -> None:
    context = events.with_name("exam.json")
    questions = [{"unit": unit, "solution_url": f"https://a.example/{unit:01982d}"} for unit in range(2_200)]
    context.write_text(json.dumps({"questions": questions}))

    answer = render(events, "--out", events.parent / "out", "--context", context)
    assert answer.exit_code != 0
    assert "exam.json: questions: `solution_url` takes" in answer.output
    assert not (events.parent / "out").exists()


def test_only_one_of_both_is_taken(events: Path) -> None:
    answer = render(events, "--out", events.parent / "out", "--context", events, "--questions", events)
    assert "give one of them" in answer.output
