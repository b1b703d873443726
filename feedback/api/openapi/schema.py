"""The OpenAPI document: operations from `operations.py`, components from the msgspec types that are the truth."""

import inspect
import json
import re
from typing import Any

import msgspec
from django.urls import URLPattern
from drf_spectacular.generators import SchemaGenerator

from feedback.analysis import ClassFindings, Findings
from feedback.api.openapi import messages
from feedback.api.openapi.examples import EXAMPLE_CLASS, EXAMPLE_ERROR, EXAMPLE_ROWS
from feedback.api.openapi.operations import OPERATIONS, Answer, Operation
from feedback.api.openapi.parameters import HEADERS, PARAMETERS
from feedback.contract.manifest import Manifest
from feedback.events import Context, Event, MediaType, Student

Json = dict[str, Any]
_REFERENCE = "#/components/schemas/{name}"
_MESSAGES = [kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
_TYPES = [*_MESSAGES, Manifest, Findings, ClassFindings, Student, Context]
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+?)_?>")


class ContractGenerator(SchemaGenerator):
    """Writes down the contract, in the order of its addresses."""

    def parse(self, input_request: Any, public: bool) -> Json:  # noqa: ARG002 - the signature of what it overrides
        from feedback.api.urls import urlpatterns  # noqa: PLC0415 - they name the view that asks for this

        paths: Json = {}
        for pattern in urlpatterns:
            for (name, method), operation in OPERATIONS.items():
                if name == pattern.name:
                    paths.setdefault(address(pattern), {})[method] = _operation(name, method, operation)
        return paths

    def get_schema(self, request: Any = None, public: bool = False) -> Json:
        document: Json = super().get_schema(request, public)  # type: ignore[no-untyped-call] # it has no types
        document["components"] = {
            "schemas": _components(),
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key, `fbk_…`."}},
        }
        return document


def address(pattern: URLPattern) -> str:
    """`/assignment/{format}/{task_id}`."""
    return "/" + _PARAMETER.sub(r"{\1}", str(pattern.pattern))


def _operation(name: str, method: str, operation: Operation) -> Json:
    described: Json = {
        "operationId": name
        if method == "get" or (method == "post" and (name, "get") not in OPERATIONS)
        else f"{method}-{name}",
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": [] if operation.for_everyone else [{"key": []}, {}],
        "responses": {str(status): _answer(operation.answers[status]) for status in sorted(operation.answers)},
    }
    if operation.description:
        described["description"] = operation.description
    if operation.parameters:
        described["parameters"] = [{"$ref": f"#/components/parameters/{each}"} for each in operation.parameters]
    if operation.takes_events:
        described["requestBody"] = _events()
    if operation.takes is not None:
        content = {"application/json": {"schema": _any_of([operation.takes])}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(answer: Answer) -> Json:
    described: Json = {
        "description": answer.when,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in (*answer.headers, "X-Request-ID")},
    }
    # A client that is generated reads the first: what comes unless `Accept` names another.
    content: Json = {media_type: {"schema": _document(media_type)} for media_type in answer.documents}
    if answer.json:
        json_ = {"application/json": {"schema": _any_of(answer.json)}}
        content = json_ | content if answer.json_first else content | json_
    return described | ({"content": content} if content else {})


def _document(media_type: str) -> Json:
    """A text where it is one in UTF-8, else bytes: a client that is generated would decode them."""
    return {"type": "string"} if media_type.startswith("text/") else {"type": "string", "format": "binary"}


def _any_of(types: Any) -> Json:
    references = [{"$ref": _REFERENCE.format(name=kind.__name__)} for kind in types]
    return references[0] if len(references) == 1 else {"anyOf": references}


def _events() -> Json:
    """The body of a submission, in every format that is read."""
    student = {"$ref": _REFERENCE.format(name="Student")}
    whole = {"anyOf": [student, {"type": "array", "items": student, "minItems": 1}]}
    lines = {"type": "string", "description": "A student a line."}
    rows = {"type": "string", "description": "A header row, then an event a row; an empty cell is an absent field."}
    return {
        "required": True,
        "content": {
            MediaType.JSON.value: {"schema": whole, "example": EXAMPLE_CLASS},
            MediaType.NDJSON.value: {"schema": lines, "example": "\n".join(map(json.dumps, EXAMPLE_CLASS))},
            MediaType.CSV.value: {"schema": rows, "example": EXAMPLE_ROWS},
        },
    }


def _components() -> Json:
    _, components = msgspec.json.schema_components(_TYPES, ref_template=_REFERENCE)
    for kind in (Student, Event):
        # The decoder forbids unknown fields only to take the careful path, which ignores them.
        components[kind.__name__].pop("additionalProperties", None)
    components["Error"]["examples"] = [EXAMPLE_ERROR]
    for component in components.values():
        if "description" in component:  # Python removes a docstring's indentation only from 3.13 on
            component["description"] = inspect.cleandoc(component["description"])
    return {name: _without_tuples(components[name]) for name in sorted(components)}


def _without_tuples(schema: Any) -> Any:
    """The same schema with each tuple as an array of so many items: generators of clients know no `prefixItems`."""
    if isinstance(schema, list):
        return [_without_tuples(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _without_tuples(value) for name, value in schema.items()}
    if (places := made.pop("prefixItems", None)) is not None:
        kinds = [kind for number, kind in enumerate(places) if kind not in places[:number]]
        made["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return made
