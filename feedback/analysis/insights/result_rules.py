"""Suggestions about the result: where points went, and what may win them back.

The words describe and ask; they never judge, never compare, and never guess at motives beyond two readings
that are equally fair.
"""

from feedback.analysis.insights import result_measures as measures
from feedback.analysis.insights.rule import Rule
from feedback.analysis.insights.sources import PERKINS
from feedback.phrasing.i18n import N_, NN_

RESULT = (
    Rule(
        id="score_dropped",
        kind="suggestion",
        title=N_("A lower score at the end"),
        measure="largest drop from the best score of a question to its last",
        unit="share",
        setting="score_drop",
        observe=measures.score_dropped,
        did=NN_(
            "On {questions}, your last submission scored {last}, an earlier one {best}.",
            "On {questions}, your last submissions scored less than earlier ones ({first}: {last} after {best}).",
        ),
        readings=(
            N_("You may have tried a different approach, which is how better solutions are found."),
            N_("Or a change in one place may have broken something in another."),
        ),
        try_next=measures.ASK_WHICH,
        ask=N_("Do I know which change moved the score, and why?"),
        condition=N_("Drop from the best score of a question to its last: {threshold} of the full score or more."),
        needs="scores",
    ),
    Rule(
        id="points_lost",
        kind="suggestion",
        title=N_("Where most points went"),
        measure="share of a question's points that was lost, on the one that cost the most",
        unit="share",
        setting="lost_points",
        observe=measures.points_lost,
        did=NN_(
            "All that you missed is on {question}. Points lost: {lost}.",
            "Of the points that you missed ({total}), {question} cost you {lost}.",
        ),
        readings=(
            N_("The idea that this question needs may still be new to you."),
            N_("Or a small slip may have cost much: one case, one sign, one word of the text."),
        ),
        try_next=measures.REDO,
        ask=N_("What is the first step that I could not do?"),
        condition=N_("The question that cost the most points, where these are {threshold} or more of its own."),
        needs="scores",
    ),
    Rule(
        id="not_opened",
        kind="suggestion",
        title=N_("Questions not opened"),
        measure="questions of the exam that are not in the log",
        unit="count",
        setting="late_opened_questions",
        observe=measures.not_opened,
        did=NN_(
            "{questions} is not in your log. Points to gain there: {points}.",
            "{n} questions are not in your log: {questions}. Points to gain there: {points}.",
        ),
        readings=(
            N_("You may have chosen to leave them out and use your time elsewhere."),
            N_("Or the time may have run out before you came to them."),
        ),
        try_next=N_("Open every question once in the first minutes. Do first what you can finish soonest."),
        ask=N_("When did I decide to leave these questions out?"),
        condition=N_("Questions of the exam that the log does not hold: {threshold} or more."),
        needs="scores",
    ),
    Rule(
        id="much_time_low_score",
        kind="suggestion",
        title=N_("Much time, few points"),
        measure="minutes on a question with a low score",
        unit="count",
        setting="long_stay_minutes",
        observe=measures.much_time_low_score,
        did=N_("You spent {time} on {question}, and it came to {score}."),
        readings=(
            N_("You stayed with a hard question, and learned what does not work."),
            N_("Or you did not know what to do next, and other questions had to wait."),
        ),
        try_next=N_("In the exam: after {limit} without a gain, write one line on what to try next, and go on."),
        ask=N_("When did I notice how long this question was taking, and what did I do then?"),
        condition=N_("Minutes on a question with a low score, more than its share of the time: {threshold} or more."),
        needs="scores",
        of_exam=True,
    ),
    Rule(
        id="little_time_low_score",
        kind="suggestion",
        title=N_("Hardly tried"),
        measure="whether the weakest question got next to no time",
        unit="count",
        setting="late_opened_questions",
        observe=measures.little_time_low_score,
        did=N_("{question} got {time} of your {all}, and came to {score}."),
        readings=(
            N_("You may have seen that it would not work out, and used your time elsewhere."),
            N_("Or it came late, and there was no time for a real try."),
        ),
        try_next=N_("In the exam: give each question five minutes before you go deep into one of them."),
        ask=N_("What could I have written down for this question in five minutes?"),
        condition=N_(
            "Questions that cost the most points and got less than a third of their share of the time: {threshold} or "
            "more."
        ),
        needs="scores",
        of_exam=True,
    ),
    Rule(
        id="last_gain",
        kind="suggestion",
        title=N_("No gain at the end"),
        measure="share of the time after the last rise of a score",
        unit="share",
        setting="share_without_gain",
        observe=measures.last_gain,
        did=N_("Your score last rose {time} before your last entry; the tries after that brought nothing more."),
        readings=(
            N_("You kept looking for the points that were left."),
            N_("Or you were tired, or had no new idea, and went round in circles."),
        ),
        try_next=N_("In the exam: after two tries without a gain, go to another open question."),
        ask=N_("What did I know in the last minutes that I did not know before?"),
        condition=N_("Share of the time after the last rise, with points left and tries made: {threshold} or more."),
        needs="scores",
        of_exam=True,
    ),
    Rule(
        id="submissions_without_improvement",
        kind="suggestion",
        title=N_("Several tries, same score"),
        measure="longest run of submissions on one question without a higher score",
        unit="count",
        setting="submissions_without_improvement",
        observe=measures.submissions_without_improvement,
        did=NN_(
            "On {first}, {longest} tries in a row brought no higher score.",
            "On {first}, {longest} tries in a row brought no higher score; it was the same on {others}.",
        ),
        readings=(
            N_("You followed one idea closely, which often leads somewhere in the end."),
            N_("Or the question asks for something a little different from what you read in it."),
        ),
        try_next=N_("After two tries without a gain, read the question again and do one small example by hand."),
        ask=N_("What did I know after the last of these tries that I did not know after the first?"),
        condition=N_("Scored tries in a row on one question without a higher score: {threshold} or more."),
        source=PERKINS,
        needs="scores",
    ),
)
