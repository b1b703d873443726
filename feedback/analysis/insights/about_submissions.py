"""Suggestions about saving and submitting.

The words describe and ask; they never judge, never compare, and never guess at motives beyond two readings
that are equally fair.
"""

from feedback.analysis.insights import observe
from feedback.analysis.insights.rule import Rule
from feedback.analysis.insights.sources import EDWARDS, KARAVIRTA, PERKINS
from feedback.phrasing.i18n import N_, NN_

ABOUT_SUBMISSIONS = (
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
        needs="scores",
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
)
