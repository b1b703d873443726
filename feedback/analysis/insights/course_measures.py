"""The measures of insights about a course: how the work lay in its days and weeks."""

from collections.abc import Sequence
from math import floor

from feedback.analysis.course import DAYS_OF_WEEK, Course, day_of, monday_of
from feedback.analysis.findings import Question
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.observation import Observation
from feedback.analysis.insights.praise_measures import WORTH_A_WORD, goal_reached
from feedback.analysis.insights.result_measures import SEVERAL_QUESTIONS, best_share, low
from feedback.analysis.times import DAY, SECOND, instant, moment
from feedback.phrasing.i18n import N_
from feedback.phrasing.numbers import duration, number, percent, score

# In a course shorter than so many times the last days, these are most of it.
_TIMES_THE_LAST_DAYS = 4
_SEVERAL_WEEKS = 4
_HOUR = 3600
ALL_ON_ONE_DAY = N_("All your entries came on one day.")


def _minutes(evidence: Evidence) -> float:
    """All the time in sittings: how the work lay concerns all of it, and so the order of the rules counts."""
    return (evidence.figures.sitting_seconds or 0) / 60


def crammed(evidence: Evidence) -> Observation | None:
    """The share of the events in the last days before the deadline, of a course several times as long."""
    course, counted, span = evidence.over_days, evidence.counted, evidence.log.span
    if course is None or course.deadline is None or not counted or span is None:
        return None
    end, last = instant(course.deadline), evidence.settings.last_days * DAY
    if end - span[0] < _TIMES_THE_LAST_DAYS * last:
        return None
    share = sum(end - last < at <= end for at in counted) / len(counted)
    words = {"share": percent(share, evidence.say), "days": number(evidence.settings.last_days, evidence.say)}
    return Observation(share, n=evidence.settings.last_days, words=words, minutes=_minutes(evidence))


def one_day(evidence: Evidence) -> Observation | None:
    """The share of the events on the day with the most, once enough days of the course have gone by."""
    course, span = evidence.over_days, evidence.log.span
    if course is None or span is None:
        return None
    if _known_until(evidence) - span[0] < evidence.settings.course_days * DAY:
        return None
    share = max(day.events for day in course.days) / sum(day.events for day in course.days)
    others = len(course.days) - 1
    words = {"share": percent(share, evidence.say), "others": number(others, evidence.say)}
    did = "" if others else evidence.say.gettext(ALL_ON_ONE_DAY)
    return Observation(share, n=others, words=words, minutes=_minutes(evidence), did=did)


def _known_until(evidence: Evidence) -> int:
    """Until when the log is known to go: the student's last event, or the class's, which is at work for longer."""
    last, at_work = evidence.log.timed[-1], evidence.facts.last_at
    return last if at_work is None else max(last, instant(at_work))


def late_start(evidence: Evidence) -> Observation | None:
    """The share of the course that had gone by at the first event, where its beginning and end are known."""
    gone = _gone_at_start(evidence)
    if gone is None:
        return None
    share, seconds = gone
    words = {"time": duration(seconds, evidence.say), "share": percent(share, evidence.say)}
    return Observation(share, words=words, minutes=_minutes(evidence))


def early_start(evidence: Evidence) -> Observation | None:
    """The share of the course that was left at the first event, where its ends are known and work went on after it."""
    gone, course = _gone_at_start(evidence), evidence.over_days
    if gone is None or course is None or 2 * course.weeks_worked < _weeks_until_the_end(course, evidence):
        return None
    share, seconds = gone
    days = floor(seconds * SECOND / DAY)
    return Observation(
        1 - share, n=days + 1, words={"share": percent(1 - share, evidence.say), "day": number(days + 1, evidence.say)}
    )


def _gone_at_start(evidence: Evidence) -> tuple[float, float] | None:
    bounds = evidence.log.bounds
    if evidence.over_days is None or bounds is None or bounds.end is None:
        return None
    gone = max(evidence.log.timed[0] - bounds.start, 0)
    return gone / (bounds.end - bounds.start), gone / SECOND


def quiet_before_end(evidence: Evidence) -> Observation | None:
    """The whole days from the last event to the deadline, where something was left to do.

    Only of a class that worked on until the deadline: else the log may have been sent long before it.
    """
    course, at_work = evidence.over_days, evidence.facts.last_at
    if course is None or course.deadline is None or course.days_to_deadline is None or evidence.done:
        return None
    if at_work is None or instant(course.deadline) - instant(at_work) > evidence.settings.last_days * DAY:
        return None
    days = course.days_to_deadline
    return Observation(days, n=days, minutes=_minutes(evidence))


def weak_left(evidence: Evidence) -> Observation | None:
    """Questions with a low score that were tried, and not touched again in the last part of the work."""
    if evidence.over_days is None:
        return None
    end, away = evidence.log.timed[-1], evidence.settings.weak_left_days * DAY
    left = [each for each in low(evidence) if each.attempts and _last(each, end) <= end - away]
    if not left:
        return None
    left.sort(key=lambda question: -evidence.lost[question.alias])
    aliases, first = tuple(question.alias for question in left), left[0]
    before = (end - _last(first, end)) // DAY * DAY / SECOND
    words = {
        "questions": evidence.names(aliases),
        "first": evidence.name(first.alias),
        "score": score(best_share(first), evidence.say),
        "time": duration(before, evidence.say),
    }
    points = sum(evidence.lost[alias] for alias in aliases)
    return Observation(len(aliases), aliases, len(aliases), words, points, evidence.minutes(aliases))


def _last(question: Question, end: int) -> int:
    """When the last event on a question was; `end` where it has no time."""
    return end if question.last_at is None else instant(question.last_at)


def empty_weeks(evidence: Evidence) -> Observation | None:
    """The weeks without an event, between the first week with one and the last."""
    course = evidence.over_days
    if course is None:
        return None
    empty = len(course.weeks) - course.weeks_worked
    longest = duration((course.longest_break_days or 0) * DAY / SECOND, evidence.say)
    words = {"weeks": number(len(course.weeks), evidence.say), "longest": longest}
    return Observation(empty, n=empty, words=words, minutes=_minutes(evidence))


def long_sittings(evidence: Evidence) -> Observation | None:
    """The sittings that lasted for hours."""
    if evidence.over_days is None:
        return None
    least = evidence.settings.long_sitting_hours * _HOUR
    long = [sitting.seconds for sitting in evidence.sittings if sitting.seconds >= least]
    if not long:
        return None
    words = {
        "hours": duration(least, evidence.say),
        "time": duration(max(long), evidence.say),
    }
    return Observation(len(long), n=len(long), words=words, minutes=_minutes(evidence))


def weeks_worked(evidence: Evidence) -> Observation | None:
    """The share of the weeks with an event, of several weeks until the class's work, or the deadline, ended."""
    course = evidence.over_days
    if course is None:
        return None
    worked, days, weeks = course.weeks_worked, len(course.days), _weeks_until_the_end(course, evidence)
    if weeks < _SEVERAL_WEEKS:
        return None
    words = {
        "worked": number(worked, evidence.say),
        "weeks": number(weeks, evidence.say),
        "days": number(days, evidence.say),
    }
    return Observation(worked / weeks, n=weeks, words=words)


def _weeks_until_the_end(course: Course, evidence: Evidence) -> int:
    """The weeks from the student's first to the last one in which the class worked, at the latest the deadline's."""
    at_work = evidence.facts.last_at
    if at_work is None:
        return len(course.weeks)
    # Just before the end: a deadline at midnight is not of the day that begins.
    end = instant(at_work if course.deadline is None else min(at_work, course.deadline)) - 1
    last = monday_of(day_of(moment(max(end, evidence.log.timed[-1])), evidence.settings.zone))
    return len(course.weeks) + (last - course.weeks[-1].starts_on.toordinal()) // DAYS_OF_WEEK


def raised_later(evidence: Evidence) -> Observation | None:
    """Questions whose best score rose a day or more after the first try."""
    if evidence.over_days is None:
        return None
    raised = [
        alias
        for alias in evidence.progress
        if alias not in evidence.reproached and _rose_later(evidence.of_question[alias], evidence)
    ]
    words = {"questions": evidence.names(raised)}
    return Observation(len(raised), tuple(raised), len(raised), words, 0, evidence.minutes(raised))


def _rose_later(positions: Sequence[int], evidence: Evidence) -> bool:
    """Whether the best score rose by something worth a word a day or more after the first try."""
    first, best = None, 0.0
    for i in positions:
        at, value = evidence.instants[i], evidence.marks[i].score
        if at is None or value is None:
            continue
        if first is None:
            first, best = at, value
        elif value >= best + WORTH_A_WORD and at - first >= DAY:
            return True
        best = max(best, value)
    return False


def done_ahead(evidence: Evidence) -> Observation | None:
    """The whole days that were left once every question had the full score, or a submission where there are none."""
    course = evidence.over_days
    if course is None or course.deadline is None or len(evidence.questions) < SEVERAL_QUESTIONS or evidence.reproached:
        return None
    if not evidence.done:
        return None
    reached = [
        goal_reached([evidence.marks[i] for i in positions], scored=evidence.scored)
        for positions in evidence.of_question.values()
    ]
    done = [at for at in reached if at is not None]
    if len(done) < len(reached):
        return None
    days = (instant(course.deadline) - max(done)) // DAY
    return Observation(days, n=days, words={"count": number(len(done), evidence.say)})
