"""A student's events laid out once for every measure: questions named, kinds told apart, in time order."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from feedback.analysis.facts import ClassFacts
from feedback.analysis.findings import Mark
from feedback.analysis.kinds import kind_of
from feedback.analysis.outliers import far_off_hours, near_part
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.batches import batched
from feedback.analysis.student.looks import batch_looks, visit_looks
from feedback.analysis.student.ordering import gaps_of, time_order
from feedback.analysis.student.repeats import on_full_minutes, repeated
from feedback.analysis.times import SECOND, in_utc, instant, microseconds
from feedback.analysis.units import Unit, in_order, unit_of
from feedback.events import Event
from feedback.events.kinds import Kind


class Bounds(NamedTuple):
    """When the exam began and ended for a student, in microseconds; only the beginning may be known."""

    start: int
    end: int | None


class Log(msgspec.Struct, frozen=True):
    """`units[n - 1]` is question n, by its alias `aliases[n - 1]`. `received` holds question numbers as received.

    `marks`, `instants`, `gaps`, `charged` and `batched` are parallel, in time order and without the `repeats`:
    `instants` are microseconds (None without a time, and for the `far_off` ones); a gap is the time since the timed
    event before (None at the first and where there is no time); `charged` is the time that counts for the question of
    the event; `batched` says which marks belong to a batch. `runs` are the positions of each visit: maximal runs on
    one question, looks aside. `by_question[n - 1]` are the positions of question n's marks,
    `between_submissions[n - 1]` the intervals between its timed attempts. `out_of_order` counts the places at which a
    time is earlier than the one received before it. `bounds` are those of the exam where they are used, `outside` the
    events beyond them; `scored` are the numbers of questions that have a score on an event of any kind;
    `full_minutes` says that the log knows no seconds, `visits` that it is one of page visits.
    """

    units: tuple[Unit, ...]
    aliases: tuple[str, ...]
    received: tuple[int, ...]
    marks: tuple[Mark, ...]
    instants: tuple[int | None, ...]
    gaps: tuple[int | None, ...]
    charged: tuple[int | None, ...]
    batched: tuple[bool, ...]
    runs: tuple[Sequence[int], ...]
    by_question: tuple[tuple[int, ...], ...]
    between_submissions: tuple[tuple[int, ...], ...]
    out_of_order: int
    repeats: int
    far_off: int
    outside: int
    scored: frozenset[int]
    bounds: Bounds | None
    full_minutes: bool
    visits: bool

    @property
    def timed(self) -> list[int]:
        """The instants there are."""
        return [at for at in self.instants if at is not None]

    @property
    def span(self) -> tuple[int, int] | None:
        """What shares of time are of: the exam's window where it is used, else from the first event to the last."""
        timed = self.timed
        if self.bounds is not None and self.bounds.end is not None:
            return self.bounds.start, self.bounds.end
        return (timed[0], timed[-1]) if timed else None


def seconds_of(charged: Iterable[int | None]) -> float | None:
    """The time that these charges come to; None where there is none."""
    counted = [gap for gap in charged if gap is not None]
    return sum(counted) / SECOND if counted else None


def lay_out(events: Sequence[Event], settings: AnalysisSettings, facts: ClassFacts, given: Bounds | None = None) -> Log:
    """The log of a student's events; they may be none, lack times, and come in any order.

    `given` are the exam's bounds; where under half of the timed events lie inside they are not used.
    """
    visits = facts.log_kind == "visits"
    units, received = _numbered(events, section_numbers=facts.section_numbers)
    moments = [None if event.created_time is None else in_utc(event.created_time) for event in events]
    received_instants = [None if moment is None else instant(moment) for moment in moments]
    counted = _counted(events, received, received_instants, visits=visits)
    questions = counted.questions
    hours = far_off_hours(facts.kind, settings.far_off_hours)
    instants, far_off = _near([received_instants[i] for i in counted.positions], hours)
    bounds, outside = _used(given, [at for at in instants if at is not None])
    gaps, full_minutes = gaps_of(instants), on_full_minutes(instants)
    charged = _charged(instants, gaps, bounds, settings, visits=visits, course=facts.kind == "course")
    no_seconds = visits or full_minutes
    in_batch = [False] * len(questions) if no_seconds else batched(questions, counted.kinds, gaps, settings)
    looks = _looks(counted, charged, in_batch, visits=visits)
    when = [moments[i] for i in counted.positions]
    marks = tuple(map(Mark, when, questions, counted.kinds, counted.scores, looks))
    by_question = _positions(questions, len(units))
    return Log(
        units=units,
        aliases=tuple(f"Q{number}" for number in range(1, len(units) + 1)),
        received=tuple(received),
        marks=marks,
        instants=instants,
        gaps=gaps,
        charged=charged,
        batched=tuple(in_batch),
        runs=_runs(questions, looks),
        by_question=by_question,
        between_submissions=tuple(() if visits else _between(marks, instants, here) for here in by_question),
        out_of_order=_descents(received_instants),
        repeats=len(events) - len(questions),
        far_off=far_off,
        outside=outside,
        scored=frozenset(number for number, event in zip(received, events, strict=True) if event.score is not None),
        bounds=bounds,
        full_minutes=full_minutes,
        visits=visits,
    )


def _numbered(events: Sequence[Event], *, section_numbers: bool) -> tuple[tuple[Unit, ...], list[int]]:
    # An int and a float may compare equal and yet be two units (1e23), so the type is part of the key.
    raw = [(type(event.unit), event.unit) for event in events]
    unit = {key: unit_of(key[1], section_numbers) for key in set(raw)}
    units = tuple(in_order(unit.values()))
    numbers = {each: number for number, each in enumerate(units, start=1)}
    number_of = {key: numbers[each] for key, each in unit.items()}
    return units, [number_of[key] for key in raw]


class _Counted(NamedTuple):
    """The events that count, repeats aside, in time order: their positions as received, and what each one is."""

    positions: Sequence[int]
    questions: Sequence[int]
    kinds: Sequence[Kind]
    scores: Sequence[float | None]


def _counted(
    events: Sequence[Event], received: Sequence[int], instants: Sequence[int | None], *, visits: bool
) -> _Counted:
    order = time_order(instants)
    kinds = [kind_of(events[i].type) for i in order]
    if not visits:  # a page that is opened twice was visited twice
        alike = repeated([(received[i], events[i].type, instants[i], events[i].score) for i in order], kinds)
        kept = [place for place, repeat in enumerate(alike) if not repeat]
        order, kinds = [order[place] for place in kept], [kinds[place] for place in kept]
    scores = [events[i].score if kind == "submission" else None for i, kind in zip(order, kinds, strict=True)]
    return _Counted(order, [received[i] for i in order], kinds, scores)


def _looks(
    counted: _Counted, charged: Sequence[int | None], in_batch: Sequence[bool], *, visits: bool
) -> Sequence[bool]:
    """Which events only show a question again."""
    _, questions, kinds, scores = counted
    if visits:
        return visit_looks(questions, kinds, scores, charged)
    return batch_looks(questions, kinds, scores, in_batch)


def _near(instants: Sequence[int | None], hours: float) -> tuple[tuple[int | None, ...], int]:
    """The instants without far-off ones, and how many those are."""
    timed = [at for at in instants if at is not None]
    near = near_part(timed, hours)
    if len(near) == len(timed):
        return tuple(instants), 0
    low, high = timed[near[0]], timed[near[-1]]
    kept = tuple(at if at is not None and low <= at <= high else None for at in instants)
    return kept, len(timed) - len(near)


def _used(given: Bounds | None, timed: Sequence[int]) -> tuple[Bounds | None, int]:
    """The bounds where at least half of the timed events lie inside, and how many lie outside."""
    if given is None or not timed:
        return None, 0
    outside = sum(at < given.start or (given.end is not None and at > given.end) for at in timed)
    return (given if 2 * outside <= len(timed) else None), outside


def _charged(
    instants: Sequence[int | None],
    gaps: Sequence[int | None],
    bounds: Bounds | None,
    settings: AnalysisSettings,
    *,
    visits: bool,
    course: bool,
) -> tuple[int | None, ...]:
    if not visits:
        limit = microseconds(settings.session_gap_minutes)
        return tuple(gap if gap is not None and gap <= limit else None for gap in gaps)
    charged = list(gaps)
    first = next((i for i, at in enumerate(instants) if at is not None), None)
    if first is not None and bounds is not None and (at := instants[first]) is not None and at >= bounds.start:
        charged[first] = at - bounds.start
    if course:  # a night between two sittings is no work on a question
        limit = microseconds(settings.sitting_gap_minutes)
        charged = [None if gap is not None and gap > limit else gap for gap in charged]
    return tuple(charged)


def _descents(instants: Sequence[int | None]) -> int:
    return sum(later < earlier for earlier, later in pairwise(at for at in instants if at is not None))


def _positions(questions: Sequence[int], count: int) -> tuple[tuple[int, ...], ...]:
    positions: list[list[int]] = [[] for _ in range(count)]
    for position, question in enumerate(questions):
        positions[question - 1].append(position)
    return tuple(tuple(here) for here in positions)


def _runs(questions: Sequence[int], looks: Sequence[bool]) -> tuple[Sequence[int], ...]:
    """The positions of each visit, looks aside."""
    runs: list[list[int]] = []
    before = 0
    for position, (question, look) in enumerate(zip(questions, looks, strict=True)):
        if look:
            continue
        if question == before:
            runs[-1].append(position)
        else:
            runs.append([position])
        before = question
    return tuple(runs)


def _between(marks: Sequence[Mark], instants: Sequence[int | None], positions: Sequence[int]) -> tuple[int, ...]:
    timed = [
        at for i in positions if marks[i].kind == "submission" and not marks[i].look and (at := instants[i]) is not None
    ]
    return tuple(later - earlier for earlier, later in pairwise(timed))
