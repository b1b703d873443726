"""What the teacher says about the exam, and to a student, after the upload: each change makes the reports again."""

from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access.context import context_of
from feedback.api.errors import STATUSES, words_of
from feedback.events import Context, EventsError, decode_context
from feedback.store.models import Document, Upload
from feedback.submissions import amendments
from feedback.web import earlier
from feedback.web.access import caller_of
from feedback.web.exam_draft import Draft, draft_of, sent_draft
from feedback.web.exam_questions import MOST_ROWS, rows_of
from feedback.web.remark import NotARemarkError, remark_from
from feedback.web.responses import go_to
from feedback.web.upload_file import check_size, questions_beside
from feedback.web.uploads import Shown, writable_upload
from feedback.web.views.students import student_page


class ExamView(View):
    """The form about the exam of an upload, filled in with what is known, or with what was said of the last one."""

    def get(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = writable_upload(request, task_id)
        known = _context_of(shown.upload)
        like = None if known else earlier.before(request, shown.upload)
        context = like.context if like else known
        rows = rows_of(shown.upload, context.questions)
        if like:
            rows = [row for row in rows if row.in_log]
        return _page(request, shown, draft_of(context, _zone(shown), rows), like)

    def post(self, request: HttpRequest, task_id: UUID) -> HttpResponse:
        shown = writable_upload(request, task_id)
        draft = Draft()
        try:
            check_size(request)
            draft = sent_draft(request.POST)
            context = _context(request, shown, draft)
            if draft.faults:
                return _page(request, shown, draft, status=400)
            amendments.amend_context(shown.first, context, caller_of(request))
        except EventsError as fault:
            draft.faults = {"questions": [words_of(fault, request)[0]]}
            return _page(request, shown, draft, status=STATUSES[type(fault)])
        return go_to(request, reverse("submission", args=[task_id]))


class RemarkView(View):
    """The teacher's remark to one student."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, task_id: UUID, report_id: UUID) -> HttpResponse:
        shown = writable_upload(request, task_id)
        report = shown.documents().filter(id=report_id, kind=Document.Kind.STUDENT).first()
        if report is None:
            raise Http404
        text = request.POST.get("remark", "")
        try:
            remark = remark_from(text)
        except NotARemarkError as fault:
            return student_page(request, shown, report, refused=(text, str(fault)))
        amendments.amend_remark(report, remark, caller_of(request))
        return go_to(request, reverse("student", args=[task_id, report_id]))


def _context_of(upload: Upload) -> Context:
    return decode_context(bytes(upload.context or b""))


def _zone(shown: Shown) -> str:
    return str(shown.upload.options["tz"])


def _context(request: HttpRequest, shown: Shown, draft: Draft) -> Context:
    """What the form says; where it has faults, the draft has them and the context is of no use."""
    known, file = _context_of(shown.upload), request.FILES.get("questions")
    by_hand = file is None and "unit" in request.POST
    context = draft.check(_zone(shown), known, with_table=by_hand)
    if by_hand:
        return context
    questions = known.questions if file is None else questions_beside(request, file, draft)
    return msgspec.structs.replace(context, questions=questions)


def _page(
    request: HttpRequest, shown: Shown, draft: Draft, like: earlier.Earlier | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "shown": shown,
        "draft": draft,
        "like": like,
        "zone": _zone(shown),
        "too_many": len(draft.rows) > MOST_ROWS,
    }
    context_of(request).shows = "exam"
    return render(request, "exam.html.j2", context, status=status)
