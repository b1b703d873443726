"""The service below a path of its host: every address it gives out begins with that path, and leads back to it."""

import re
from collections.abc import Callable

import pytest

from tests.harness.in_process import student
from tests.harness.stack import Stack

PREFIX = "/exams/feedback"


@pytest.fixture
def below(start_services: Callable[..., Stack]) -> Stack:
    return start_services(FEEDBACK_PATH_PREFIX=PREFIX)


def test_every_address_leads_through_the_prefix_whether_a_proxy_takes_it_off_or_not(below: Stack) -> None:
    accepted = below.client.post(f"{PREFIX}/assignment/html", json=[student("ada"), student("bob")])
    assert accepted.status_code == 202
    location = accepted.headers["Location"]
    assert location.startswith(f"{PREFIX}/assignment/html/")

    report = below.finished(location)
    assert report.status_code == 200
    assert below.client.get(location.removeprefix(PREFIX)).content == report.content, "the proxy took the prefix off"
    for entry in below.client.get(f"{location}/reports").json()["students"]:
        assert entry["link"].startswith(PREFIX)
        assert below.client.get(entry["link"]).status_code == 200

    start = below.client.get(f"{PREFIX}/")
    addresses = re.findall(r'(?:href|src|action|hx-post)="(/[^"]*)"', start.text)
    assert addresses
    for address in addresses:
        assert address.startswith(f"{PREFIX}/"), address
        if "/static/" in address:
            assert below.client.get(address).status_code == 200, address
    assert all(f"Path={PREFIX}/" in cookie for cookie in start.headers.get_list("set-cookie"))


def test_another_path_that_begins_alike_is_not_taken_for_the_prefix(below: Stack) -> None:
    assert below.client.get(f"{PREFIX}-other/assignment/html").status_code == 404
    assert below.client.get(f"{PREFIX}/health/live").status_code == 200
    assert below.client.get("/health/live").status_code == 200


def test_with_https_alone_health_is_still_answered_to_whoever_asks_from_inside(
    start_services: Callable[..., Stack],
) -> None:
    below = start_services(FEEDBACK_PATH_PREFIX=PREFIX, FEEDBACK_HTTPS="true")
    for address in ("/health/live", "/health/accepting"):
        assert below.client.get(f"{PREFIX}{address}").status_code == 200
        assert below.client.get(address).status_code == 200
    elsewhere = below.client.get(f"{PREFIX}/", follow_redirects=False)
    assert (elsewhere.status_code, elsewhere.headers["Location"][:8]) == (301, "https://")
