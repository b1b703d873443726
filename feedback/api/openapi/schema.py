"""The OpenAPI document: operations from `operations.py`, components from the msgspec types that are the truth."""

import inspect
import json
import re
from typing import Any

import msgspec
from django.urls import URLPattern
from drf_spectacular.generators import SchemaGenerator

from feedback.analysis import ClassFindings, Findings
from feedback.api.multipart import MULTIPART
from feedback.api.openapi import messages
from feedback.api.openapi.answers import Answer, Operation
from feedback.api.openapi.examples import EXAMPLE_CLASS, EXAMPLE_ENVELOPE, EXAMPLE_ERROR, EXAMPLE_ROSTER, EXAMPLE_ROWS
from feedback.api.openapi.operations import OPERATIONS
from feedback.api.openapi.parameters import HEADERS, PARAMETERS
from feedback.contract.manifest import Manifest
from feedback.events import Context, Event, MediaType, ReportOptions, Student

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
    if operation.takes_roster:
        rows = {"type": "string", "description": "A header row, then a row a student."}
        content = {MediaType.CSV.value: {"schema": rows, "example": EXAMPLE_ROSTER}}
        described["requestBody"] = {"required": True, "content": content}
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
    envelope = {"$ref": _REFERENCE.format(name="Envelope")}
    whole = {"anyOf": [student, {"type": "array", "items": student, "minItems": 1}, envelope]}
    lines = {"type": "string", "description": "A student a line."}
    rows = {"type": "string", "description": "A header row, then an event a row; an empty cell is an absent field."}
    examples = {"class": {"value": EXAMPLE_CLASS}, "envelope": {"value": EXAMPLE_ENVELOPE}}
    return {
        "required": True,
        "content": {
            MediaType.JSON.value: {"schema": whole, "examples": examples},
            MediaType.NDJSON.value: {"schema": lines, "example": "\n".join(map(json.dumps, EXAMPLE_CLASS))},
            MediaType.CSV.value: {"schema": rows, "example": EXAMPLE_ROWS},
            MULTIPART: {"schema": _parts()},
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "description": "Another platform's export."}
            },
        },
    }


def _parts() -> Json:
    """Files, each in a format that it names or is recognised by: the events, and at most one that tells of the exam."""
    descriptions = {
        "events": "The students: JSON, NDJSON or CSV, as above; gzip too.",
        "context": "The exam's context, a `Context` in JSON. Not beside `questions`.",
        "questions": "The exam's questions as CSV: a header row, then a question a row. Not beside `context`.",
    }
    parts = {name: {"type": "string", "format": "binary", "description": text} for name, text in descriptions.items()}
    return {"type": "object", "required": ["events"], "properties": parts, "additionalProperties": False}


def _components() -> Json:
    _, components = msgspec.json.schema_components(_TYPES, ref_template=_REFERENCE)
    bodies = [kind.__name__ for kind in (Student, Event, Context, messages.Envelope)]
    for name in (*bodies, *filter(_is_of_context, components)):
        # The decoder forbids unknown fields only to take the careful path, which ignores them.
        components[name].pop("additionalProperties", None)
        for field, schema in components[name]["properties"].items():
            if field not in components[name].get("required", []):
                components[name]["properties"][field] = _or_null(schema)
    components["Error"]["examples"] = [EXAMPLE_ERROR]
    for name, component in components.items():
        component["title"] = _name(name)
        if "description" in component:  # Python removes a docstring's indentation only from 3.13 on
            component["description"] = inspect.cleandoc(component["description"])
    return {_name(name): _for_generators(components[name]) for name in sorted(components)}


def _name(component: str) -> str:
    """Of types that share a name msgspec tells the module, with dots: `ContextExam` for `feedback.events.context.Exam`.

    Of a name with dots generators of clients take the last part, and then have two of it.
    """
    module, _, name = component.rpartition(".")
    return f"Context{name}" if module == Context.__module__ else name


def _or_null(schema: Json) -> Json:
    """In an optional field `null` is absence."""
    null = {"type": "null"}
    return schema if null in schema.get("anyOf", []) else {"anyOf": [schema, null]}


def _is_of_context(component: str) -> bool:
    return component.startswith(f"{Context.__module__}.") or component == ReportOptions.__name__


def _for_generators(schema: Any) -> Any:
    """The same schema in words that generators of clients know.

    A tuple is an array of so many items, not `prefixItems`; beside a reference no default is named (it is an empty
    object, the same as absence).
    """
    if isinstance(schema, list):
        return [_for_generators(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _for_generators(value) for name, value in schema.items()}
    if "$ref" in made:
        made.pop("default", None)
        made["$ref"] = _REFERENCE.format(name=_name(made["$ref"].rpartition("/")[2]))
    if (places := made.pop("prefixItems", None)) is not None:
        kinds = [kind for number, kind in enumerate(places) if kind not in places[:number]]
        made["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return made
