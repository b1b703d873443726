"""Our own page printed by WeasyPrint, tagged as PDF/UA like ours.

The style sheet below helps it: what it is slow at (grids, flexible boxes, columns, line breaks anywhere) gives
way to plain blocks. Without it one report of 76 events was not done in a minute; with it, it takes half a second.
"""

import functools
import logging

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

_HELP = """
* { overflow-wrap: normal !important; }
main, .figures, .insights, .path, .legend { display: block !important; }
.path li, .legend li { display: inline !important; white-space: normal !important; }
.terms.small { columns: auto !important; }
"""
for _name in ("weasyprint", "weasyprint.progress"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
_fonts = FontConfiguration()


@functools.cache
def _help() -> CSS:
    return CSS(string=_HELP, font_config=_fonts)


def pdf(page: bytes) -> bytes:
    """The page as a tagged PDF."""
    document = HTML(string=page.decode())
    made: bytes | None = document.write_pdf(font_config=_fonts, stylesheets=[_help()], pdf_variant="pdf/ua-1")
    assert made
    return made
