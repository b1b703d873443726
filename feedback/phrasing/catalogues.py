"""Lists every text of a report for translators, and brings the translations in step with the list: `make messages`.

A message that is new in a translation is empty there, one that is gone is dropped; none is guessed ("fuzzy").
"""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from feedback.phrasing.i18n import LOCALE

TEMPLATE = LOCALE / "feedback.pot"
PACKAGE = Path(__file__).parent.parent
ROOMS = ("phrasing", "analysis", "rendering", "submissions", "web")
# The calls that mark a message, and how many of their first arguments are its forms. (Babel's own extraction knows
# Python by its tokens alone, and takes a `text` in a docstring for a call.)
MARKS = {"N_": 1, "NN_": 2, "text": 1, "count": 2}
_WIDTH = 100
# When and with what a list was made would change every file every time.
_UNSTABLE = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team): .*\n', re.MULTILINE
)


def listed() -> Catalog:
    """Every message of the code, in the order of the files."""
    found = Catalog(project="feedback-generator", version="", msgid_bugs_address="", fuzzy=False, header_comment="")
    for room in ROOMS:
        for source in sorted((PACKAGE / room).rglob("*.py")):
            for forms in marked(source.read_text(encoding="utf-8")):
                place = (source.relative_to(PACKAGE).as_posix(), 0)
                found.add(forms[0] if len(forms) == 1 else forms, locations=[place])
    return found


def marked(source: str) -> Iterator[tuple[str, ...]]:
    """The messages that a module marks: (text,) or (singular, plural)."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        forms = MARKS.get(getattr(node.func, "attr", getattr(node.func, "id", "")), 0)
        said = tuple(each.value for each in node.args[:forms] if isinstance(each, ast.Constant))
        if forms and len(said) == forms and all(isinstance(each, str) for each in said):
            yield tuple(map(str, said))


def translations() -> Iterator[tuple[str, Catalog]]:
    """Each language that there is a translation for, and what it says."""
    for path in sorted(LOCALE.glob("*.po")):
        with path.open("rb") as file:
            yield path.stem, read_po(file, locale=path.stem)


def write(path: Path, catalogue: Catalog) -> None:
    """The same bytes for the same messages."""
    made = io.BytesIO()
    write_po(made, catalogue, width=_WIDTH, ignore_obsolete=True, include_lineno=False)
    path.write_bytes(_UNSTABLE.sub(b"", made.getvalue()))


def main() -> None:
    template = listed()
    for language, catalogue in translations():
        catalogue.update(template, no_fuzzy_matching=True)
        write(LOCALE / f"{language}.po", catalogue)
    write(TEMPLATE, template)


if __name__ == "__main__":
    main()
