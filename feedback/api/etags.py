"""Answers to whoever has the content already (RFC 9110, section 13.1.2), by what is stored: nothing large is read."""

import hashlib
from http import HTTPStatus

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from rest_framework.request import Request

from feedback.rendering import renderer_version
from feedback.store.models import Document

# May be kept by the one caller it was made for, and is to be asked about each time: who may read it can change.
CACHING = {"Cache-Control": "private, no-cache"}


def asks(request: Request) -> bool:
    return "If-None-Match" in request.headers


def knows(request: Request, etag: str) -> bool:
    """Whether the client names this ETag among those of what it has, by the weak comparison that GET asks for.

    `If-Match` is not part of the contract: where it fails, the answer is the document all the same.
    """
    answer = get_conditional_response(request._request, etag=etag)
    return answer is not None and answer.status_code == HTTPStatus.NOT_MODIFIED


def not_modified(headers: dict[str, str]) -> HttpResponse:
    """304 with all the headers of the 200: a client replaces those that it keeps, and Django would copy but a few."""
    return HttpResponseNotModified(headers=headers)


def of_document(report: Document) -> str:
    return f'"{report.sha256}"'


def of_findings(report: Document) -> str:
    """They are stored with the document behind its fence, which no two writes share, or before it for another format:
    then they change only with the student's revision.
    """
    revision = report.about.revision if report.about else 0
    return f'"{report.sha256}-{report.fence}-{revision}"'


def of_table(report: Document) -> str:
    """Of a class's table: of the findings, and of the renderer that makes it of them."""
    return f'"{report.sha256}-{report.fence}-{renderer_version()}"'


def of_archive(listing: bytes, headline: Document) -> str:
    """Weak: of what is in it (`layouts.Plan.listing`), and not of how it happens to be compressed."""
    content = [listing, of_findings(headline).encode(), renderer_version().encode()]
    return f'W/"{hashlib.sha256(b" ".join(content)).hexdigest()}"'
