"""Our own page printed by WeasyPrint, tagged as PDF/UA like ours.

The style sheet below helps it: the layouts it is slowest at (flexible boxes, columns, line breaks
anywhere) give way to plain ones. Measured on reports of 146 events: 4.5 s without, 1 s with it.
"""

import functools
import logging

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

_HELP = """
* { overflow-wrap: normal !important; }
.path, .legend { display: block; }
.path li, .legend li { display: inline; white-space: normal; }
.terms.small { columns: auto; }
"""
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
_fonts = FontConfiguration()


@functools.cache
def _help() -> CSS:
    return CSS(string=_HELP, font_config=_fonts)


def pdf(page: bytes) -> bytes:
    """The page as a tagged PDF."""
    document = HTML(string=page.decode())
    made = document.write_pdf(font_config=_fonts, stylesheets=[_help()], pdf_variant="pdf/ua-1")
    assert made
    return made
