"""The context of a request is one, whichever layer asks for it."""

from django.test import RequestFactory
from rest_framework.request import Request

from feedback.access.context import HOLD_KEY, Hold, context_of


def test_every_layer_of_a_request_has_the_same_context_and_another_request_another() -> None:
    request = RequestFactory().get("/")
    context_of(request).request_id = "from the first layer"

    assert context_of(Request(request)) is context_of(request)
    assert context_of(RequestFactory().get("/")).request_id == "unknown"


def test_the_hold_is_the_one_of_a_server_that_can_wait_and_else_nobodys() -> None:
    held, plain = RequestFactory().get("/"), RequestFactory().get("/")
    offered = Hold()
    held.__dict__["scope"] = {HOLD_KEY: offered}

    assert context_of(held).hold is offered
    assert context_of(plain).hold == Hold()
