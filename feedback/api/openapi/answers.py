"""What the operations of the API answer with: the statuses that many of them share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feedback.api.openapi.messages import Accepted, Description, Error, Failed, Health, Unfinished

HTML, PDF, ZIP, CSV = "text/html", "application/pdf", "application/zip", "text/csv"
METRICS, OPEN_METRICS = "text/plain", "application/openmetrics-text"


@dataclass(frozen=True)
class Answer:
    """One status: when it is given, the types of its JSON, other media types, and its headers.

    The document comes unless `Accept` asks for JSON, or with `json_first` the other way round.
    """

    when: str
    json: Sequence[type] = ()
    documents: Sequence[str] = ()
    headers: Sequence[str] = ()
    json_first: bool = False


@dataclass(frozen=True)
class Operation:
    summary: str
    answers: Mapping[int, Answer]
    description: str = ""
    parameters: Sequence[str] = ()
    takes_events: bool = False
    takes: type | None = None
    takes_roster: bool = False
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
    431: "The headers are larger than is read, or one that is parsed is too long.",
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


ALWAYS = faults(401, 403, 429, 431, 503)
UNFINISHED = Answer("Not done yet: how far it is.", json=[Unfinished], headers=["Retry-After"])
GONE = Answer("It could not be made, and why; or there is no such task.", json=[Failed, Error])
CACHED = ["ETag", "Cache-Control"]
NOT_MODIFIED = Answer("What the client named in `If-None-Match` is still it.", headers=CACHED)
DOCUMENT = Answer(
    "The document; or, where `Accept` names `application/json` and neither `*/*` nor the document's own type, "
    "its description with links.",
    json=[Description],
    documents=[PDF, HTML],
    headers=[*CACHED, "Content-Disposition"],
)
TO_BE_MADE_AGAIN = Answer(
    "Stored, and the reports to be made again.", json=[Accepted], headers=["Location", "Retry-After"]
)
HEALTH = {
    200: Answer("It is.", json=[Health]),
    503: Answer("It is not, and why.", json=[Error], headers=["Retry-After"]),
}
