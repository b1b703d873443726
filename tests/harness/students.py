"""The one factory of students in JSON, as a client posts them."""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
START = datetime(2024, 7, 21, 3, 0, tzinfo=UTC)


def student(
    student_id: str = "ada", *units: object, start: datetime = START, every: float = 10, **fields: object
) -> Json:
    """A student with a save on each unit, `every` seconds apart from `start` on.

    `fields` are added to the student or take the place of what is there; None leaves one out.
    """
    events = [
        {"unit": unit, "type": "saved_code", "created_time": f"{start + timedelta(seconds=every * number):%FT%TZ}"}
        for number, unit in enumerate(units or (1, 2))
    ]
    made = {"student_id": student_id, "namespace": "course", "events": events} | fields
    return {name: value for name, value in made.items() if value is not None}


def class_of(number: int, name: str = "student") -> list[Json]:
    return [student(f"{name}-{index}", 1, 2, 3) for index in range(number)]
