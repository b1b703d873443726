"""The one sentence under the result: what mattered most, in the facts of this log."""

from feedback.analysis.findings import OPENED, Slot
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.result_measures import weakest
from feedback.analysis.scores import LEAST
from feedback.phrasing.i18n import N_, NN_, Speech
from feedback.phrasing.numbers import differ, number, plural, score
from feedback.phrasing.phrases import SHOWN, listed, shortened

NO_EVENTS = N_("There are no events in this log yet.")
EVERYTHING = N_("You had the full score on every question.")
EVERYTHING_IN = N_("You had the full score on every question, in {time}.")
ONE_LEFT = N_("All that you missed is on {question}: {score} after {time}.")
ONE_LEFT_UNTIMED = N_("All that you missed is on {question}: it came to {score}.")
MOST = N_("Most of what you missed is on {question}: {score} after {time}.")
MOST_LONGEST = N_("Most of what you missed is on {question}: {score} after {time}, your longest stay.")
MOST_UNTIMED = N_("Most of what you missed is on {question}: it came to {score}.")
MOST_UNOPENED = N_("Most of what you missed is on {question}, which is not in your log.")
TWO = N_("Most of what you missed is on {question} and {other}: they came to {score} and {other_score}.")
SPREAD = NN_(
    "You missed points on {n} question; {question} cost the most, {lost} of {total}.",
    "You missed points on {n} questions; {question} cost the most, {lost} of {total}.",
)
ALIKE = NN_("You missed the most on {questions}.", "You missed the most on {questions}, {lost} each.")
OPENED_FEW = NN_(
    "You opened {n} of {count} questions; with the full score: {solved}.",
    "You opened {n} of {count} questions. Of these with the full score: {solved}.",
)
NO_POINTS = NN_(
    "{n} of {count} questions brought no points; of these you stayed longest on {question}, {time}.",
    "{n} of {count} questions brought no points; of these you stayed longest on {question}, {time}.",
)
UNSUBMITTED = NN_(
    "You submitted {submitted} of {count} questions; {questions}, with {time} of work, was not submitted.",
    "You submitted {submitted} of {count} questions; {questions}, with {time} of work, were not submitted.",
)
SUBMITTED = NN_(
    "You submitted the question that you worked on, after {time}.",
    "You submitted all {n} questions; your longest stay was on {question}, {time}.",
)
SUBMITTED_UNTIMED = NN_(
    "You submitted the question that you worked on.", "You submitted all {n} questions that you worked on."
)
ONLY_SAVED = NN_(
    "You saved work on one question; the log holds no submission.",
    "You saved work on {n} questions; the log holds no submission.",
)
ONLY_OPENED = NN_(
    "You opened one question; the log holds no work on it.",
    "You opened {n} questions; the log holds no work on them.",
)
ONLY_EVENTS = NN_("The log holds one event.", "The log holds {n} events.")


def headline_of(evidence: Evidence) -> str:
    """The sentence; of the score where there is one, else of what was submitted."""
    say = evidence.say
    if not evidence.figures.events:
        return say.gettext(NO_EVENTS)
    if evidence.scored:
        return _of_scores(evidence)
    return _of_submissions(evidence)


def _of_scores(evidence: Evidence) -> str:
    say, weak = evidence.say, weakest(evidence.slots)
    if not weak:
        return _everything(evidence)
    opened = sum(bool(slot.aliases) for slot in evidence.slots)
    if 2 * opened < len(evidence.slots) and len(weak) > SHOWN:
        solved = evidence.figures.questions_solved or 0
        return say.count(*OPENED_FEW, opened, count=len(evidence.slots), solved=solved)
    if len(weak) > 2 and all(not slot.score_earned and slot.aliases for slot in weak):
        tried = max(weak, key=lambda slot: slot.seconds or 0)
        return say.count(
            *NO_POINTS,
            len(weak),
            count=len(evidence.slots),
            question=shortened(tried.name),
            time=evidence.time(tried.minutes),
        )
    if len(weak) > 1:
        names, lost = listed([shortened(slot.name) for slot in weak], say), number(weak[0].lost, say)
        return say.count(*ALIKE, len(weak), questions=names, lost=lost)
    return _of_one(evidence, weak[0])


def _of_one(evidence: Evidence, slot: Slot) -> str:
    say = evidence.say
    losing = sorted((each for each in evidence.slots if each.lost > LEAST), key=lambda each: -each.lost)
    total = sum(each.lost for each in losing)
    words = {"question": shortened(slot.name), "score": _earned(slot, say), "time": evidence.time(slot.minutes)}
    if not slot.aliases:
        return say.text(MOST_UNOPENED, **words)
    if slot.lost * 2 >= total:
        longest = max((each.seconds or 0 for each in evidence.slots), default=0)
        if len(losing) == 1:
            text = ONE_LEFT if slot.seconds else ONE_LEFT_UNTIMED
        elif not slot.seconds:
            text = MOST_UNTIMED
        else:
            text = MOST_LONGEST if slot.seconds >= longest and len(evidence.slots) > 1 else MOST
        return say.text(text, **words)
    other = losing[1]
    if (slot.lost + other.lost) * 3 >= total * 2 and other.aliases:
        return say.text(TWO, other=shortened(other.name), other_score=_earned(other, say), **words)
    return say.count(*SPREAD, len(losing), lost=number(slot.lost, say), total=number(total, say), **words)


def _earned(slot: Slot, say: Speech) -> str:
    return score(slot.score_earned or 0.0, say, slot.points or 1.0)


def _everything(evidence: Evidence) -> str:
    say, figures = evidence.say, evidence.figures
    if differ(figures.score_earned, figures.score_possible):
        missing = (figures.score_possible or 0) - (figures.score_earned or 0)
        forms = NN_(
            "You had the full score on all that is in your log; {n} question more counts.",
            "You had the full score on all that is in your log; {n} questions more count.",
        )
        return say.count(*forms, plural(missing), n=number(missing, say))
    if not figures.window_seconds or len(evidence.sittings) > 1:
        return say.gettext(EVERYTHING)
    return say.text(EVERYTHING_IN, time=evidence.time(figures.window_minutes))


def _of_submissions(evidence: Evidence) -> str:
    say, figures = evidence.say, evidence.figures
    if not figures.submissions:
        if not figures.saves:
            if {mark.kind for mark in evidence.marks} <= OPENED:
                return say.count(*ONLY_OPENED, figures.questions)
            return say.count(*ONLY_EVENTS, figures.events)
        saved = sum(question.saves > 0 for question in evidence.questions)
        return say.count(*ONLY_SAVED, saved)
    left = [question.alias for question in evidence.questions if question.saved_not_submitted]
    if left:
        left.sort(key=lambda alias: -(evidence.of_alias[alias].seconds or 0))
        return say.count(
            *UNSUBMITTED,
            len(left),
            submitted=figures.questions_submitted,
            count=figures.questions,
            questions=evidence.names(left),
            time=evidence.time(evidence.minutes(left)),
        )
    if figures.questions_submitted < figures.questions:
        return say.count(*ONLY_EVENTS, figures.events)
    longest = max(evidence.questions, key=lambda question: question.seconds or 0)
    text = SUBMITTED if longest.seconds else SUBMITTED_UNTIMED
    return say.count(
        *text,
        figures.questions,
        question=evidence.name(longest.alias),
        time=evidence.time(longest.minutes),
    )
