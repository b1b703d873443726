"""The Accept header chooses between a document and its description, and refuses nothing."""

import pytest
from django.test import RequestFactory

from feedback.api.negotiation import names, wants_description

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("accept", "named", "described"),
    [
        (None, False, False),
        ("*/*", False, False),
        ("application/*", False, False),
        (PDF, True, False),
        ("application/pdf;q=0", False, False),
        ("application/pdf;q=0.1, application/json", True, False),
        ("application/json", False, True),
        ("application/json;q=0", False, False),
        ("application/json, */*;q=0.1", False, False),
        ("application/json;q=nonsense", False, True),
        ("application/json; charset=utf-8 , text/html", False, True),
        ("application/json,application/pdf;q=0", False, True),
        (", ,", False, False),
        ("nonsense", False, False),
    ],
)
def test_only_a_type_that_is_named_with_a_quality_above_zero_is_asked_for(
    accept: str | None, named: bool, described: bool
) -> None:
    request = RequestFactory().get("/", headers={} if accept is None else {"Accept": accept})
    assert names(request, PDF) is named
    assert wants_description(request, PDF) is described
