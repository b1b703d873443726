"""PUT: amendments to what was posted. The task and its links stay; its reports are made again in place."""

from uuid import UUID

import msgspec
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from feedback.analysis import known_names
from feedback.api import responses
from feedback.api.authentication import caller_of
from feedback.api.bodies import json_at_rest, json_of
from feedback.api.errors import InvalidRequest
from feedback.api.openapi.messages import NewRemark
from feedback.api.views import ContractView, report_of, writable_task
from feedback.contract.formats import Format
from feedback.events import settled
from feedback.events.context_files import read_context
from feedback.store.models import Document
from feedback.submissions import amendments
from feedback.submissions.errors import UnknownTask


class ContextView(ContractView):
    def put(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        task = writable_task(request, format_, task_id)
        with json_at_rest(request) as (body, limits):
            context = read_context(body, known_names(), limits)
        amendments.amend_context(task, context, caller_of(request))
        return responses.accepted(task)


class RemarkView(ContractView):
    def put(self, request: Request, format_: Format, task_id: UUID, report_id: UUID) -> HttpResponseBase:
        task = writable_task(request, format_, task_id)
        report = report_of(request, format_, task_id, report_id)
        if report.kind == Document.Kind.CLASS:
            raise UnknownTask
        amendments.amend_remark(report, _remark_in(json_of(request)), caller_of(request))
        return responses.accepted(task)


def _remark_in(body: bytes) -> str | None:
    """Raises InvalidRequest."""
    try:
        remark = msgspec.json.decode(body, type=NewRemark).remark
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        why = 'expected an object such as {"remark": "Well argued"}, of at most 2,000 characters; null takes it away'
        raise InvalidRequest("remark", why) from None
    return None if remark is None else settled(remark) or None
