"""Items, versions and scores of a real exam against the same worked out straight from its JSON.

Nothing here is shared with the analysis but the numbers that are compared: dictionaries, `statistics`, and Student's t
for these many students from a table. Where the file is not, see `test_by_hand.py`.
"""

import gzip
import json
import statistics
from collections import defaultdict
from datetime import datetime
from functools import cache

import pytest

from feedback.analysis import ClassFindings, analyse, analyse_class, facts_of
from feedback.events import decode_student
from tests.analysis.test_by_hand import TIMED

T_1574 = 1.96147  # t(0.975) for 1,574 degrees of freedom


class Outcome:
    """What one student has: the best score of each version and of each question, and the minutes on each question."""

    def __init__(self, events: list[dict[str, object]]) -> None:
        self.versions: dict[str, float] = {}
        self.minutes: dict[str, float] = defaultdict(float)
        previous = None
        for event in sorted(events, key=when):
            unit, score = str(event["unit"]), float(str(event["score"]))
            self.versions[unit] = max(score, self.versions.get(unit, 0))
            if previous is not None:
                self.minutes[question_of(unit)] += (when(event) - previous).total_seconds() / 60
            previous = when(event)

    @property
    def questions(self) -> dict[str, float]:
        best: dict[str, float] = {}
        for unit, score in self.versions.items():
            best[question_of(unit)] = max(score, best.get(question_of(unit), 0))
        return best

    @property
    def total(self) -> float:
        return sum(self.questions.values())


def when(event: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(event["created_time"]))


def question_of(unit: str) -> str:
    return unit[: unit.rindex("_")]


@cache
def raw() -> list[dict[str, object]]:
    if not TIMED.exists():
        pytest.skip(f"{TIMED.name} is third-party data and not here; set FEEDBACK_TEST_DATA to its folder")
    students: list[dict[str, object]] = json.loads(gzip.decompress(TIMED.read_bytes()))
    return students


@cache
def by_hand() -> list[Outcome]:
    return [Outcome(student["events"]) for student in raw()]  # type: ignore[arg-type] # JSON


@cache
def found() -> ClassFindings:
    students = [decode_student(json.dumps(student).encode()) for student in raw()]
    facts = facts_of(students)
    return analyse_class(analyse(student, facts=facts) for student in students)


def test_the_scores_of_the_class() -> None:
    totals, scores = [each.total for each in by_hand()], found().scores
    assert scores is not None
    assert scores.n == len(totals) == 1575
    assert scores.mean == pytest.approx(statistics.fmean(totals))
    assert scores.standard_deviation == pytest.approx(statistics.stdev(totals))
    assert (round(scores.mean, 2), round(scores.standard_deviation or 0, 2), scores.possible) == (5.74, 0.97, 7)
    assert scores.below_half == sum(total < 3.5 for total in totals) == 44
    counted = [0] * 14
    for total in totals:
        counted[min(int(total * 2), 13)] += 1
    assert scores.histogram == tuple(counted)


@pytest.mark.parametrize("question", ["q14", "q15", "q16", "q17", "q18", "q19", "q20"])
def test_an_item_is_what_one_works_out_by_hand(question: str) -> None:
    outcomes = [each for each in by_hand() if question in each.questions]
    shares = [each.questions[question] for each in outcomes]
    rests = [each.total - each.questions[question] for each in outcomes]
    item = next(each for each in found().items if each.slot == question)
    mean, spread = statistics.fmean(shares), statistics.stdev(shares)
    half_width = T_1574 * spread / len(shares) ** 0.5
    largest = statistics.covariance(sorted(shares), sorted(rests))

    assert item.n == len(outcomes)
    assert item.facility == pytest.approx(mean)
    assert item.standard_deviation == pytest.approx(spread)
    assert (item.facility_low, item.facility_high) == pytest.approx((mean - half_width, mean + half_width), abs=1e-6)
    assert item.full_share == pytest.approx(sum(share >= 1 for share in shares) / len(shares))
    assert item.discrimination_index == pytest.approx(statistics.correlation(shares, rests), abs=1e-9)
    assert item.discriminative_efficiency == pytest.approx(statistics.covariance(shares, rests) / largest, abs=1e-9)
    minutes = [each.minutes[question] for each in outcomes if question in each.minutes]
    assert (item.median_seconds or 0) / 60 == pytest.approx(statistics.median(minutes), rel=1e-6)


@pytest.mark.parametrize("question", ["q14", "q18", "q19", "q20"])
def test_versions_are_what_one_works_out_by_hand(question: str) -> None:
    shares = defaultdict(list)
    for each in by_hand():
        for unit, score in each.versions.items():
            if question_of(unit) == question:
                shares[unit].append(score)
    item = next(each for each in found().items if each.slot == question)
    assert {version.unit: version.n for version in item.versions} == {unit: len(each) for unit, each in shares.items()}
    assert item.facility is not None
    for version in item.versions:
        assert version.facility == pytest.approx(statistics.fmean(shares[version.unit]))
        assert version.facility is not None
        if version.differs:
            assert version.n >= 20
            assert abs(version.facility - item.facility) >= 0.1
            # The normal interval is narrower than the t interval, and one of many wider than one alone.
            reach = 1.96 * statistics.stdev(shares[version.unit]) / version.n**0.5
            assert abs(version.facility - item.facility) > reach


def test_what_is_known_of_this_exam_holds() -> None:
    items = {item.slot: item for item in found().items}
    hardest = min(items.values(), key=lambda item: item.facility or 1)
    assert hardest.slot == "q18"
    assert round(hardest.facility or 0, 2) == 0.65
    assert round(hardest.full_share or 0, 2) == 0.19
    assert round(hardest.discrimination_index or 0, 2) == 0.49
    assert round((hardest.median_seconds or 0) / 60) == 29
    q19 = sorted((round(version.facility or 0, 2), version.n) for version in items["q19"].versions if version.n >= 20)
    assert (q19[0], q19[-1]) == ((0.33, 49), (0.9, 111))
    assert items["q19"].unequal


def test_the_students_to_look_at_first_are_those_with_the_most_at_stake() -> None:
    first = found().attention[0]
    assert (first.student_id, round(first.score_earned or 0, 2)) == ("31907", 0.22)
    assert first.reason.startswith("left after")
    assert len(found().attention) == 12
    assert all(each.reason for each in found().attention)
    rows = found().rows
    assert all(rows[each.row].student_id == each.student_id for each in found().attention)
