"""Which row of a roster is which student: pure, and never a guess.

A row and a student belong together by the first of these that both have and that is unique on both sides: the id
number, the e-mail address, its part before the @, the name. Unique among all rows and all students, also those that
belong together already: a report must not reach somebody of the same name because the other was found by a number.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple
from uuid import UUID

from feedback.submissions.roster_file import RosterRow, in_spoken_order


class Person(NamedTuple):
    """A student of the upload, as the log calls them."""

    pk: UUID
    namespace: str
    student_id: str
    name: str


class Joined(NamedTuple):
    """Rows with their students, and what is left over on both sides, each in its order; `why` is for people."""

    pairs: list[tuple[Person, RosterRow]]
    rows: list[tuple[RosterRow, str]]
    people: list[Person]


Key = Hashable | None
# A key, and the namespace that a row names with it; None is any.
Wanted = tuple[Key, str | None]
NOBODY, SEVERAL, TWICE = "fits no student", "fits more than one student", "fits a student that another row fits as well"


def join(rows: Sequence[RosterRow], people: Sequence[Person]) -> Joined:
    """Both in the order in which they came. The work grows with their sum, however many have one key in common."""
    found: dict[int, Person] = {}  # by the place of the row
    taken = set[UUID]()
    why = dict.fromkeys(range(len(rows)), NOBODY)
    for of_row, of_person in _PASSES:
        wanted: list[Wanted] = [(of_row(row), row.namespace) for row in rows]
        fits, rivals = _fits(people, of_person), Counter(wanted)
        for place, (key, namespace) in enumerate(wanted):
            number, person = fits.get((key, namespace), (0, None))
            if place in found or person is None:
                continue
            if number > 1:
                why[place] = SEVERAL
            elif rivals[key, None] + rivals[key, person.namespace] > 1 or person.pk in taken:
                why[place] = TWICE
            else:
                found[place] = person
                taken.add(person.pk)
    return Joined(
        [(found[place], row) for place, row in enumerate(rows) if place in found],
        [(row, why[place]) for place, row in enumerate(rows) if place not in found],
        [person for person in people if person.pk not in taken],
    )


def _fits(people: Sequence[Person], of_person: Callable[[Person], Key]) -> dict[Wanted, tuple[int, Person]]:
    """How many students fit what a row can ask for, and the first of them; more is not needed of any."""
    found: dict[Wanted, tuple[int, Person]] = {}
    for person in people:
        key = of_person(person)
        for wanted in ((key, None), (key, person.namespace)):
            number, first = found.get(wanted, (0, person))
            found[wanted] = number + 1, first
    return found


def _address(row: RosterRow) -> str:
    """Some platforms log their users in by the address."""
    return (row.email or (row.login if "@" in row.login else "")).casefold()


def _login(row: RosterRow) -> str:
    return "" if "@" in row.login else row.login.casefold()


def _name(text: str) -> str:
    return in_spoken_order(text).casefold()


# The key of a row and the key of a student that make one pair; None or "" is no key.
_PASSES: tuple[tuple[Callable[[RosterRow], Key], Callable[[Person], Key]], ...] = (
    (lambda row: row.student_id or None, lambda person: person.student_id),
    (lambda row: _address(row) or None, lambda person: person.student_id.casefold()),
    (lambda row: _login(row) or _address(row).partition("@")[0] or None, lambda person: person.student_id.casefold()),
    (lambda row: _login(row) or None, lambda person: person.student_id.casefold().partition("@")[0]),
    (lambda row: _name(row.name) or None, lambda person: _name(person.name or person.student_id)),
)
