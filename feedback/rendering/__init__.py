"""Findings as documents: a web page or an accessible PDF, with no framework around."""

import logging
from collections.abc import Callable, Sequence

from feedback.analysis.cohort.findings import ClassFindings
from feedback.analysis.findings import Findings
from feedback.contract.filenames import file_stems
from feedback.contract.formats import Format
from feedback.rendering.artifact import Artifact, RenderOptions
from feedback.rendering.blocks import Document
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.cohort.document import class_document
from feedback.rendering.cohort.tables import class_table
from feedback.rendering.html.page import page, style_source
from feedback.rendering.pdf.fonts import missing_scripts
from feedback.rendering.pdf.typeset import CannotSetError, typeset
from feedback.rendering.student.document import student_document
from feedback.rendering.version import renderer_version

__all__ = [
    "Artifact",
    "RenderOptions",
    "class_table",
    "missing_scripts",
    "render",
    "render_class",
    "renderer_version",
    "style_source",
]

MAX_PDF_STUDENTS = 500
_logger = logging.getLogger(__name__)


def render(findings: Findings, format: Format, options: RenderOptions = RenderOptions()) -> Artifact:  # noqa: A002, B008 - the word for it; frozen
    """One student's report. Equal arguments give equal bytes, and no input makes it impossible."""
    stem = file_stems([findings.key])[0]
    return _artifact(stem, format, lambda legible: student_document(findings, options, legible))


def render_class(
    findings: ClassFindings,
    format: Format,  # noqa: A002 - the word for it
    options: RenderOptions = RenderOptions(),  # noqa: B008 - frozen
    links: Sequence[str] = (),
    tables: Sequence[str] = (),
) -> Artifact:
    """The class's report; `links[i]` is the address of row i's report, relative to this document's, or empty.

    `tables` are the addresses of the class's tables (`class_tables`), likewise.
    """
    limit = MAX_PDF_STUDENTS if format is Format.PDF else None
    return _artifact("class", format, lambda legible: class_document(findings, options, legible, links, limit, tables))


def _artifact(stem: str, format: Format, document: Callable[[Legible], Document]) -> Artifact:  # noqa: A002 - as above
    if format is Format.HTML:
        body = page(document(Legible(Coverage.BROWSER)))
    else:
        try:
            body = typeset(document(Legible(Coverage.FONTS)))
        except CannotSetError as refusal:
            # Some mixture of characters that each have a glyph but not together; rather plain than no report.
            _logger.warning("Set again with code points beyond Latin, Greek and Cyrillic, because: %s", refusal)
            body = typeset(document(Legible(Coverage.NONE)))
    return Artifact(stem + format.suffix, format.media_type, body)
