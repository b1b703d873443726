"""A class as other platforms would export it: the same events, in the words and the length of each."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from feedback.events import Event, Student

# What the formats carry besides what is read of them: a program, as students of an introductory course write it.
_PROGRAM = (
    "def total(numbers):\n    result = 0\n    for number in numbers:\n        result += number\n    return result\n"
)
Action = tuple[int, Student, Event, datetime]


def actions(class_: Iterable[Student]) -> Iterator[Action]:
    """Every event with a number of its own and its time."""
    pairs = ((student, event) for student in class_ for event in student.events)
    for number, (student, event) in enumerate(pairs, start=1):
        assert event.created_time is not None
        yield number, student, event, event.created_time


def _table(header: str, rows: Iterable[Sequence[object]], delimiter: str = ",") -> bytes:
    """`header` names the columns, with commas between."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()


def own_csv(class_: Iterable[Student]) -> bytes:
    header = "student_id,unit,type,created_time,score"
    return _table(
        header, ([who.student_id, e.unit, e.type, at.isoformat(), e.score or 0] for _, who, e, at in actions(class_))
    )


def table(class_: Iterable[Student]) -> bytes:
    header = "Student,Question,Event,Date,Score"
    return _table(
        header, ([who.student_id, e.unit, e.type, at.isoformat(), e.score or 0] for _, who, e, at in actions(class_))
    )


def moodle_coderunner(class_: Iterable[Student]) -> bytes:
    """Three rows a step, one of them with the program."""
    header = (
        "uniquekey,quizattemptid,timestart,timefinish,firstname,lastname,email,slot,questionid,"
        "questionsummary,qname,mark,timestamp,datetime,fraction,state,attemptstepid,qasdname,value"
    )
    variables = (("answer", _PROGRAM), ("-_rawfraction", "0.5"), ("-submit", "1"))

    def rows() -> Iterator[list[object]]:
        for n, who, e, at in actions(class_):
            seconds = int(at.timestamp())
            for name, value in variables:
                yield [
                    *(f"{n}{name}", hash(who.student_id), 1_721_638_800, 1_721_649_600, "Ada", "L.", who.student_id),
                    *(sum(map(ord, str(e.unit))), 7, "Write a function.", e.unit, "1.0000000", seconds),
                    *(at.strftime("%Y/%m/%d %H:%M:%S"), e.score or 0, "gradedpartial", n, name, value),
                ]

    return _table(header, rows())


def prairielearn(class_: Iterable[Student]) -> bytes:
    header = (
        "UID,UIN,Username,Name,Role,Assessment,Assessment instance,Question,Variant,Params,submission_id,"
        "Submission date,Submitted answer,Override score,Grading requested date,Grading date,Score,Correct,"
        "Question points,Max points"
    )

    def rows() -> Iterator[list[object]]:
        for n, who, e, at in actions(class_):
            time = at.isoformat()
            yield [
                *(who.student_id, n, "ada", "Ada L.", "Student", "Exam 1", 1, e.unit, 1, "{}", n, time),
                *(json.dumps({"code": _PROGRAM}), "", time, time, e.score or 0, "false", 1, 1),
            ]

    return _table(header, rows())


def progsnap2(class_: Iterable[Student]) -> bytes:
    header = (
        "Order,SubjectID,CodeStateID,EventType,EventID,ParentEventID,ServerTimestamp,ToolInstances,CourseID,"
        "AssignmentID,ProblemID,Attempt,Score"
    )
    rows = (
        [n, who.student_id, n, "Submit", n, "", at.isoformat(), "Python 3", "CS1", "A1", e.unit, 1, e.score or 0]
        for n, who, e, at in actions(class_)
    )
    return _table(header, rows)


def datashop(class_: Iterable[Student]) -> bytes:
    header = (
        "Row,Sample Name,Transaction Id,Anon Student Id,Session Id,Time,Time Zone,Duration (sec),"
        "Student Response Type,Tutor Response Type,Level (Unit),Problem Name,Step Name,Outcome,Selection,"
        "Action,Input,KC (Default),KC Category (Default)"
    )

    def rows() -> Iterator[list[object]]:
        for n, who, e, at in actions(class_):
            outcome = "CORRECT" if (e.score or 0) >= 1 else "INCORRECT"
            yield [
                *(n, "All Data", n, who.student_id, "s1", at.strftime("%Y-%m-%d %H:%M:%S.0"), "UTC", 5, "ATTEMPT"),
                *("RESULT", "Unit 1", e.unit, "step", outcome, "sel", "act", "in", "kc", ""),
            ]

    return _table(header, rows(), "\t")


def _lines(objects: Iterable[object]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


def xapi(class_: Iterable[Student]) -> bytes:
    course = {
        "id": "https://lms.example/course/1",
        "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
    }
    return json.dumps(
        {
            "more": "",
            "statements": [
                {
                    "id": f"6d1f033b-3f70-458c-b53a-{n:012}",
                    "actor": {"objectType": "Agent", "account": {"name": who.student_id, "homePage": "https://x"}},
                    "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en": "answered"}},
                    "object": {
                        "objectType": "Activity",
                        "id": f"https://lms.example/question/{e.unit}",
                        "definition": {"name": {"en": f"Question {e.unit}"}, "interactionType": "other"},
                    },
                    "result": {"score": {"scaled": e.score or 0, "raw": e.score or 0, "max": 1}, "response": _PROGRAM},
                    "context": {"contextActivities": {"parent": [course]}, "platform": "Editor"},
                    "timestamp": at.isoformat(),
                    "version": "1.0.3",
                }
                for n, who, e, at in actions(class_)
            ],
        }
    ).encode()


def open_edx(class_: Iterable[Student]) -> bytes:
    return _lines(
        {
            "username": who.student_id,
            "event_type": "problem_check",
            "event_source": "server",
            "time": at.isoformat(),
            "ip": "127.0.0.1",
            "agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
            "event": {
                "problem_id": str(e.unit),
                "grade": e.score or 0,
                "max_grade": 1,
                "success": "incorrect",
                "answers": {"i_2_1": _PROGRAM},
                "state": {"seed": 1, "done": True, "input_state": {"i_2_1": {}}},
            },
            "context": {"user_id": n, "course_id": "course-v1:O+C+R", "module": {"usage_key": str(e.unit)}},
        }
        for n, who, e, at in actions(class_)
    )


def ccs(class_: Iterable[Student]) -> bytes:
    """A submission and the two states of its judgement."""

    def objects() -> Iterator[tuple[str, Mapping[str, object]]]:
        yield "judgement-types", {"id": "AC", "solved": True}
        yield "judgement-types", {"id": "WA", "solved": False}
        for n, who, e, at in actions(class_):
            sent = {"id": f"{n}", "team_id": who.student_id, "problem_id": str(e.unit), "time": at.isoformat()}
            yield "submissions", sent | {"contest_time": "1:00:00.000", "language_id": "python3"}
            judged = {"id": f"j{n}", "submission_id": f"{n}", "start_time": at.isoformat()}
            yield "judgements", judged
            yield "judgements", judged | {"judgement_type_id": "AC" if e.score == 1 else "WA", "current": True}

    return _lines({"type": type_, "id": data["id"], "data": data, "token": "t"} for type_, data in objects())


def codeforces(class_: Iterable[Student]) -> bytes:
    return json.dumps(
        {
            "status": "OK",
            "result": [
                {
                    "id": n,
                    "contestId": 1775,
                    "creationTimeSeconds": int(at.timestamp()),
                    "relativeTimeSeconds": 60,
                    "problem": {"contestId": 1775, "index": str(e.unit), "name": "A", "points": 500.0, "tags": ["dp"]},
                    "author": {"members": [{"handle": who.student_id}], "participantType": "CONTESTANT"},
                    "programmingLanguage": "GNU C++17",
                    "verdict": "OK" if e.score == 1 else "WRONG_ANSWER",
                    "testset": "TESTS",
                    "passedTestCount": 1,
                    "timeConsumedMillis": 46,
                }
                for n, who, e, at in actions(class_)
            ],
        }
    ).encode()


def gradescope(class_: Iterable[Student]) -> bytes:
    """Each event a submission of the history, with three tests; all of a student's are of one assignment."""

    def lines() -> Iterator[str]:
        for number, student in enumerate(class_):
            yield f"submission_{number}:\n  :submitters:\n  - :name: Ada\n    :sid: {student.student_id}\n  :history:\n"
            for event in student.events:
                yield f"  - :created_at: {event.created_time}\n    :score: {event.score or 0}\n    :submitters: []\n"
                yield "    :results:\n      tests:\n"
                yield from (f"      - name: t{test}\n        max_score: 1\n        score: 0\n" for test in range(3))

    return "".join(lines()).encode()


EXPORTS: Mapping[str, Callable[[Iterable[Student]], bytes]] = {
    "table": table,
    "moodle-coderunner": moodle_coderunner,
    "prairielearn": prairielearn,
    "progsnap2": progsnap2,
    "xapi": xapi,
    "open-edx": open_edx,
    "gradescope": gradescope,
    "ccs": ccs,
    "datashop": datashop,
    "codeforces": codeforces,
}
