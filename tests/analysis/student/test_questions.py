"""What happened on each question, and the path between them."""

import pytest

from feedback.analysis import analyse
from feedback.analysis.student.questions import progress_of
from tests.harness.logs import at, save, student, submission


def test_the_questions_of_a_small_log_count_what_happened() -> None:
    found = analyse(
        student(
            save("a", 0),
            save("a", 30),
            submission("a", 60, 0.5),
            save("b", 90),
            submission("a", 100, 1.0),
            save("b", 160),
        )
    )
    first, second = found.questions
    assert (first.events, first.saves, first.submissions, first.other_events) == (4, 2, 2, 0)
    assert (first.visits, first.revisits) == (2, 1)
    assert (first.first_at, first.last_at, first.first_submission_at) == (at(0), at(100), at(60))
    assert first.seconds == 30 + 30 + 10
    assert (first.submission_intervals, first.median_submission_interval_seconds) == (1, 40)
    assert (first.quick_resubmissions, first.saved_not_submitted) == (1, False)
    assert (second.events, second.visits, second.seconds, second.saved_not_submitted) == (2, 2, 30 + 60, True)
    assert second.progress is None
    assert found.key_figures.questions_submitted == 1
    assert found.key_figures.questions_solved == 1


def test_the_path_is_the_list_of_visits_with_their_events_and_times() -> None:
    found = analyse(student(save("b", 0), save("b", 10), save("a", 30), save("b", 700)))
    assert [(run.question, run.events, run.seconds) for run in found.path] == [
        ("Q2", 2, 10),
        ("Q1", 1, 20),
        ("Q2", 1, None),
    ]
    assert [(run.first_at, run.last_at) for run in found.path] == [
        (at(0), at(10)),
        (at(30), at(30)),
        (at(700), at(700)),
    ]
    assert found.key_figures.switches == 2


def test_a_resubmission_is_quick_below_the_limit_only() -> None:
    found = analyse(student(submission("a", 0), submission("a", 60), submission("a", 119.999), submission("b", 120)))
    assert found.rhythm.quick_resubmissions == 1
    assert found.rhythm.submission_intervals == 2
    assert found.rhythm.median_submission_interval_seconds == pytest.approx(59.9995)


def test_intervals_between_submissions_are_taken_within_each_question() -> None:
    found = analyse(student(submission("a", 0), submission("b", 10), submission("a", 100), submission("b", 400)))
    assert [question.median_submission_interval_seconds for question in found.questions] == [100, 390]
    assert found.rhythm.median_submission_interval_seconds == 245
    assert found.rhythm.quick_resubmissions == 0


@pytest.mark.parametrize(
    ("scores", "attempts_to_best", "runs"),
    [
        ([1.0], 1, ()),
        ([0.0], 1, ()),
        ([0.0, 0.0, 0.0], 1, (2,)),
        ([0.2, 0.1, 0.2, 0.5, 0.5, 1.0], 6, (2, 1)),
        ([0.2, 1.0, 0.4, 1.0, 1.0], 2, ()),
        ([0.5, 0.4, 0.3, 0.9, 0.1], 4, (2, 1)),
    ],
)
def test_runs_without_improvement_are_counted_until_the_full_score(
    scores: list[float], attempts_to_best: int, runs: tuple[int, ...]
) -> None:
    progress = progress_of(scores)
    assert progress is not None
    assert (progress.first, progress.best, progress.last) == (scores[0], max(scores), scores[-1])
    assert progress.attempts_to_best == attempts_to_best
    assert progress.runs_without_improvement == runs


def test_submissions_without_a_score_leave_no_trace_in_the_progress() -> None:
    found = analyse(student(submission("a", 0), submission("a", 90, 0.5), submission("a", 200)))
    progress = found.questions[0].progress
    assert progress is not None
    assert (progress.scores, progress.attempts_to_best) == ((0.5,), 1)
