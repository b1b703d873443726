"""MkDocs hook: the reference is made from the published schemas and from the analysis itself, never written twice."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from feedback.analysis import AnalysisSettings, definitions, how_to_read_class
from feedback.analysis.statements import Definition

Json = dict[str, Any]
SCHEMAS = Path(__file__).parents[1] / "schemas"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    pages = {
        "openapi": openapi(yaml.safe_load((SCHEMAS / "openapi.yaml").read_text(encoding="utf-8"))),
        "findings": findings(json.loads((SCHEMAS / "findings.json").read_text(encoding="utf-8"))),
        "class-findings": findings(json.loads((SCHEMAS / "class-findings.json").read_text(encoding="utf-8"))),
        "measures": measures(AnalysisSettings()),
    }
    for name, lines in pages.items():
        files.append(File.generated(config, f"reference/{name}.md", content="\n".join(lines)))
    return files


# --- the API ---------------------------------------------------------------------------------------


def openapi(document: Json) -> Iterator[str]:
    """A section an operation, in the order of the document: its parameters, its body and its answers."""
    yield "# Every operation\n"
    yield "Made from [schemas/openapi.yaml](../schemas/openapi.yaml), which a client can be generated from.\n"
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"## {operation['summary']}\n\n`{method.upper()} {address}`\n\n{operation.get('description', '')}\n"
            yield from _parameters(operation.get("parameters", ()), document)
            yield from _body(operation.get("requestBody"))
            yield from _answers(operation["responses"])
    yield "## The objects\n"
    yield from _objects(document["components"]["schemas"])


def _parameters(parameters: Iterable[Json], document: Json) -> Iterator[str]:
    found = [_resolved(each, document) for each in parameters]
    if found:
        yield "| parameter | in | type | |\n|---|---|---|---|"
        for each in found:
            words = _cell(each.get("description", ""))
            yield f"| `{each['name']}` | {each['in']} | {_type(each.get('schema', {}))} | {words} |"
        yield ""


def _resolved(node: Json, document: Json) -> Json:
    for step in node["$ref"].removeprefix("#/").split("/") if "$ref" in node else ():
        document = document[step]
    return document if "$ref" in node else node


def _body(body: Json | None) -> Iterator[str]:
    if body:
        types = ", ".join(f"`{media}` {_type(content.get('schema', {}))}" for media, content in body["content"].items())
        yield f"Body: {types}.\n"


def _answers(answers: Json) -> Iterator[str]:
    yield "| status | when | content |\n|---|---|---|"
    for status, answer in answers.items():
        content = "; ".join(
            f"`{media}` {_type(each.get('schema', {}))}".strip() for media, each in answer.get("content", {}).items()
        )
        yield f"| **{status}** | {_cell(answer['description'])} | {content} |"
    yield ""


# --- the findings, and every other object -----------------------------------------------------------


def findings(schema: Json) -> Iterator[str]:
    yield f"# {schema['title']}\n"
    yield "Times are UTC, durations seconds, shares from 0 to 1. Made from the published JSON Schema.\n"
    yield from _objects(schema["$defs"])


def _objects(definitions_: Json) -> Iterator[str]:
    for name, definition in definitions_.items():
        yield f"### {name}\n\n{definition.get('description', '')}\n"
        if fields := definition.get("properties"):
            yield "| field | type | |\n|---|---|---|"
            for field, kind in fields.items():
                needed = "always" if field in definition.get("required", ()) else _default(kind)
                yield f"| `{field}` | {_type(kind)} | {needed} |"
            yield ""


def _default(kind: Json) -> str:
    return f"default `{json.dumps(kind['default'])}`" if "default" in kind else ""


def _type(schema: Json) -> str:
    """A schema in a word or two: `string`, `list of Mark`, `number or null`."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(each)}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if isinstance(schema.get("items"), dict) else "list"
    return str(schema.get("format") or schema.get("type", ""))


# --- the measures ------------------------------------------------------------------------------------


def measures(settings: AnalysisSettings) -> Iterator[str]:
    yield "# Measures and their sources\n"
    yield "What a report counts, what it says of it and whose idea it was, with the default thresholds. A report prints"
    yield 'those of what it shows under "How to read this".\n'
    yield from _definitions("In a student's report", definitions(settings))
    yield from _definitions("In a class report", how_to_read_class(settings))


def _definitions(title: str, found: Iterable[Definition]) -> Iterator[str]:
    yield f"## {title}\n\n| measure | definition | source |\n|---|---|---|"
    for each in found:
        yield f"| {_cell(each.name)} | {_cell(each.text)} | {_cell(each.source)} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
