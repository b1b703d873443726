"""Jadud's error quotient, between the bounds that a log without types of errors gives."""

import io
import random
from datetime import UTC, datetime, timedelta

import pytest

from feedback.analysis import analyse, how_to_read
from feedback.events import Event, Limits, SourceOptions, read_source
from tests.harness.logs import at, save, student, submission

SIGNS = {"x": "compile_error", "o": "compile", "r": "run", "s": "submission", "w": "save"}


def log(signs: str, step: int = 1) -> list[Event]:
    return [Event("a", SIGNS[sign], at(60 * minute * step)) for minute, sign in enumerate(signs)]


@pytest.mark.parametrize(
    ("signs", "failed", "pairs"),
    [
        ("xx", 1, 1),
        ("xo", 0, 1),
        ("xxoxx", 2, 4),
        ("xwx", 1, 1),  # what is no compilation does not come between
        ("xrx", 0, 2),  # a program that ran was compiled, in a log that says so of none
        ("xorx", 0, 2),
        ("xsx", 0, 2),
        ("xsrx", 0, 3),  # one run does not hide that a submission compiled
        ("xsx" + "r" * 3, 0, 5),
    ],
)
def test_pairs_that_both_failed_are_between_eight_and_eleven_elevenths(signs: str, failed: int, pairs: int) -> None:
    found = analyse(student(*log(signs))).compiling

    assert found is not None
    assert (found.failed_pairs, found.pairs) == (failed, pairs)
    assert found.error_quotient_high == pytest.approx(failed / pairs)
    assert found.error_quotient_low == pytest.approx(8 / 11 * failed / pairs)


@pytest.mark.parametrize("events", [log("oooo"), [save("a", 0), submission("a", 1, 0.5)]])
def test_a_log_in_which_nothing_failed_says_so_whether_or_not_its_platform_records_results(events: list[Event]) -> None:
    found = analyse(student(*events))
    [limit] = [each.text for each in how_to_read(found) if each.measure == "error_quotient"]

    assert found.compiling is None
    assert "failed compilations, and this log has none" in limit
    assert "does not hold" not in limit


def test_compilations_of_two_sittings_are_no_pair() -> None:
    found = analyse(student(*log("xx", step=121))).compiling

    assert found is not None
    assert (found.compilations, found.errors, found.pairs) == (2, 2, 0)
    assert found.error_quotient_high is None


def test_a_log_with_them_explains_the_quotient_and_what_is_still_not_measured() -> None:
    measures = {each.measure for each in how_to_read(analyse(student(*log("xxo"))))}

    assert {"compiling.error_quotient_high", "watwin_score"} <= measures
    assert "error_quotient" not in measures


HEADER = "EventType,EventID,SubjectID,ServerTimestamp,ProblemID\n"


def quotient_by_hand(kinds: list[tuple[str, datetime]]) -> float | None:
    """Jadud's quotient of a student's compilations, with every two errors taken for different ones."""
    costs = []
    for i in range(1, len(kinds)):
        if (kinds[i][1] - kinds[i - 1][1]).total_seconds() <= 2 * 60 * 60:
            both = kinds[i][0] == "Compile.Error" and kinds[i - 1][0] == "Compile.Error"
            costs.append((8 if both else 0) / 11)
    return sum(costs) / len(costs) if costs else None


@pytest.mark.parametrize("seed", range(20))
def test_the_quotient_of_a_progsnap2_table_is_the_one_worked_out_by_hand(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
    time, rows, compilations = datetime(2024, 7, 21, 9, tzinfo=UTC), [], list[tuple[str, datetime]]()
    for number in range(40):
        time += timedelta(seconds=chance.choice([7, 31, 65, 601, 7_199, 7_301]))
        what = chance.choice(["Compile", "Compile.Error", "Compile.Error", "File.Edit", "Submit"])
        rows.append(f"{what},{number},ada,{time.isoformat()},p{chance.randint(1, 3)}\n")
        if what.startswith("Compile"):
            compilations.append((what, time))
    table = io.BytesIO((HEADER + "".join(rows)).encode())
    [ada] = read_source(table, "progsnap2", SourceOptions(), Limits())
    found = analyse(ada).compiling

    assert found is not None
    assert (found.compilations, found.errors) == (
        len(compilations),
        sum(what == "Compile.Error" for what, _ in compilations),
    )
    assert found.error_quotient_low == pytest.approx(quotient_by_hand(compilations))
