"""Handing out over HTTP: only for who may write, as a link still opens when the key that asked for it is revoked."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.api.authentication import caller_of
from feedback.api.errors import InvalidRequest
from feedback.api.openapi.messages import (
    HandedOut,
    HandedOutLink,
    HandOutLinks,
    HandOuts,
)
from feedback.api.views import ContractView, writable_task
from feedback.contract import spreadsheet
from feedback.contract.formats import Format
from feedback.store.models import HandOut, Task
from feedback.submissions import handouts, rosters
from feedback.submissions.errors import UnknownTask
from feedback.submissions.handouts import LONGEST_DAYS, Link

DAYS = 30


class HandOutsView(ContractView):
    """The hand-outs of a task's upload, and a new one."""

    def get(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        handouts = writable_task(request, format_, task_id).upload.handouts.order_by("-made_at")
        return Response(_builtins(HandOuts([HandedOut(**_facts(one)) for one in handouts])))

    def post(self, request: Request, format_: Format, task_id: UUID) -> HttpResponseBase:
        task = writable_task(request, format_, task_id)
        made = handouts.make(task, _days(request), caller_of(request).name)
        address = reverse("handout", args=[format_, task_id, made.id])
        return Response(_with_links(request, made, task), status=201, headers={"Location": address})


class HandOutView(ContractView):
    """One hand-out with all its links; deleted, it is withdrawn."""

    def get(self, request: Request, format_: Format, task_id: UUID, handout_id: UUID) -> HttpResponseBase:
        return Response(_with_links(request, *handout_of(request, format_, task_id, handout_id)))

    def delete(self, request: Request, format_: Format, task_id: UUID, handout_id: UUID) -> HttpResponseBase:
        handouts.withdraw(*handout_of(request, format_, task_id, handout_id), caller_of(request).name)
        return Response(status=204)


class HandOutTableView(ContractView):
    """The links as CSV, for a mail merge."""

    def get(self, request: Request, format_: Format, task_id: UUID, handout_id: UUID) -> HttpResponseBase:
        return links_table(request._request, *handout_of(request, format_, task_id, handout_id))


class HandOutLinkView(ContractView):
    """One student's link; deleted, it is withdrawn."""

    def delete(
        self, request: Request, format_: Format, task_id: UUID, handout_id: UUID, report_id: UUID
    ) -> HttpResponseBase:
        found, task = handout_of(request, format_, task_id, handout_id)
        if not handouts.withdraw_link(found, task, report_id, caller_of(request).name):
            raise UnknownTask
        return Response(status=204)


def links_table(request: HttpRequest, found: HandOut, task: Task) -> HttpResponse:
    """A row for each student whose link is open, with name and address where the upload has a roster."""
    made, entries = handouts.formats_of(found), rosters.entries_of(task.upload_id)

    def who(link: Link) -> tuple[str, ...]:
        entry = entries.get(link.student)
        return (entry.name, entry.email) if entry else ("", "")

    rows = (
        (
            *(link.student_id, link.namespace, *(who(link) if entries else ())),
            *(*addresses(request, link, made).values(), found.expires_at),
        )
        for link in _open(found, task)
    )
    header = ("student_id", "namespace", *(("name", "email") if entries else ()), "page", "pdf", "expires_at")
    content = spreadsheet.csv_table(header, rows)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="links-{found.id}.csv"'
    return response


def addresses(request: HttpRequest, link: Link, made: Collection[Format]) -> dict[str, str | None]:
    """Where a student finds the report as a page and as a PDF; None for the one that nobody had made."""
    return {
        name: _absolute(request, reverse(view, args=[link.token])) if format_ in made else None
        for name, view, format_ in (("page", "link", Format.HTML), ("pdf", "link-pdf", Format.PDF))
    }


def _absolute(request: HttpRequest, path: str) -> str:
    """Under FEEDBACK_PUBLIC_URL, where that is set; else as the request had it."""
    return handouts.public_address(path) if settings.FEEDBACK_PUBLIC_URL else request.build_absolute_uri(path)


def _open(found: HandOut, task: Task) -> Iterable[Link]:
    if found.is_over:
        return ()
    return (link for link in handouts.links_of(found, task) if not link.withdrawn)


def handout_of(request: Request, format_: Format, task_id: UUID, handout_id: UUID) -> tuple[HandOut, Task]:
    """A hand-out of a task that the caller may hand out. Raises UnknownTask and NotWritable."""
    task = writable_task(request, format_, task_id)
    found = task.upload.handouts.filter(pk=handout_id).first()
    if found is None:
        raise UnknownTask
    return found, task


def _days(request: Request) -> int:
    value = request.query_params.get("days", str(DAYS))
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= LONGEST_DAYS and len(value) <= 3):
        raise InvalidRequest("days", f"expected a whole number from 1 to {LONGEST_DAYS}")
    return int(value)


def _facts(found: HandOut) -> dict[str, Any]:
    return {
        "handout_id": str(found.id),
        "made_at": found.made_at,
        "expires_at": found.expires_at,
        "withdrawn_at": found.withdrawn_at,
    }


def _with_links(request: Request, found: HandOut, task: Task) -> dict[str, Any]:
    made = handouts.formats_of(found)
    links = [
        HandedOutLink(
            link.student_id,
            link.namespace or None,
            str(link.report_id),
            **addresses(request._request, link, made),
        )
        for link in _open(found, task)
    ]
    return _builtins(HandOutLinks(**_facts(found), links=links))


def _builtins(message: msgspec.Struct) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(message)
    return made
