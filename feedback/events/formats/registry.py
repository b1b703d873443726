"""The sources of other platforms. A new one is a module with a `Format`, and a line here: HTTP, pages and command
line, their documentation and the fuzz tests take it from this list.
"""

from collections.abc import Mapping

from feedback.events.formats import (
    ccs,
    codeforces,
    datashop,
    gradescope,
    moodle_coderunner,
    open_edx,
    prairielearn,
    progsnap2,
    table,
    xapi,
)
from feedback.events.formats.format import Format

# In the order in which a choice shows them; a spreadsheet of nobody in particular comes last.
_ALL = (
    moodle_coderunner.FORMAT,
    prairielearn.FORMAT,
    gradescope.FORMAT,
    progsnap2.FORMAT,
    xapi.FORMAT,
    open_edx.FORMAT,
    ccs.FORMAT,
    codeforces.FORMAT,
    datashop.FORMAT,
    table.FORMAT,
)
FORMATS: Mapping[str, Format] = {format_.name: format_ for format_ in _ALL}
