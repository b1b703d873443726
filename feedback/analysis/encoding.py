"""Findings as JSON and back, and the schema that describes it."""

import inspect
from typing import Any

import msgspec

from feedback.analysis.cohort.findings import ClassFindings, ClassStatistics
from feedback.analysis.findings import Findings

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_encoder = msgspec.json.Encoder()
_findings = msgspec.json.Decoder(Findings)
_statistics = msgspec.json.Decoder(ClassStatistics)
_class_findings = msgspec.json.Decoder(ClassFindings)


def encode_findings(findings: Findings) -> bytes:
    """The JSON of one student's findings; equal findings give equal bytes."""
    return _encoder.encode(findings)


def decode_findings(data: bytes) -> Findings:
    """Findings from bytes that `encode_findings` made. Raises msgspec.DecodeError for anything else."""
    return _findings.decode(data)


def encode_statistics(statistics: ClassStatistics) -> bytes:
    """The JSON of what a comparison needs of a class."""
    return _encoder.encode(statistics)


def decode_statistics(data: bytes) -> ClassStatistics:
    """Statistics from bytes that `encode_statistics` made. Raises msgspec.DecodeError for anything else."""
    return _statistics.decode(data)


def encode_class_findings(findings: ClassFindings) -> bytes:
    """The JSON of a class's findings."""
    return _encoder.encode(findings)


def decode_class_findings(data: bytes) -> ClassFindings:
    """Findings from bytes that `encode_class_findings` made. Raises msgspec.DecodeError for anything else."""
    return _class_findings.decode(data)


def findings_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one student's findings."""
    return {"$schema": DRAFT, "title": "Findings of one student", **_schema(Findings)}


def class_findings_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a class's findings."""
    return {"$schema": DRAFT, "title": "Findings of a class", **_schema(ClassFindings)}


def _schema(type_: type) -> dict[str, Any]:
    """With the docstrings' indentation removed, as Python itself does from 3.13 on."""
    schema: dict[str, Any] = msgspec.json.schema(type_)
    for component in schema["$defs"].values():
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    return schema
