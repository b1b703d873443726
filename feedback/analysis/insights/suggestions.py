"""Suggestions: the rules that offer something to try, the most useful first.

The words describe and ask; they never judge, never compare, and never guess at motives beyond two
readings that are equally fair.
"""

from feedback.analysis.insights import observe
from feedback.analysis.insights.rule import Rule
from feedback.analysis.texts import N_, NN_

EDWARDS = N_("Edwards et al. 2009, Comparing effective and ineffective behaviors of student programmers")
KARAVIRTA = N_("Karavirta, Korhonen & Malmi 2006, On the use of resubmissions in automatic assessment systems")
PERKINS = N_("Perkins et al. 1986, Conditions of learning in novice programmers")
SHRESTHA = N_("Shrestha et al. 2022, Pausing While Programming")
MONSELL = N_("Monsell 2003, Task switching")
ZIMMERMAN = N_("Zimmerman 2002, Becoming a self-regulated learner")

SUGGESTIONS = (
    Rule(
        id="saved_not_submitted",
        kind="suggestion",
        title=N_("Saved, but not submitted"),
        measure="questions with saves and no submission",
        unit="count",
        setting="unsubmitted_questions",
        observe=observe.saved_not_submitted,
        did=NN_(
            "You saved work on {questions} without submitting it.",
            "You saved work on {n} questions without submitting it: {questions}.",
        ),
        readings=(
            N_("You may have felt that the work was not ready yet, or the time ran out first."),
            N_("Or your last save may have been handed in for you: some exams do that, and this log cannot show it."),
        ),
        try_next=N_(
            "Submit a first version as soon as it runs, even if it is incomplete, and improve it from there. Keep the "
            "last five minutes for submitting whatever is saved."
        ),
        ask=N_("What was missing for me to feel ready to submit?"),
        condition=N_("Questions with saves and no submission: {threshold} or more."),
        source=ZIMMERMAN,
        needs="saves",
    ),
    Rule(
        id="submissions_without_improvement",
        kind="suggestion",
        title=N_("Several submissions, same score"),
        measure="longest run of submissions on one question without a higher score",
        unit="count",
        setting="submissions_without_improvement",
        observe=observe.submissions_without_improvement,
        did=NN_(
            "On {first}, {longest} submissions in a row brought no higher score.",
            "On {first}, {longest} submissions in a row brought no higher score; there were such runs on {others} too.",
        ),
        readings=(
            N_("You may have been following one idea closely, which often leads somewhere in the end."),
            N_("Or the question may ask for something a little different from what you read in it."),
        ),
        try_next=N_(
            "After two submissions without a gain, stop for a moment: read the question again, work one small example "
            "by hand, and follow your program through it line by line. If nothing turns up, write down your best idea, "
            "move on, and come back with fresh eyes."
        ),
        ask=N_("What did I know after the last of these attempts that I did not know after the first?"),
        condition=N_(
            "Scored submissions in a row on one question without a higher score, before the full score: {threshold} "
            "or more."
        ),
        source=PERKINS,
        needs="scores",
    ),
    Rule(
        id="quick_resubmissions",
        kind="suggestion",
        title=N_("Quick resubmissions"),
        measure="submissions soon after the one before on the same question",
        unit="count",
        setting="quick_resubmissions",
        observe=observe.quick_resubmissions,
        did=NN_(
            "Once you resubmitted {questions} within {quick} seconds.",
            "{n} of your submissions came within {quick} seconds of the one before on the same question ({questions}).",
        ),
        readings=(
            N_("Changing one small thing and testing it at once is a sound way to work."),
            N_("Or the grader may have done some checking that a small test of your own could do as quickly."),
        ),
        try_next=N_(
            "Before you resubmit, run one small example of your own and say what you expect to see. Submit when the "
            "two agree."
        ),
        ask=N_("What did I expect to be different each time, and how could I have seen it for myself?"),
        condition=N_(
            "Submissions within {quick} seconds of the one before, before the full score: {threshold} or more."
        ),
        source=KARAVIRTA,
        needs="submissions",
    ),
    Rule(
        id="one_question",
        kind="suggestion",
        title=N_("Much of the time on one question"),
        measure="largest share of active time on one question",
        unit="share",
        setting="one_question_share",
        observe=observe.one_question,
        did=NN_(
            "You spent about {time} on {questions}, {share} of your estimated active time.",
            "You spent about {time} on {questions}, {share} of your estimated active time.",
        ),
        readings=(
            N_("It may have been the question with the most in it, and worth the time."),
            N_("Or it may have held you longer than you meant it to, while other questions waited."),
        ),
        try_next=N_(
            "Before you start, give every question a share of the time. When one has used up its share, write down "
            "your next idea, go on to another, and come back."
        ),
        ask=N_("When did I notice how long this question was taking, and what did I decide then?"),
        condition=N_("Share of active time on one question out of three or more: {threshold} or more."),
        source=ZIMMERMAN,
    ),
    Rule(
        id="opened_late",
        kind="suggestion",
        title=N_("Opened near the end"),
        measure="questions first touched in the last part of the time",
        unit="count",
        setting="late_opened_questions",
        observe=observe.opened_late,
        did=NN_(
            "Your first event on {questions} came in the last {late} of your time, {time} before your last event.",
            "Your first events on {n} questions ({questions}) came in the last {late} of your time.",
        ),
        readings=(
            N_("Keeping something for the end can be a good plan, when it is short or worth few points."),
            N_("Or the questions before may have taken longer than you expected."),
        ),
        try_next=N_(
            "Spend the first few minutes reading every question, so that nothing is new at the end, and begin with "
            "those you can finish soonest."
        ),
        ask=N_("Would I choose the same order again, having read everything first?"),
        condition=N_("Questions first touched in the last {late} of the time: {threshold} or more."),
        source=EDWARDS,
    ),
    Rule(
        id="late_first_submission",
        kind="suggestion",
        title=N_("The first submission came late"),
        measure="share of the time gone by at the first submission",
        unit="share",
        setting="late_first_submission_share",
        observe=observe.late_first_submission,
        did=NN_(
            "Your first submission came {time} after your first event, when {share} of your time had gone by.",
            "Your first submission came {time} after your first event, when {share} of your time had gone by.",
        ),
        readings=(
            N_("You may have tested your work yourself before you handed anything in."),
            N_("Or you may have waited until everything felt finished, which leaves less time to use a result."),
        ),
        try_next=N_(
            "Submit one question as soon as a simple version works, while there is time to use what comes back."
        ),
        ask=N_("What could an earlier submission have told me?"),
        condition=N_("Share of the time gone by at the first submission: {threshold} or more."),
        source=EDWARDS,
        needs="submissions",
    ),
    Rule(
        id="score_dropped",
        kind="suggestion",
        title=N_("A lower score after a better one"),
        measure="largest drop from the best score of a question to its last",
        unit="share",
        setting="score_drop",
        observe=observe.score_dropped,
        did=NN_(
            "On {questions}, your last submission scored {last}, an earlier one {best}.",
            "On {questions}, your last submissions scored lower than earlier ones ({first}: {last} after {best}).",
        ),
        readings=(
            N_("You may have been trying a different approach, which is how better solutions are found."),
            N_("Or a change in one place may have undone something in another."),
        ),
        try_next=N_("Before a larger change, put your best version aside, and find out which submission counts."),
        ask=N_("Do I know which change moved the score, and why?"),
        condition=N_("Drop from the best score of a question to its last: {threshold} of the full score or more."),
        source=KARAVIRTA,
        needs="scores",
    ),
    Rule(
        id="long_pauses",
        kind="suggestion",
        title=N_("Long pauses"),
        measure="pauses over the longer limit",
        unit="count",
        setting="long_pauses",
        observe=observe.long_pauses,
        did=NN_(
            "More than {long_pause} minutes went by without an event once: {time}, before an event on {questions}.",
            "More than {long_pause} minutes went by without an event {n} times; the longest was {time}, before an "
            "event on {questions}.",
        ),
        readings=(
            N_("Thinking, reading and working on paper leave no trace in a log, and a break can do good."),
            N_("Or there may have been moments with no next step in sight."),
        ),
        try_next=N_(
            "When nothing has moved for five minutes, write down in one sentence what you want to do and what stands "
            "in the way. Then try the smallest step that would tell you more."
        ),
        ask=N_("What was I doing in the longest pause, and what got me going again?"),
        condition=N_("Pauses longer than {long_pause} minutes: {threshold} or more."),
        source=SHRESTHA,
        needs="saves",
    ),
    Rule(
        id="many_switches",
        kind="suggestion",
        title=N_("Many changes between questions"),
        measure="changes between questions for each question",
        unit="count",
        setting="switches_per_question",
        observe=observe.many_switches,
        did=NN_(
            "You went once from one question to another.",
            "You went from one question to another {n:,} times, over {count} questions.",
        ),
        readings=(
            N_("Going round can be a plan: the quick parts first, then the harder ones."),
            N_(
                "Or some of the changes may have come from being stuck; each costs a little time to find the thread "
                "again."
            ),
        ),
        try_next=N_(
            "Before you leave a question, write one line about what you would try next. It makes coming back quicker."
        ),
        ask=N_("Which of these changes did I choose, and which just happened?"),
        condition=N_("Changes between questions, divided by the number of questions: {threshold} or more."),
        source=MONSELL,
    ),
    Rule(
        id="busy_end",
        kind="suggestion",
        title=N_("A busy end"),
        measure="share of events in the last part of the time",
        unit="share",
        setting="late_events_share",
        observe=observe.busy_end,
        did=NN_(
            "{share} of your events came in the last {late} of your time.",
            "{share} of your events ({n:,}) came in the last {late} of your time.",
        ),
        readings=(
            N_("You may have kept the end for going over everything once more."),
            N_("Or several things may have come together late, with little time left to check them."),
        ),
        try_next=N_(
            "Set yourself a mark at three quarters of the time: whatever runs is submitted by then, and the rest is "
            "for making it better."
        ),
        ask=N_("What did I do in the last minutes that I could have done earlier?"),
        condition=N_("Share of the events in the last {late} of the time: {threshold} or more."),
        source=EDWARDS,
    ),
)
