"""The measures of suggestions about time and submitting: each looks at one student's evidence, or says nothing."""

from feedback.analysis.findings import OPENED
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.observation import Observation
from feedback.analysis.insights.result_measures import SEVERAL_QUESTIONS
from feedback.analysis.times import SECOND, instant
from feedback.phrasing.i18n import N_
from feedback.phrasing.numbers import duration, number, percent

SUBMIT_FIRST = N_("Submit a first version as soon as it runs. The result shows what is still missing.")
LEAST_LEFT = 5 * 60


def saved_not_submitted(evidence: Evidence) -> Observation | None:
    """The minutes of work on questions that were saved and never submitted."""
    aliases = [question.alias for question in evidence.questions if question.saved_not_submitted]
    if not aliases or not evidence.figures.submissions:
        return None
    minutes = evidence.minutes(aliases)
    points = sum(evidence.lost.get(alias, 0.0) for alias in aliases)
    words = {
        "questions": evidence.names(aliases),
        "time": evidence.time(minutes),
        "all": evidence.time(evidence.figures.minutes),
    }
    step = "" if evidence.is_exam else evidence.say.gettext(SUBMIT_FIRST)
    return Observation(minutes, tuple(aliases), len(aliases), words, points, minutes, step)


def unused_time(evidence: Evidence) -> Observation | None:
    """The share of the exam's window, else of the class's usual one, that was left after the last event.

    Nothing where nothing was left to do: stopping was then right.
    """
    left = seconds_left(evidence)
    if left is None or evidence.done or left[0] < LEAST_LEFT:
        return None
    words = {"time": duration(left[0], evidence.say), "share": percent(left[0] / left[1], evidence.say)}
    return Observation(left[0] / left[1], (), 2 if evidence.window is None else 1, words, 0, left[0] / 60)


def seconds_left(evidence: Evidence) -> tuple[float, float] | None:
    """The time after the last event, and of how much: of the exam's window, else of the class's usual one."""
    if not evidence.log.timed:
        return None
    window, usual = evidence.window, evidence.facts.usual_window
    if window is not None:
        if not window.used or window.unused_seconds is None:
            return None
        return window.unused_seconds, (window.ends_at - window.starts_at).total_seconds()
    if usual is None:
        return None
    left = (instant(usual.ends_at) - evidence.log.timed[-1]) / SECOND
    return max(left, 0.0), (usual.ends_at - usual.starts_at).total_seconds()


def _ended_early(evidence: Evidence) -> bool:
    """Whether so much time was left that the student's own end is not the end of the exam."""
    left = seconds_left(evidence)
    return left is not None and left[0] >= evidence.settings.late_share_of_window * left[1]


def quick_resubmissions(evidence: Evidence) -> Observation | None:
    """Submissions soon after the one before on the same question, on questions that cost points."""
    if evidence.log.full_minutes or evidence.log.visits:
        return None
    limit = evidence.settings.quick_resubmission_seconds
    quick = {
        question.alias: question.quick_resubmissions
        for question in evidence.questions
        if question.quick_resubmissions and (not evidence.scored or question.alias in evidence.lost)
    }
    total = sum(quick.values())
    words = {"questions": evidence.names(quick), "quick": number(limit, evidence.say)}
    return Observation(total, tuple(quick), total, words, 0, total * limit / 60)


def one_question(evidence: Evidence) -> Observation | None:
    """The question with the largest share of the time, where nothing is known of its score."""
    spent = evidence.figures.seconds
    if len(evidence.questions) < SEVERAL_QUESTIONS or not evidence.shows_work or evidence.scored or not spent:
        return None
    most = max(evidence.questions, key=lambda question: question.seconds or 0)
    seconds = most.seconds or 0
    words = {
        "questions": evidence.name(most.alias),
        "time": evidence.time(most.minutes),
        "share": percent(seconds / spent, evidence.say),
    }
    fair = spent / len(evidence.questions)
    return Observation(seconds / spent, (most.alias,), 1, words, 0, (seconds - fair) / 60)


def opened_late(evidence: Evidence) -> Observation | None:
    """Questions first touched in the last part of the time, that cost points where these are known."""
    late = evidence.late
    if late is None or len(evidence.questions) < SEVERAL_QUESTIONS or not evidence.shows_timing:
        return None
    if _ended_early(evidence):
        return None
    aliases = [alias for alias in late.first_touched if not evidence.scored or alias in evidence.lost]
    firsts = [at for alias in aliases if (at := evidence.of_alias[alias].first_at) is not None]
    span = evidence.log.span
    if not firsts or span is None:
        return None
    before = (evidence.log.timed[-1] - instant(min(firsts))) / SECOND
    if before < 0:
        return None
    words = {
        "late": percent(evidence.settings.late_share_of_window, evidence.say),
        "time": duration(before, evidence.say),
        "questions": evidence.names(aliases),
    }
    points = sum(evidence.lost.get(alias, 0.0) for alias in aliases)
    return Observation(len(aliases), tuple(aliases), len(aliases), words, points, evidence.minutes(aliases))


def late_first_submission(evidence: Evidence) -> Observation | None:
    """How much of the time had gone by at the first submission, in a log whose saves show work before it."""
    span = evidence.log.span
    times = [question.first_submission_at for question in evidence.questions if question.first_submission_at]
    if not times or span is None or not evidence.figures.saves or not evidence.shows_timing:
        return None
    after = (instant(min(times)) - span[0]) / SECOND
    share = after / evidence.span_seconds if evidence.span_seconds else 0.0
    words = {"time": duration(after, evidence.say), "share": percent(share, evidence.say)}
    return Observation(share, words=words, minutes=after / 60)


def long_pauses(evidence: Evidence) -> Observation | None:
    """Pauses over the longer limit, in a log whose saves show work going on."""
    pauses = [pause for pause in evidence.rhythm.pauses if pause.kind == "long_pause"]
    if not pauses or not evidence.figures.saves or not evidence.shows_timing:
        return None
    longest = max(pauses, key=lambda pause: pause.seconds)
    words = {
        "long_pause": number(evidence.settings.long_pause_minutes, evidence.say),
        "time": duration(longest.seconds, evidence.say),
        "questions": evidence.name(longest.question_after),
    }
    return Observation(len(pauses), (longest.question_after,), len(pauses), words)


def many_switches(evidence: Evidence) -> Observation | None:
    """Changes between questions, for each question."""
    count, switches = len(evidence.questions), evidence.figures.switches
    if count < SEVERAL_QUESTIONS or {mark.kind for mark in evidence.marks} <= OPENED:
        return None
    return Observation(switches / count, n=switches, words={"count": number(count, evidence.say)})


def busy_end(evidence: Evidence) -> Observation | None:
    """The share of the events in the last part of the time, looks aside."""
    if evidence.late is None or not evidence.shows_timing or _ended_early(evidence):
        return None
    start, end = instant(evidence.late.from_at), (evidence.log.span or (0, 0))[1]
    counted = [at for at in evidence.counted if at <= end]
    events = sum(at >= start for at in counted)
    if not counted:
        return None
    share = events / len(counted)
    words = {
        "share": percent(share, evidence.say),
        "late": percent(evidence.settings.late_share_of_window, evidence.say),
    }
    return Observation(share, n=events, words=words)
