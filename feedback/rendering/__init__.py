"""Findings as documents: a web page or an accessible PDF, with no framework around."""

from collections.abc import Sequence

from feedback.analysis.class_findings import ClassFindings
from feedback.analysis.findings import Findings
from feedback.rendering.artifact import Artifact, Format, RenderOptions
from feedback.rendering.blocks import Document
from feedback.rendering.characters import Legible
from feedback.rendering.class_view import class_document
from feedback.rendering.fonts import missing_scripts
from feedback.rendering.html import page, style_source
from feedback.rendering.identity import renderer_version
from feedback.rendering.manifest import Manifest, ManifestEntry, State, decode_manifest, encode_manifest
from feedback.rendering.naming import file_stems
from feedback.rendering.pdf import typeset
from feedback.rendering.view import student_document

__all__ = [
    "Artifact",
    "Format",
    "Manifest",
    "ManifestEntry",
    "RenderOptions",
    "State",
    "decode_manifest",
    "encode_manifest",
    "file_stems",
    "missing_scripts",
    "render",
    "render_class",
    "renderer_version",
    "style_source",
]

MAX_PDF_STUDENTS = 500


def render(findings: Findings, format: Format, options: RenderOptions = RenderOptions()) -> Artifact:  # noqa: A002, B008 - the word for it; frozen
    """One student's report. Equal arguments give equal bytes."""
    document = student_document(findings, options, Legible(in_fonts=format is Format.PDF))
    return _artifact(file_stems([findings.key])[0], format, document)


def render_class(
    findings: ClassFindings,
    format: Format,  # noqa: A002 - the word for it
    options: RenderOptions = RenderOptions(),  # noqa: B008 - frozen
    links: Sequence[str] = (),
) -> Artifact:
    """The class's report; `links[i]` is the address of row i's report, relative to this document's, or empty."""
    limit = MAX_PDF_STUDENTS if format is Format.PDF else None
    legible = Legible(in_fonts=format is Format.PDF)
    return _artifact("class", format, class_document(findings, options, legible, links, limit))


def _artifact(stem: str, format: Format, document: Document) -> Artifact:  # noqa: A002 - the word for it
    body = typeset(document) if format is Format.PDF else page(document)
    return Artifact(stem + format.suffix, format.media_type, body)
