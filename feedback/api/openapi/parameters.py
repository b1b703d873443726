"""The parameters and headers of the API, described once; `operations.py` says where each belongs."""

from collections.abc import Mapping
from typing import Any

from feedback.api.layouts import Layout
from feedback.api.long_poll import LONGEST_SECONDS
from feedback.contract.formats import PAPERS, Format
from feedback.contract.languages import LANGUAGES
from feedback.events import SOURCES
from feedback.events.formats.source_options import FIELDS
from feedback.events.kinds import KINDS
from feedback.events.origin import AUTO
from feedback.submissions.handouts import LONGEST_DAYS


def _query(name: str, description: str, schema: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": dict(schema)}


def _header(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "required": False, "schema": dict(schema)}


def _path(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "description": description, "required": True, "schema": dict(schema)}


MANIFEST_PAGE = 500
_TASK_ID = {"type": "string", "format": "uuid"}
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
    "lang": _query(
        "lang",
        "Language of the documents; without it that of the exam's context, else English. A student's own comes before.",
        {"enum": list(LANGUAGES)},
    ),
    "paper": _query(
        "paper",
        "What the documents are laid out for; without it the paper of the exam's context, else A4.",
        {"enum": list(PAPERS)},
    ),
    "source": _query(
        "source",
        "The platform that exported the log, whatever the body's media type. Without it the log is what its content is "
        "for certain, else one of our own formats, by its media type.",
        {"type": "string", "enum": [AUTO, *SOURCES], "default": AUTO},
    ),
    "source_tz": _query(
        "source_tz",
        "IANA name of the zone of times in the log that say none; UTC without it. The reports say which it was.",
        {"type": "string", "format": "iana-time-zone", "examples": ["America/New_York"]},
    ),
    "column": _query(
        "column",
        "`FIELD=HEADER`, the heading of a field's column in a table, or `kind:KIND=WORD`, a word of the log for a kind "
        f"of events. FIELD is one of {', '.join(FIELDS)}; KIND one of {', '.join(KINDS)}.",
        {"type": "array", "items": {"type": "string", "pattern": "="}, "examples": [["student_id=Matrikel"]]},
    ),
    "role": _query(
        "role",
        "Whose events are kept, where the log says who has which role.",
        {"type": "array", "items": {"type": "string"}, "examples": [["Student"]]},
    ),
    "partial": _query("partial", "Take what there is although some reports failed.", {"enum": ["true", "false"]}),
    "preview": _query("preview", "Show the mails, and send none.", {"enum": ["true", "false"]}),
    "layout": _query(
        "layout", "How the files are called.", {"enum": [one.value for one in Layout], "default": "files"}
    ),
    "before": _query("before", "The last task of the page before: older ones are listed.", _TASK_ID),
    "page": _query(
        "page",
        f"The first page is 1, and has {MANIFEST_PAGE} students. Without it all students are listed.",
        {"type": "integer", "minimum": 1, "maximum": 9_999},
    ),
    "wait": _query(
        "wait",
        f"For how many seconds the answer may be held until the task is done. Over {LONGEST_SECONDS} is "
        f"{LONGEST_SECONDS}.",
        {"type": "integer", "minimum": 0, "default": 0},
    ),
    "student_id": _query("student_id", "Of which student.", _NAME, required=True),
    "namespace": _query("namespace", "In this namespace only.", _NAME | {"minLength": 0, "pattern": r"^[^\x00]*$"}),
    "Idempotency-Key": _header(
        "Idempotency-Key",
        "The same key with the same body is the same task; with another body it is refused. Empty is none.",
        {"type": "string", "maxLength": 255, "pattern": r"^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$"},
    ),
    "If-None-Match": _header(
        "If-None-Match",
        "ETags of what the client has: if the content is one of them, the answer is a 304.",
        {"type": "string"},
    ),
    "Content-Encoding": _header("Content-Encoding", "Of the body.", {"enum": ["gzip", "x-gzip", "identity"]}),
}
HEADERS: dict[str, dict[str, Any]] = {
    "Location": {"description": "The task's address.", "schema": {"type": "string", "format": "uri-reference"}},
    "Retry-After": {"description": "Seconds until it is worth asking again.", "schema": {"type": "integer"}},
    "Link": {"description": "The next page of the manifest, where there is one.", "schema": {"type": "string"}},
    "ETag": {
        "description": "Of the content: another one as soon as a byte of it is another; weak for an archive.",
        "schema": {"type": "string", "pattern": '^(W/)?"[0-9a-f-]+"$'},
    },
    "Cache-Control": {
        "description": "Content may be kept for this caller, and is to be asked about each time; JSON about it is not.",
        "schema": {"type": "string", "enum": ["private, no-cache", "no-store"]},
    },
    "Content-Disposition": {"description": "A safe file name; not with a page.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to prove who is calling.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left, and for how long.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "What may be asked for in a while.", "schema": {"type": "string"}},
    "X-Request-ID": {"description": "Under which the log has this request.", "schema": {"type": "string"}},
}
