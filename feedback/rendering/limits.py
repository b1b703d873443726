"""How much of a long log a document holds, and how it says that there is more: all of it is in the findings (JSON)."""

from collections.abc import Iterator
from typing import NamedTuple

from feedback.phrasing.i18n import NN_
from feedback.rendering.blocks import Paragraph
from feedback.rendering.words import Words

Forms = tuple[str, str]


class Limit(NamedTuple):
    """How many rows a table holds in a browser and on paper."""

    on_screen: int
    printed: int

    def of(self, words: Words) -> int:
        """That of the document that `words` are for."""
        return self.on_screen if words.on_screen else self.printed


# What a document can hold of a log that names thousands: Typst took 15 GB for a table of 100,000.
MAX_QUESTIONS = 500
# On paper the whole story of a student takes four pages.
QUESTIONS = Limit(on_screen=MAX_QUESTIONS, printed=40)
# The weeks and the sittings of a student.
PERIODS = Limit(on_screen=300, printed=14)
CLASS_WEEKS = Limit(on_screen=300, printed=30)

MORE = NN_("… and {number} more, in the findings (JSON).", "… and {number} more, in the findings (JSON).")
MORE_QUESTIONS = NN_(
    "… {number} more question is in the findings (JSON).", "… {number} more questions are in the findings (JSON)."
)
MORE_UNOPENED = NN_(
    "… and {number} more question that you did not open, in the findings (JSON).",
    "… and {number} more questions that you did not open, in the findings (JSON).",
)
EARLIER = NN_(
    "… and {number} earlier one, in the findings (JSON).", "… and {number} earlier ones, in the findings (JSON)."
)
EARLIER_DAYS = NN_(
    "{number} earlier day is in the findings (JSON).", "{number} earlier days are in the findings (JSON)."
)
EARLIER_WEEKS = NN_(
    "… and {number} earlier week, in the findings (JSON).", "… and {number} earlier weeks, in the findings (JSON)."
)


def left_out(number: int, forms: Forms, words: Words) -> Iterator[Paragraph]:
    """A sentence on how many a table leaves out, in one of the `forms` above; nothing where it leaves out none."""
    if number > 0:
        yield Paragraph(words.count(*forms, number))
