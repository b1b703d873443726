"""What a client wants to read. Documents are never refused for their type: an Accept header only chooses."""

from typing import Any

from django.http.request import HttpRequest, MediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

JSON = "application/json"


class AlwaysJson(BaseContentNegotiation):
    """DRF's own answers (errors and statuses) are JSON, whatever the client accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:  # noqa: ARG002 - DRF's signature
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002
        return renderers[0], renderers[0].media_type


def accepts(request: HttpRequest | Request, media_type: str) -> bool:
    """Whether the Accept header names this very type (a wildcard does not name it)."""
    wanted = MediaType(media_type)
    return any((one.main_type, one.sub_type) == (wanted.main_type, wanted.sub_type) for one in _accepted(request))


def wants_description(request: Request, media_type: str) -> bool:
    """Whether a finished task is to be described in JSON rather than delivered as `media_type`."""
    return accepts(request, JSON) and not accepts(request, media_type) and not accepts(request, "*/*")


def _accepted(request: HttpRequest | Request) -> list[MediaType]:
    header = request.headers.get("Accept", "*/*")
    return [media for token in header.split(",") if token.strip() and _quality(media := MediaType(token)) > 0]


def _quality(media: MediaType) -> float:
    try:
        return float(media.params.get("q", 1))
    except ValueError:
        return 1.0
