"""What only the sender of a log knows: the exam, its questions, and what the teacher wants of the reports.

All of it is optional. The constraints on these types *are* the validation, as in `model.py`; what spans
several fields (a unit given twice, an exam that ends before it starts) is `context_rules.py`'s to check.
"""

from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from feedback.contract.formats import Paper
from feedback.events.faults import TooLarge
from feedback.events.model import ReportLanguage, Timestamp, UnitText

Title = Annotated[str, Meta(max_length=200)]
Topic = Annotated[str, Meta(max_length=100)]
Group = Annotated[str, Meta(max_length=100, description="Units of one group are versions of one question.")]
Message = Annotated[str, Meta(max_length=2000, description="From the teacher, shown under the result.")]
Url = Annotated[
    str,
    Meta(max_length=2000, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#\\]\S*$", description="An http or https URL."),
]
MOST_POINTS = 1_000_000
# Of an encoded context. An exam of 2,000 questions with every field, titles of 200 characters and links of 300 has
# 1.3 MB in Latin letters and 2.8 MB in those that take four bytes.
MAX_CONTEXT_BYTES = 4 << 20
Points = Annotated[float, Meta(gt=0, le=MOST_POINTS)]
Minutes = Annotated[float, Meta(gt=0, le=1_000_000, description="How long the question is meant to take.")]
ExamKind = Literal["exam", "course"]
LogKind = Literal["saves", "submissions", "visits"]
Counts = Literal["best", "last"]
PrintedOn = Annotated[Paper, Meta(description="The paper that the reports are laid out for.")]


class Exam(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The exam as a whole. Times without a zone are UTC; `counts` says which submission of a question does."""

    title: Title | None = None
    course: Title | None = None
    starts_at: Timestamp | None = None
    ends_at: Timestamp | None = None
    kind: ExamKind | None = None
    log_kind: LogKind | None = None
    counts: Counts | None = None
    message: Message | None = None
    solutions_url: Url | None = None
    language: ReportLanguage | None = None
    paper: PrintedOn | None = None


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question, by the `unit` that events name it with. It never changes the alias of a question."""

    unit: UnitText | int | float
    title: Title | None = None
    topic: Topic | None = None
    points: Points | None = None
    group: Group | None = None
    minutes: Minutes | None = None
    optional: bool = False
    solution_url: Url | None = None


class ReportOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the teacher wants of the reports: sections and insights to `hide`, `thresholds` of the analysis by name."""

    hide: tuple[str, ...] = ()
    thresholds: dict[str, int | float] = {}


class Context(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The context of one exam. An empty one (`NO_CONTEXT`) is what a body without any has."""

    exam: Exam = Exam()
    questions: tuple[Question, ...] = ()
    report: ReportOptions = ReportOptions()

    def __bool__(self) -> bool:
        """Whether anything is said at all."""
        return self != NO_CONTEXT


NO_CONTEXT = Context()
_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Context)


def encode_context(context: Context) -> bytes:
    """The canonical JSON of a context: equal content gives equal bytes, and no content gives none (`b""`).

    Neither the order of members nor that of `hide` matters; the order of `questions` does. Raises TooLarge, so no
    context is stored, hashed or written to a file that has more than MAX_CONTEXT_BYTES.
    """
    if not context:
        return b""
    report = ReportOptions(tuple(sorted(set(context.report.hide))), context.report.thresholds)
    members: dict[str, object] = {}
    if context.exam != NO_CONTEXT.exam:
        members["exam"] = context.exam
    if context.questions:
        members["questions"] = context.questions
    if report != NO_CONTEXT.report:
        members["report"] = report
    encoded = _encoder.encode(members)
    if len(encoded) > MAX_CONTEXT_BYTES:
        raise _too_large(context, len(encoded))
    return encoded


def _too_large(context: Context, size: int) -> TooLarge:
    """Names the field of the questions that takes the most."""
    taken = {
        name: sum(len(_encoder.encode(getattr(question, name))) for question in context.questions)
        for name in Question.__struct_fields__
    }
    longest = max(taken, key=taken.__getitem__)
    most = f"{MAX_CONTEXT_BYTES:,}"
    return TooLarge(
        f"What is said of the exam has {size:,} bytes in canonical JSON, more than {most}. Shorten `{longest}` of its "
        "questions, or give fewer questions.",
        {"questions": [f"`{longest}` takes {taken[longest]:,} bytes; all of the context has at most {most}"]},
    )


@lru_cache(maxsize=2)
def decode_context(payload: bytes | None) -> Context:
    """A context from bytes that `encode_context` made; `NO_CONTEXT` from none at all. Raises msgspec.DecodeError.

    The documents of an upload all need its one context, so the last ones are kept.
    """
    return _decoder.decode(payload) if payload else NO_CONTEXT
