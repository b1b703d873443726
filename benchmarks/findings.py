"""Students as the renderers are given them: findings, and the view model that a page is made from."""

from collections.abc import Iterator

from benchmarks import samples
from feedback.analysis import Findings, analyse
from feedback.rendering import RenderOptions
from feedback.rendering.blocks import Document
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.student.document import student_document

# One of each shape.
WARMING = 2


def students(seed: str, events: int, number: int) -> Iterator[Findings]:
    """Different students, one of an editor and one of an exam by turns; `WARMING` more than `number`."""
    shapes = list(samples.SHAPES)
    for index in range(WARMING + number):
        shape = shapes[index % len(shapes)]
        yield analyse(next(samples.students(shape, 1, f"{seed} {events} {index}", events)))


def document(of: Findings) -> Document:
    """The view model of a page."""
    return student_document(of, RenderOptions(), Legible(Coverage.BROWSER))
