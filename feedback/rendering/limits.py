"""How much of a long log a document holds, and how it says that there is more."""

from collections.abc import Iterator

from feedback.rendering.blocks import Paragraph
from feedback.rendering.characters import Coverage
from feedback.rendering.words import Words

# What a document can hold of a log that names thousands: Typst took 15 GB for a table of 100,000.
MAX_QUESTIONS = 500
# And what a student's report on paper does, whose whole story is four pages.
PRINTED_QUESTIONS = 40


def limit_of(words: Words) -> int:
    """How many questions a table of a student's report holds."""
    return MAX_QUESTIONS if words.legible.coverage is Coverage.BROWSER else PRINTED_QUESTIONS


def not_shown(questions: int, words: Words, limit: int = MAX_QUESTIONS) -> Iterator[Paragraph]:
    """That a table stopped at `limit`, where it did."""
    if questions > limit:
        more = words.count(
            "… {number} more question is in the findings (JSON).",
            "… {number} more questions are in the findings (JSON).",
            questions - limit,
        )
        yield Paragraph(more)
