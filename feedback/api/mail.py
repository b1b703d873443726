"""Mail from a hand-out over HTTP: asked for, tried out, and how each student's stands."""

from uuid import UUID

import msgspec
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.access.context import context_of
from feedback.api.authentication import caller_of
from feedback.api.bodies import json_of
from feedback.api.errors import InvalidRequest
from feedback.api.handouts import handout_of
from feedback.api.openapi.messages import (
    MailPreview,
    MailsQueued,
    MailStatus,
    MailStatuses,
    NewMail,
    PreviewedMail,
)
from feedback.api.views import ContractView, flag
from feedback.contract.formats import Format
from feedback.submissions.handouts import Link
from feedback.submissions.mail import outbox, turns
from feedback.submissions.mail.outbox import Status
from feedback.submissions.mail.wording import Letter, Words, checked


class HandOutMailView(ContractView):
    def get(self, request: Request, format_: Format, task_id: UUID, handout_id: UUID) -> HttpResponseBase:
        found = outbox.statuses(*handout_of(request, format_, task_id, handout_id))
        statuses = MailStatuses(turns.trouble() or None, [_status(one) for one in found])
        return Response(msgspec.to_builtins(statuses))

    def post(self, request: Request, format_: Format, task_id: UUID, handout_id: UUID) -> HttpResponseBase:
        only_shown = flag(request, "preview")
        handout, task = handout_of(request, format_, task_id, handout_id)
        words = _words_in(json_of(request))
        if only_shown:
            asked, letters = outbox.preview(handout, task, words)
            shown = MailPreview(*asked, first=[_previewed(*one) for one in letters])
            context_of(request).shows = "handout-mail"
            return Response(msgspec.to_builtins(shown))
        asked = outbox.ask(handout, task, words, caller_of(request).name)
        return Response(msgspec.to_builtins(MailsQueued(*asked)), status=202)


def _words_in(body: bytes) -> Words:
    """Raises InvalidRequest and InvalidEvents."""
    try:
        sent = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest("body", f"expected an object such as {_EXAMPLE}") from None
    fields = msgspec.structs.fields(NewMail)
    if unknown := sorted(sent.keys() - {field.name for field in fields}):
        raise InvalidRequest(unknown[0][:40], f"nothing of this name is read; send an object such as {_EXAMPLE}")
    texts = [sent.get(field.name, "") for field in fields]
    for field, text in zip(fields, texts, strict=True):
        if not isinstance(text, str):
            raise InvalidRequest(field.name, "expected a text")
    return checked(*map(str, texts))


_EXAMPLE = '{"subject": "Your report on {exam}", "body": "Dear {name}, it is here until {expires}: {link}"}'


def _status(one: Status) -> MailStatus:
    key = one.link.student_id, one.link.namespace or None
    return MailStatus(*key, one.state.value if one.state else None, one.words or None, one.at)  # type: ignore[arg-type] # never `sending`


def _previewed(link: Link, letter: Letter) -> PreviewedMail:
    return PreviewedMail(link.student_id, link.namespace or None, letter.to, letter.subject, letter.text, letter.html)
