"""The published description of the API is the code's, it is whole, and what the service answers agrees with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern

from feedback.api.openapi import view
from feedback.api.openapi.examples import EXAMPLE_CLASS, EXAMPLE_ENVELOPE, EXAMPLE_ERROR, EXAMPLE_ROWS
from feedback.api.openapi.operations import OPERATIONS
from feedback.api.openapi.parameters import HEADERS, PARAMETERS
from feedback.api.openapi.schema import ContractGenerator
from feedback.api.urls import urlpatterns
from feedback.events import MediaType
from tests.harness.in_process import Post

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "openapi.yaml"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = ContractGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # it has no types
    return made


def test_the_published_description_is_the_codes(document: dict[str, Any]) -> None:
    published = yaml.safe_load(PUBLISHED.read_text())

    assert published == json.loads(json.dumps(document)), "run `make schemas`, and note the change in CHANGELOG.md"


def test_the_service_hands_out_the_description(client: Client, db: None, document: dict[str, Any]) -> None:  # noqa: ARG001
    answer = client.get("/api/schema/")

    assert answer.status_code == 200
    assert json.loads(answer.content) == json.loads(json.dumps(document))


def test_the_description_is_made_once_however_often_strangers_ask(
    client: Client,
    db: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, get_schema = list[str](), ContractGenerator.get_schema

    def counted(self: ContractGenerator, **named: Any) -> dict[str, Any]:
        made.append("once")
        return get_schema(self, **named)

    monkeypatch.setattr(ContractGenerator, "get_schema", counted)
    view._description.cache_clear()
    answers = [client.get("/api/schema/", headers={"Accept": kind}) for kind in ("*/*", "application/json")]

    assert [answer.content for answer in answers] == [answers[0].content] * 2
    assert [answer["Content-Type"] for answer in answers] == ["application/vnd.oai.openapi+json"] * 2
    assert made == ["once"]


def methods_of(pattern: URLPattern) -> Iterator[str]:
    view = getattr(pattern.callback, "cls", None)
    allowed = view().allowed_methods if view else ["GET"]
    yield from (method.lower() for method in allowed if method != "HEAD")


DESCRIBED = [pattern for pattern in urlpatterns if pattern.name != "api-schema"]  # which describes itself


@pytest.mark.parametrize("pattern", DESCRIBED, ids=lambda pattern: pattern.name)
def test_every_address_and_method_is_described_and_no_other(pattern: URLPattern) -> None:
    described = {method for name, method in OPERATIONS if name == pattern.name}

    assert described == set(methods_of(pattern))


def test_whatever_is_named_is_defined_and_used(document: dict[str, Any]) -> None:
    text = json.dumps(document)

    for kind in ("schemas", "parameters", "headers"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, name
    assert {name for one in OPERATIONS.values() for name in one.parameters} == set(PARAMETERS)
    named = {name for one in OPERATIONS.values() for answer in one.answers.values() for name in answer.headers}
    assert named | {"X-Request-ID"} == set(HEADERS)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (MediaType.JSON, json.dumps(EXAMPLE_CLASS)),
        (MediaType.JSON, json.dumps(EXAMPLE_ENVELOPE)),
        (MediaType.NDJSON, "\n".join(map(json.dumps, EXAMPLE_CLASS))),
        (MediaType.CSV, EXAMPLE_ROWS),
    ],
)
def test_the_examples_are_accepted(post: Post, media_type: MediaType, body: str) -> None:
    assert post("html", body.encode(), content_type=media_type.value).status_code == 202


def test_the_parts_of_a_form_are_those_that_are_read(client: Client, db: None, document: dict[str, Any]) -> None:  # noqa: ARG001
    body = document["paths"]["/assignment/{format}"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    contents = {
        "events": json.dumps(EXAMPLE_CLASS),
        "context": json.dumps({"exam": EXAMPLE_ENVELOPE["exam"]}),
        "questions": "unit,points\n1,4\n",
    }
    assert set(body["properties"]) == set(contents)
    for one in ("context", "questions"):
        parts = {name: ContentFile(contents[name].encode(), name) for name in (*body["required"], one)}
        assert client.post("/assignment/html", parts).status_code == 202
    assert client.post("/assignment/html", {"context": ContentFile(b"{}", "context")}).status_code == 400


def test_the_example_of_an_error_is_what_the_service_says(post: Post) -> None:
    events: list[list[object]] = [[], [], [], [], [{"unit": 1}, {"unit": 1}, {"unit": 1}, {}]]
    body = [{"student_id": f"s{number}", "events": each} for number, each in enumerate(events)]

    assert post("html", body).json() == EXAMPLE_ERROR
