"""A student's events laid out once for every measure: questions named, kinds told apart, in time order."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

import msgspec

from feedback.analysis.findings import Kind, Mark
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.batches import batched
from feedback.analysis.times import SECOND, in_utc, instant, microseconds
from feedback.analysis.units import Unit, in_order, unit_of
from feedback.events import Event

# The names platforms use, compared without regard to case and with `-` and blanks as `_`.
SAVES = frozenset({"saved_code", "save_code", "code_saved", "save", "saved", "autosave", "auto_save", "autosaved"})
SUBMISSIONS = frozenset(
    {"submission", "submissions", "submit", "submitted", "submit_code", "submitted_code", "code_submitted"}
)


class Log(msgspec.Struct, frozen=True):
    """`units[n - 1]` is question n, by its alias `aliases[n - 1]`. `received` holds question numbers as received.

    `marks`, `instants`, `gaps`, `charged` and `batched` are parallel and in time order: `instants` are
    microseconds (None without a time); a gap is the time since the timed event before (None at the first
    and where there is no time); `charged` keeps the gaps that count as active time; `batched` says which
    marks belong to a batch. `visits` are slices of them: maximal runs on one question. `by_question[n - 1]`
    are the positions of question n's marks, `between_submissions[n - 1]` the intervals between its timed
    submissions. `out_of_order` counts the places at which a time is earlier than the one received before it.
    """

    units: tuple[Unit, ...]
    aliases: tuple[str, ...]
    received: tuple[int, ...]
    marks: tuple[Mark, ...]
    instants: tuple[int | None, ...]
    gaps: tuple[int | None, ...]
    charged: tuple[int | None, ...]
    batched: tuple[bool, ...]
    visits: tuple[slice, ...]
    by_question: tuple[tuple[int, ...], ...]
    between_submissions: tuple[tuple[int, ...], ...]
    out_of_order: int


def active_seconds(charged: Iterable[int | None]) -> float | None:
    """The active time that these gaps come to; None where none of them counts."""
    counted = [gap for gap in charged if gap is not None]
    return sum(counted) / SECOND if counted else None


def lay_out(events: Sequence[Event], settings: AnalysisSettings) -> Log:
    """The log of a student's events; they may be none, lack times, and come in any order."""
    units, received = _numbered(events)
    moments = [None if event.created_time is None else in_utc(event.created_time) for event in events]
    instants = [None if moment is None else instant(moment) for moment in moments]
    order = time_order(instants)
    ordered = tuple(instants[i] for i in order)
    marks = tuple(_mark(events[i], received[i], kind_of(events[i].type), moments[i]) for i in order)
    by_question = _positions(marks, len(units))
    gaps, session_gap = _gaps(ordered), microseconds(settings.session_gap_minutes)
    return Log(
        units=units,
        aliases=tuple(f"Q{number}" for number in range(1, len(units) + 1)),
        received=tuple(received),
        marks=marks,
        instants=ordered,
        gaps=gaps,
        charged=tuple(gap if gap is not None and gap <= session_gap else None for gap in gaps),
        batched=batched(marks, gaps, settings),
        visits=visits(marks),
        by_question=by_question,
        between_submissions=tuple(_between_submissions(marks, ordered, here) for here in by_question),
        out_of_order=_descents(instants),
    )


@lru_cache(maxsize=1024)
def kind_of(type_name: str | None) -> Kind:
    """What an event of this type counts as; anything unknown is `other`."""
    if type_name is None:
        return "other"
    name = "_".join(type_name.casefold().replace("-", " ").replace("_", " ").split())
    if name in SAVES:
        return "save"
    return "submission" if name in SUBMISSIONS else "other"


def time_order(instants: Sequence[int | None]) -> list[int]:
    """Positions in time order: a stable sort of the timed events; one without a time stays where it stands."""
    order = list(range(len(instants)))
    timed = [i for i in order if instants[i] is not None]
    for slot, position in zip(timed, sorted(timed, key=instants.__getitem__), strict=True):  # type: ignore[arg-type]
        order[slot] = position
    return order


def _numbered(events: Sequence[Event]) -> tuple[tuple[Unit, ...], list[int]]:
    # An int and a float may compare equal and yet be two units (1e23), so the type is part of the key.
    raw = [(type(event.unit), event.unit) for event in events]
    unit = {key: unit_of(key[1]) for key in set(raw)}
    units = tuple(in_order(unit.values()))
    numbers = {each: number for number, each in enumerate(units, start=1)}
    number_of = {key: numbers[each] for key, each in unit.items()}
    return units, [number_of[key] for key in raw]


def _mark(event: Event, question: int, kind: Kind, at: datetime | None) -> Mark:
    return Mark(at, question, kind, event.score if kind == "submission" else None)


def _descents(instants: Sequence[int | None]) -> int:
    return sum(later < earlier for earlier, later in pairwise(at for at in instants if at is not None))


def _positions(marks: Sequence[Mark], questions: int) -> tuple[tuple[int, ...], ...]:
    positions: list[list[int]] = [[] for _ in range(questions)]
    for position, mark in enumerate(marks):
        positions[mark.question - 1].append(position)
    return tuple(tuple(here) for here in positions)


def visits(marks: Sequence[Mark]) -> tuple[slice, ...]:
    """Where each visit stands among the marks: the maximal runs of consecutive events on one question."""
    if not marks:
        return ()
    numbers = enumerate(pairwise([mark.question for mark in marks]), start=1)
    starts = [0, *(position for position, (before, here) in numbers if here != before)]
    return tuple(map(slice, starts, [*starts[1:], len(marks)]))


def _between_submissions(
    marks: Sequence[Mark], instants: Sequence[int | None], positions: Sequence[int]
) -> tuple[int, ...]:
    timed = [at for i in positions if marks[i].kind == "submission" and (at := instants[i]) is not None]
    return tuple(later - earlier for earlier, later in pairwise(timed))


def _gaps(instants: Sequence[int | None]) -> tuple[int | None, ...]:
    gaps: list[int | None] = []
    before: int | None = None
    for at in instants:
        gaps.append(None if at is None or before is None else at - before)
        if at is not None:
            before = at
    return tuple(gaps)
