"""Every operation of the API as its documentation describes it: one entry for each address and method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedback.analysis import ClassFindings, Findings
from feedback.rendering import Format
from feedback.rendering.manifest import Manifest
from feedback.reports.api.messages import (
    Accepted,
    AlreadyDone,
    Description,
    Error,
    Failed,
    HandOutLinks,
    HandOuts,
    Health,
    Unfinished,
)
from feedback.reports.handout import LONGEST_DAYS

HTML, PDF, ZIP, CSV = "text/html", "application/pdf", "application/zip", "text/csv"
METRICS, OPEN_METRICS = "text/plain", "application/openmetrics-text"


@dataclass(frozen=True)
class Answer:
    """One status: when it is given, the types of its JSON, other media types, and its headers."""

    when: str
    json: Sequence[type] = ()
    documents: Sequence[str] = ()
    headers: Sequence[str] = ()


@dataclass(frozen=True)
class Operation:
    summary: str
    answers: Mapping[int, Answer]
    description: str = ""
    parameters: Sequence[str] = ()
    takes_events: bool = False
    tag: str = "Reports"
    for_everyone: bool = field(default=False)


_FAULTS = {
    400: "Something in the request is wrong; `details` names every place.",
    401: "No key, or one that is not valid.",
    403: "The key may not do this.",
    404: "No such task: never issued, of the other format, erased, or not the caller's.",
    413: "Over a limit of size or count.",
    415: "The body's type or encoding is not read here.",
    422: "The Idempotency-Key came before with another body or other options.",
    429: "More than the key may ask for in a while.",
    503: "The database or the disk cannot be reached; nothing was lost.",
}
_FAULT_HEADERS = {
    401: ["WWW-Authenticate"],
    429: ["Retry-After", "RateLimit", "RateLimit-Policy"],
    503: ["Retry-After"],
}


def faults(*statuses: int) -> dict[int, Answer]:
    return {
        status: Answer(_FAULTS[status], json=[Error], headers=_FAULT_HEADERS.get(status, [])) for status in statuses
    }


_ALWAYS = faults(401, 403, 429, 503)
_UNFINISHED = Answer("Not done yet: how far it is.", json=[Unfinished], headers=["Retry-After"])
_GONE = Answer("It could not be made, and why; or there is no such task.", json=[Failed, Error])
_DOCUMENT = Answer(
    "The document; or, where `Accept` names `application/json` and neither `*/*` nor the document's own type, "
    "its description with links.",
    json=[Description],
    documents=[HTML, PDF],
    headers=["ETag", "Content-Disposition"],
)
_TASK = ["format", "task_id"]
_REPORT = ["format", "task_id", "report_id"]

_HANDOUT = [*_TASK, "handout_id"]

_HEALTH = {
    200: Answer("It is.", json=[Health]),
    503: Answer("It is not, and why.", json=[Error], headers=["Retry-After"]),
}

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("submit", "post"): Operation(
        "Submit a student or a class",
        description=(
            "Takes one student (an object) or a class (a list; one student a line as NDJSON; one event a row as CSV). "
            "What was answered with a 202 will be made, whatever fails. An identical submission is the same task, so "
            "this may also be repeated to learn how far it is. Unknown fields are ignored. The body may be gzip."
        ),
        parameters=["format", "tz", "compare", "Idempotency-Key", "Content-Encoding"],
        takes_events=True,
        answers={
            200: Answer(
                "An identical submission is done; the document itself where `Accept` names its type.",
                json=[AlreadyDone],
                documents=[HTML, PDF],
                headers=["Location", "ETag", "Content-Disposition"],
            ),
            202: Answer("Stored, and to be made.", json=[Accepted], headers=["Location", "Retry-After"]),
            404: Answer("There is no such format.", json=[Error]),
            **faults(400, 413, 415, 422),
            **_ALWAYS,
        },
    ),
    ("task", "get"): Operation(
        "Get the report, or how far it is",
        parameters=_TASK,
        answers={200: _DOCUMENT, 202: _UNFINISHED, 404: _GONE, **_ALWAYS},
    ),
    ("task", "delete"): Operation(
        "Erase a task and everything made of it",
        parameters=_TASK,
        tag="Erasure",
        answers={204: Answer("Erased."), **faults(404), **_ALWAYS},
    ),
    ("reports", "get"): Operation(
        "List the students of a task with their states",
        parameters=_TASK,
        answers={200: Answer("At any time, also of a single student.", json=[Manifest]), **faults(404), **_ALWAYS},
    ),
    ("report", "get"): Operation(
        "Get one student's report",
        parameters=_REPORT,
        answers={200: _DOCUMENT, 202: _UNFINISHED, 404: _GONE, **_ALWAYS},
    ),
    ("archive", "get"): Operation(
        "Get every report of a task in one ZIP",
        parameters=[*_TASK, "partial"],
        answers={
            200: Answer(
                "`<format>/<file>`, `class.<format>` and `manifest.json`.",
                documents=[ZIP],
                headers=["Content-Disposition"],
            ),
            202: _UNFINISHED,
            409: Answer("Some reports failed; `details` names them. `partial=true` takes the others.", json=[Error]),
            **faults(400, 404),
            **_ALWAYS,
        },
    ),
    ("findings", "get"): Operation(
        "Get the measures of a task as JSON",
        parameters=_TASK,
        tag="Findings",
        answers={
            200: Answer("Of the student, or of the class.", json=[Findings, ClassFindings]),
            202: _UNFINISHED,
            404: _GONE,
            **_ALWAYS,
        },
    ),
    ("report-findings", "get"): Operation(
        "Get the measures of one student as JSON",
        parameters=_REPORT,
        tag="Findings",
        answers={
            200: Answer("What the report says.", json=[Findings, ClassFindings]),
            202: _UNFINISHED,
            404: _GONE,
            **_ALWAYS,
        },
    ),
    ("students", "delete"): Operation(
        "Erase a student everywhere",
        description="A class that loses a student has its class report made again without them.",
        parameters=["student_id", "namespace"],
        tag="Erasure",
        answers={204: Answer("Erased."), **faults(400, 404), **_ALWAYS},
    ),
    ("handouts", "get"): Operation(
        "List the hand-outs of a task",
        parameters=_TASK,
        tag="Handing out",
        answers={200: Answer("Without their links.", json=[HandOuts]), **faults(404), **_ALWAYS},
    ),
    ("handouts", "post"): Operation(
        "Hand the reports of a task out",
        description=(
            "Makes a link for each student, which opens that student's own report without a key. It is kept nowhere: "
            "whoever has it can open it."
        ),
        parameters=[*_TASK, "days"],
        tag="Handing out",
        answers={
            201: Answer("Every student's link.", json=[HandOutLinks], headers=["Location"]),
            **faults(400, 404),
            **_ALWAYS,
        },
    ),
    ("handout", "get"): Operation(
        "Get the links of a hand-out",
        parameters=_HANDOUT,
        tag="Handing out",
        answers={200: Answer("Those that are open.", json=[HandOutLinks]), **faults(404), **_ALWAYS},
    ),
    ("handout", "delete"): Operation(
        "Withdraw a hand-out",
        parameters=_HANDOUT,
        tag="Handing out",
        answers={204: Answer("None of its links opens any more."), **faults(404), **_ALWAYS},
    ),
    ("handout-table", "get"): Operation(
        "Get the links of a hand-out for a mail merge",
        parameters=_HANDOUT,
        tag="Handing out",
        answers={
            200: Answer("A row for each link that is open.", documents=[CSV], headers=["Content-Disposition"]),
            **faults(404),
            **_ALWAYS,
        },
    ),
    ("handout-link", "delete"): Operation(
        "Withdraw one student's link",
        parameters=[*_HANDOUT, "report_id"],
        tag="Handing out",
        answers={204: Answer("It does not open any more."), **faults(404), **_ALWAYS},
    ),
    ("metrics", "get"): Operation(
        "How the service is doing, for Prometheus",
        tag="Health",
        answers={200: Answer("Counted from the tables.", documents=[METRICS, OPEN_METRICS]), **_ALWAYS},
    ),
    ("live", "get"): Operation(
        "Whether the process lives",
        tag="Health",
        for_everyone=True,
        answers={200: Answer("It does.", json=[Health])},
    ),
    ("accepting", "get"): Operation("Whether a POST would be taken", tag="Health", for_everyone=True, answers=_HEALTH),
    ("ready", "get"): Operation("Whether work is taken and done", tag="Health", for_everyone=True, answers=_HEALTH),
}


def _query(name: str, description: str, schema: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": dict(schema)}


def _header(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "required": False, "schema": dict(schema)}


def _path(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "description": description, "required": True, "schema": dict(schema)}


_NAME = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00]+$"}
PARAMETERS: dict[str, dict[str, Any]] = {
    "format": _path("format", "Of the documents.", {"type": "string", "enum": [one.value for one in Format]}),
    "task_id": _path("task_id", "From the answer to the POST.", {"type": "string", "format": "uuid"}),
    "report_id": _path("report_id", "From the manifest.", {"type": "string", "format": "uuid"}),
    "handout_id": _path("handout_id", "From the answer to the POST.", {"type": "string", "format": "uuid"}),
    "days": _query(
        "days",
        "How long the links stay open.",
        {"type": "integer", "minimum": 1, "maximum": LONGEST_DAYS, "default": 30},
    ),
    "tz": _query(
        "tz",
        "IANA name of the zone in which the documents show times.",
        {"type": "string", "format": "iana-time-zone", "examples": ["Asia/Kolkata"]},
    ),
    "compare": _query("compare", "Show the class median beside a student's own numbers.", {"enum": ["class"]}),
    "partial": _query("partial", "Take what there is although some reports failed.", {"enum": ["true", "false"]}),
    "student_id": _query("student_id", "Whom to erase.", _NAME, required=True),
    "namespace": _query("namespace", "In this namespace only.", _NAME | {"minLength": 0, "pattern": r"^[^\x00]*$"}),
    "Idempotency-Key": _header(
        "Idempotency-Key",
        "The same key with the same body is the same task; with another body it is refused. Empty is none.",
        {"type": "string", "maxLength": 255, "pattern": r"^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$"},
    ),
    "Content-Encoding": _header("Content-Encoding", "Of the body.", {"enum": ["gzip", "x-gzip", "identity"]}),
}
HEADERS: dict[str, dict[str, Any]] = {
    "Location": {"description": "The task's address.", "schema": {"type": "string", "format": "uri-reference"}},
    "Retry-After": {"description": "Seconds until it is worth asking again.", "schema": {"type": "integer"}},
    "ETag": {"description": "Of the document.", "schema": {"type": "string"}},
    "Content-Disposition": {"description": "A safe file name; not with a page.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to prove who is calling.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left, and for how long.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "What may be asked for in a while.", "schema": {"type": "string"}},
    "X-Request-ID": {"description": "Under which the log has this request.", "schema": {"type": "string"}},
}

EXAMPLE_CLASS = [
    {
        "student_id": "ada",
        "namespace": "cs101",
        "events": [
            {"unit": 1, "type": "saved_code", "created_time": "2025-11-14T09:01:30Z"},
            {"unit": 1, "type": "submission", "created_time": "2025-11-14T09:04:10Z", "score": 0.5},
        ],
    },
    {"student_id": "grace", "namespace": "cs101", "events": []},
]
EXAMPLE_ROWS = """student_id,namespace,unit,type,created_time,score
ada,cs101,1,saved_code,2025-11-14T09:01:30Z,
ada,cs101,1,submission,2025-11-14T09:04:10Z,0.5
grace,cs101,,,,
"""
EXAMPLE_ERROR = {
    "error": "The events cannot be read: 1 fault, each named with its place in `details`. "
    "Mend them and send the whole body again; nothing was stored.",
    "details": {"students[4].events[3].unit": ["expected a string of 1 to 200 characters, or a number; it is missing"]},
}
