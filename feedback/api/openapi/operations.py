"""Every operation of the API as its documentation describes it: one entry for each address and method."""

from feedback.analysis import ClassFindings, Findings
from feedback.api.openapi.answers import (
    ALWAYS,
    CACHED,
    CSV,
    DOCUMENT,
    GONE,
    HEALTH,
    HTML,
    METRICS,
    NOT_MODIFIED,
    OPEN_METRICS,
    PDF,
    TO_BE_MADE_AGAIN,
    UNFINISHED,
    ZIP,
    Answer,
    Operation,
    faults,
)
from feedback.api.openapi.messages import (
    Accepted,
    AlreadyDone,
    Error,
    HandOutLinks,
    HandOuts,
    Health,
    MailPreview,
    MailsQueued,
    MailStatuses,
    NewMail,
    NewRemark,
    RosterTaken,
    StudentNamed,
    TaskList,
)
from feedback.contract.layout import CLASS_TABLES
from feedback.contract.manifest import Manifest
from feedback.events import Context

_TASK = ["format", "task_id"]
_REPORT = ["format", "task_id", "report_id"]
_HANDOUT = [*_TASK, "handout_id"]

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("submit", "post"): Operation(
        "Submit a student or a class",
        description=(
            "Takes one student (an object) or a class (a list; one student a line as NDJSON; one event a row as CSV), "
            "with the exam's context where an envelope or parts of a form bring it. "
            "What was answered with a 202 will be made, whatever fails. An identical submission is the same task, so "
            "this may also be repeated to learn how far it is. Unknown fields are ignored. The body may be gzip. "
            "The log of another platform is taken as it is exported, of any media type, where its content is "
            "recognised or `source` names it."
        ),
        parameters=[
            *("format", "tz", "lang", "paper", "compare", "source", "source_tz", "column", "role"),
            *("Idempotency-Key", "Content-Encoding"),
        ],
        takes_events=True,
        answers={
            200: Answer(
                "An identical submission is done; the document itself where `Accept` names its type.",
                json=[AlreadyDone],
                documents=[PDF, HTML],
                json_first=True,
                headers=["Location", *CACHED, "Content-Disposition"],
            ),
            202: Answer("Stored, and to be made.", json=[Accepted], headers=["Location", "Retry-After"]),
            404: Answer("There is no such format.", json=[Error]),
            **faults(400, 413, 415, 422),
            **ALWAYS,
        },
    ),
    ("tasks", "get"): Operation(
        "List your tasks",
        description="The newest first, 100 at a time; `next` leads to the older ones.",
        parameters=["before"],
        answers={200: Answer("Those that the key may read.", json=[TaskList]), **faults(400, 404), **ALWAYS},
    ),
    ("task", "get"): Operation(
        "Get the report, or how far it is",
        parameters=[*_TASK, "wait", "If-None-Match"],
        answers={200: DOCUMENT, 202: UNFINISHED, 304: NOT_MODIFIED, 404: GONE, **faults(400), **ALWAYS},
    ),
    ("task", "delete"): Operation(
        "Erase a task and everything made of it",
        parameters=_TASK,
        tag="Erasure",
        answers={204: Answer("Erased."), **faults(404), **ALWAYS},
    ),
    ("reports", "get"): Operation(
        "List the students of a task with their states",
        parameters=[*_TASK, "page"],
        answers={
            200: Answer("At any time, also of a single student.", json=[Manifest], headers=["Link"]),
            **faults(400, 404),
            **ALWAYS,
        },
    ),
    ("report", "get"): Operation(
        "Get one student's report",
        parameters=[*_REPORT, "If-None-Match"],
        answers={200: DOCUMENT, 202: UNFINISHED, 304: NOT_MODIFIED, 404: GONE, **ALWAYS},
    ),
    ("context", "put"): Operation(
        "Change what is known of the exam",
        description=(
            "Replaces titles, points, the window and the rest for all formats of the upload. The reports are made "
            "again in place; the old ones stay readable until the new ones are there. It has at most 4 MiB. "
            "Counts as the students of the upload in each of its formats, unless it changes nothing."
        ),
        parameters=_TASK,
        tag="Amendments",
        takes=Context,
        answers={
            202: TO_BE_MADE_AGAIN,
            **faults(400, 404, 413, 415),
            **ALWAYS,
        },
    ),
    ("remark", "put"): Operation(
        "Change the remark to one student",
        description=(
            "As a change of the context, for the reports of one student, and counts as one; null takes the remark away."
        ),
        parameters=_REPORT,
        tag="Amendments",
        takes=NewRemark,
        answers={
            202: TO_BE_MADE_AGAIN,
            **faults(400, 404, 413, 415),
            **ALWAYS,
        },
    ),
    ("roster", "put"): Operation(
        "Say who the students are",
        description=(
            "Takes a Moodle grading worksheet, a Canvas gradebook export, or a table with the columns `student_id`, "
            "`namespace`, `name` and `email`. It is kept for all formats of the upload, instead of the roster before. "
            "A row and a student belong together by the id number, the e-mail address, its part before the @ or the "
            "name, in this order, each only where it is unique. Rows that fit nobody are answered and not stored. The "
            "body may be gzip."
        ),
        parameters=[*_TASK, "Content-Encoding"],
        tag="Handing out",
        takes_roster=True,
        answers={
            200: Answer("How many rows were kept, and what did not fit.", json=[RosterTaken]),
            **faults(400, 404, 413, 415),
            **ALWAYS,
        },
    ),
    ("roster", "delete"): Operation(
        "Forget who the students are",
        parameters=_TASK,
        tag="Handing out",
        answers={204: Answer("There is no roster any more."), **faults(404), **ALWAYS},
    ),
    ("archive", "get"): Operation(
        "Get every report of a task in one ZIP",
        description=(
            "With `layout` the files are called as a learning platform takes them back (`moodle`, `canvas`), or by "
            "the students' names (`names`). For these, whom the roster lacks is listed in `not-in-roster.csv`. A "
            "platform is given the students' reports alone."
        ),
        parameters=[*_TASK, "partial", "layout", "If-None-Match"],
        answers={
            200: Answer(
                "`<format>/<file>`, `class.<format>`, `manifest.json`, and of a class its tables.",
                documents=[ZIP],
                headers=[*CACHED, "Content-Disposition"],
            ),
            202: UNFINISHED,
            304: NOT_MODIFIED,
            409: Answer(
                "Some reports failed; `details` names them, and `partial=true` takes the others. Or there is no roster "
                "with what the layout needs.",
                json=[Error],
            ),
            **faults(400, 404),
            **ALWAYS,
        },
    ),
    **{
        (name, "get"): Operation(
            summary,
            parameters=[*_TASK, "If-None-Match"],
            tag="Findings",
            answers={
                200: Answer(
                    "Of a class.", documents=[media_type.partition(";")[0]], headers=[*CACHED, "Content-Disposition"]
                ),
                202: UNFINISHED,
                304: NOT_MODIFIED,
                404: GONE,
                **ALWAYS,
            },
        )
        for (name, media_type), summary in zip(
            CLASS_TABLES.items(),
            (
                "Get the questions of a class as CSV, with their item statistics",
                "Get the students of a class as CSV",
                "Get the questions, their versions and the students of a class as .xlsx",
            ),
            strict=True,
        )
    },
    ("findings", "get"): Operation(
        "Get the measures of a task as JSON",
        parameters=[*_TASK, "If-None-Match"],
        tag="Findings",
        answers={
            200: Answer("Of the student, or of the class.", json=[Findings, ClassFindings], headers=CACHED),
            202: UNFINISHED,
            304: NOT_MODIFIED,
            404: GONE,
            **ALWAYS,
        },
    ),
    ("report-findings", "get"): Operation(
        "Get the measures of one student as JSON",
        parameters=[*_REPORT, "If-None-Match"],
        tag="Findings",
        answers={
            200: Answer("What the report says.", json=[Findings, ClassFindings], headers=CACHED),
            202: UNFINISHED,
            304: NOT_MODIFIED,
            404: GONE,
            **ALWAYS,
        },
    ),
    ("students", "delete"): Operation(
        "Erase a student everywhere",
        description="A class that loses a student has its class report made again without them.",
        parameters=["student_id", "namespace"],
        tag="Erasure",
        answers={204: Answer("Erased."), **faults(400, 404), **ALWAYS},
    ),
    ("student-erasure", "post"): Operation(
        "Erase a student everywhere, named in the body",
        description="As by DELETE, without the student's id in an address that proxies log.",
        tag="Erasure",
        takes=StudentNamed,
        answers={204: Answer("Erased."), **faults(400, 404), **ALWAYS},
    ),
    ("student-export", "get"): Operation(
        "Get all that is held on a student",
        description=(
            "A ZIP: `record.json` says what there is, from which task, and who read it; beside it what was received, "
            "the findings and the document of every report, and what was said of the exam, once for each upload."
        ),
        parameters=["student_id", "namespace"],
        tag="Erasure",
        answers={
            200: Answer("As far as the caller may read it.", documents=[ZIP], headers=["Content-Disposition"]),
            **faults(400, 404),
            **ALWAYS,
        },
    ),
    ("student-export", "post"): Operation(
        "Get all that is held on a student, named in the body",
        tag="Erasure",
        takes=StudentNamed,
        answers={
            200: Answer("As by GET.", documents=[ZIP], headers=["Content-Disposition"]),
            **faults(400, 404),
            **ALWAYS,
        },
    ),
    ("handouts", "get"): Operation(
        "List the hand-outs of a task",
        parameters=_TASK,
        tag="Handing out",
        answers={200: Answer("Without their links.", json=[HandOuts]), **faults(404), **ALWAYS},
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
            **ALWAYS,
        },
    ),
    ("handout", "get"): Operation(
        "Get the links of a hand-out",
        parameters=_HANDOUT,
        tag="Handing out",
        answers={200: Answer("Those that are open.", json=[HandOutLinks]), **faults(404), **ALWAYS},
    ),
    ("handout", "delete"): Operation(
        "Withdraw a hand-out",
        parameters=_HANDOUT,
        tag="Handing out",
        answers={204: Answer("None of its links opens any more."), **faults(404), **ALWAYS},
    ),
    ("handout-table", "get"): Operation(
        "Get the links of a hand-out for a mail merge",
        parameters=_HANDOUT,
        tag="Handing out",
        answers={
            200: Answer("A row for each link that is open.", documents=[CSV], headers=["Content-Disposition"]),
            **faults(404),
            **ALWAYS,
        },
    ),
    ("handout-mail", "get"): Operation(
        "See how the mails of a hand-out stand",
        parameters=_HANDOUT,
        tag="Handing out",
        answers={
            200: Answer("Of each student whose link is open, or who had a mail.", json=[MailStatuses]),
            **faults(404),
            **ALWAYS,
        },
    ),
    ("handout-mail", "post"): Operation(
        "Mail every student the link",
        description=(
            "Sends each student who has an address in the roster, and whose link is open, one mail: however often this "
            "is asked, and whatever fails. A mail that the server refused is tried again. With `preview=true` nothing "
            "is queued, and the first three mails are shown."
        ),
        parameters=[*_HANDOUT, "preview"],
        tag="Handing out",
        takes=NewMail,
        answers={
            200: Answer("With `preview=true`: what would be sent.", json=[MailPreview]),
            202: Answer("Queued, to be sent at a bounded rate.", json=[MailsQueued]),
            409: Answer("The service has no mail server or no public address, or the links are closed.", json=[Error]),
            **faults(400, 404, 415),
            **ALWAYS,
        },
    ),
    ("handout-link", "delete"): Operation(
        "Withdraw one student's link",
        parameters=[*_HANDOUT, "report_id"],
        tag="Handing out",
        answers={204: Answer("It does not open any more."), **faults(404), **ALWAYS},
    ),
    ("metrics", "get"): Operation(
        "How the service is doing, for Prometheus",
        tag="Health",
        answers={200: Answer("Counted from the tables.", documents=[METRICS, OPEN_METRICS]), **ALWAYS},
    ),
    ("live", "get"): Operation(
        "Whether the process lives",
        tag="Health",
        for_everyone=True,
        answers={200: Answer("It does.", json=[Health])},
    ),
    ("accepting", "get"): Operation("Whether a POST would be taken", tag="Health", for_everyone=True, answers=HEALTH),
    ("ready", "get"): Operation("Whether work is taken and done", tag="Health", for_everyone=True, answers=HEALTH),
}
