"""What was chosen for a file is kept for the owner's next file of that shape, within bounds."""

import pytest

from feedback.submissions import shapes
from feedback.submissions.models import FileShape

pytestmark = pytest.mark.django_db
SHAPE = shapes.shape_of("table", frozenset({"a", "b"}))


def test_it_is_the_owners_own_and_of_that_shape_alone() -> None:
    shapes.remember("ada", SHAPE, {"zone": "UTC"})

    assert shapes.recall("ada", SHAPE) == {"zone": "UTC"}
    assert shapes.recall("bob", SHAPE) == {}
    assert shapes.recall("ada", shapes.shape_of("table", frozenset({"a"}))) == {}
    assert shapes.recall("ada", shapes.shape_of("feedback", frozenset({"a", "b"}))) == {}


def test_the_latest_counts_and_nothing_chosen_forgets_it() -> None:
    shapes.remember("ada", SHAPE, {"zone": "UTC"})
    shapes.remember("ada", SHAPE, {"zone": "Asia/Tokyo"})
    assert shapes.recall("ada", SHAPE) == {"zone": "Asia/Tokyo"}

    shapes.remember("ada", SHAPE, {})
    assert not FileShape.objects.exists()


def test_only_the_latest_are_kept() -> None:
    for number in range(60):
        shapes.remember("ada", shapes.shape_of(str(number), frozenset()), {"zone": str(number)})

    assert FileShape.objects.count() == 50
    assert shapes.recall("ada", shapes.shape_of("0", frozenset())) == {}
    assert shapes.recall("ada", shapes.shape_of("59", frozenset())) == {"zone": "59"}


def test_what_is_too_large_to_be_a_format_is_not_kept() -> None:
    shapes.remember("ada", SHAPE, {"zone": "x" * 30_000})

    assert not FileShape.objects.exists()
