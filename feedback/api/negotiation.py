"""What a client wants to read. Documents are never refused for their type: an Accept header only chooses."""

from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

JSON = "application/json"


class AlwaysJson(BaseContentNegotiation):
    """DRF's own answers (errors and statuses) are JSON, whatever the client accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:  # noqa: ARG002 - DRF's signature
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002
        return renderers[0], renderers[0].media_type


def names(request: HttpRequest, media_type: str) -> bool:
    """Whether the Accept header names this very type (a wildcard does not name it) with a quality above 0."""
    return any(f"{one.main_type}/{one.sub_type}" == media_type for one in request.accepted_types)


def wants_description(request: HttpRequest, media_type: str) -> bool:
    """Whether a finished task is to be described in JSON rather than delivered as `media_type`."""
    return names(request, JSON) and not names(request, media_type) and not names(request, "*/*")
