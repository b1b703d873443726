"""Which row of a roster is which student: pure, and never a guess.

A row and a student belong together by the first of these that both have and that is unique on both sides: the id
number, the e-mail address, its part before the @, the name. Unique among all rows and all students, also those that
belong together already: a report must not reach somebody of the same name because the other was found by a number.
"""

from collections import defaultdict
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
NOBODY, SEVERAL, TWICE = "fits no student", "fits more than one student", "fits a student that another row fits as well"


def join(rows: Sequence[RosterRow], people: Sequence[Person]) -> Joined:
    """Both in the order in which they came."""
    found: dict[int, Person] = {}  # by the place of the row
    taken = set[UUID]()
    why = dict.fromkeys(range(len(rows)), NOBODY)
    for of_row, of_person in _PASSES:
        fits = _fits(rows, people, of_row, of_person)
        rivals = defaultdict[UUID, int](int)
        for fitting in fits:
            for person in fitting:
                rivals[person.pk] += 1
        for place, fitting in enumerate(fits):
            if place in found or not fitting:
                continue
            [person, *others] = fitting
            if others:
                why[place] = SEVERAL
            elif rivals[person.pk] > 1 or person.pk in taken:
                why[place] = TWICE
            else:
                found[place] = person
                taken.add(person.pk)
    return Joined(
        [(found[place], row) for place, row in enumerate(rows) if place in found],
        [(row, why[place]) for place, row in enumerate(rows) if place not in found],
        [person for person in people if person.pk not in taken],
    )


def _fits(
    rows: Sequence[RosterRow],
    people: Sequence[Person],
    of_row: Callable[[RosterRow], Key],
    of_person: Callable[[Person], Key],
) -> list[list[Person]]:
    """For each row the students with the same key, in the row's namespace where it names one."""
    by_key = defaultdict[Key, list[Person]](list)
    for person in people:
        by_key[of_person(person)].append(person)
    return [
        [person for person in by_key.get(of_row(row), ()) if row.namespace is None or row.namespace == person.namespace]
        for row in rows
    ]


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
