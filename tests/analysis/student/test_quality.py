"""Notes on the data: printed whenever there is something to note, and only then."""

from datetime import timedelta

import pytest

from feedback.analysis import AnalysisSettings, DataNote, Findings, analyse, replaced_characters_note
from feedback.events import Event, Student
from tests.harness.logs import START, at, save, steps, student, submission


def notes(log: Student, settings: AnalysisSettings | None = None) -> dict[str, DataNote]:
    found: Findings = analyse(log, settings=settings or AnalysisSettings())
    return {note.code: note for note in found.data_notes}


def test_a_clean_log_has_no_notes() -> None:
    assert notes(student(save("a", 0), submission("a", 10, 0.5))) == {}


def test_a_log_without_events_says_so() -> None:
    assert list(notes(student())) == ["no_events"]


def test_missing_times_are_counted() -> None:
    assert notes(student(save("a", 0), save("a"), save("b")))["missing_times"].count == 2


def test_times_without_a_zone_are_counted_and_said_to_be_utc() -> None:
    note = notes(student(save("a", 0), Event("a", "save", at(9).replace(tzinfo=None))))["zoneless_times"]
    assert (note.count, note.text) == (1, "One time came without a time zone and was read as UTC.")


def test_an_exact_repetition_is_counted_whatever_zone_or_number_it_is_written_in() -> None:
    repeated = Event(1.0, "saved_code", at(5).replace(tzinfo=None))
    found = notes(student(save("1", 5), repeated, save(1, 5), save(1, 6), save(2, 5), submission(1, 5)))
    assert found["duplicates"].count == 2


def test_events_without_a_time_are_not_called_repetitions() -> None:
    assert "duplicates" not in notes(student(save("a"), save("a")))


def test_each_place_where_the_list_goes_back_in_time_is_counted() -> None:
    assert notes(student(*(save("a", t) for t in (10, 5, 20, 15, 30))))["list_order"].count == 2


def test_times_a_day_and_three_interquartile_ranges_away_are_far_off() -> None:
    near = steps("a", 0, 3600)
    assert notes(student(*near, save("a", 3 * 86_400)))["far_off_times"].count == 1
    assert "far_off_times" not in notes(student(*near, save("a", 20 * 3600)))


def test_work_spread_over_weeks_has_no_far_off_times() -> None:
    assert "far_off_times" not in notes(student(*(save("a", day * 86_400) for day in range(14))))


def test_a_far_off_time_silences_insights_about_timing() -> None:
    log = [*steps("a", 0, 3600), *steps("b", 3660, 7200), *steps("c", 7260, 9000)]
    assert any(insight.id == "steady" for insight in analyse(student(*log)).insights)
    stray = Event("a", "saved_code", START - timedelta(days=19_000))
    assert not any(insight.id == "steady" for insight in analyse(student(*log, stray)).insights)


def test_unknown_types_are_named_and_shortened() -> None:
    found = notes(
        student(Event("a", "polled", at(0)), Event("a", "x" * 200, at(1)), Event("a", "polled", at(2)), save("a", 3))
    )
    note = found["unknown_types"]
    assert note.count == 3
    assert "“polled”" in note.text
    assert len(note.text) < 300


def test_what_a_source_calls_other_is_no_unknown_type() -> None:
    assert "unknown_types" not in notes(student(Event("a", "other", at(0)), save("a", 3)))


def test_the_zone_that_was_assumed_is_said() -> None:
    settings = AnalysisSettings(assumed_zone="Europe/Berlin")
    said = notes(student(save("a", 0), save("a", 60)), settings)["assumed_zone"].text

    assert said == "Times that came without a time zone were read as Europe/Berlin."
    assert "assumed_zone" not in notes(student(save("a", 0)))
    assert "assumed_zone" not in notes(student(Event("a", "save")), settings)


def test_events_without_a_type_are_counted() -> None:
    assert notes(student(Event("a", None, at(0)), save("a", 1)))["missing_types"].count == 1


def test_a_log_of_submissions_only_warns_that_its_active_time_is_low() -> None:
    assert "10 minutes" in notes(student(submission("a", 0), submission("a", 50)))["submissions_only"].text


@pytest.mark.parametrize(
    ("gap", "questions", "batched"), [(2, "abc", 3), (2.001, "abc", 0), (1, "abab", 0), (0, "abcab", 3)]
)
def test_a_batch_is_submissions_to_three_questions_moments_apart(gap: float, questions: str, batched: int) -> None:
    found = analyse(student(save("a", 0), *(submission(q, 100 + i * gap) for i, q in enumerate(questions))))
    assert sum(question.batch_submissions for question in found.questions) == batched
    assert sum(note.count for note in found.data_notes if note.code == "batches") == batched


def test_a_save_between_them_ends_a_batch() -> None:
    log = student(submission("a", 0), submission("b", 1), save("b", 1), submission("c", 2), submission("d", 3))
    assert "batches" not in notes(log)


def test_characters_a_renderer_replaced_are_named() -> None:
    note = replaced_characters_note("\ufeff\ue000\ufeff", AnalysisSettings())
    assert note is not None
    assert (note.code, note.count) == ("characters_replaced", 2)
    assert "U+E000 and U+FEFF" in note.text
    assert replaced_characters_note("", AnalysisSettings()) is None
