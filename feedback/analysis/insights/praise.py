"""Praise: what went well, said as such, with a way to build on it (Hattie & Timperley 2007, The power of feedback)."""

from feedback.analysis.insights import observe_praise as observe
from feedback.analysis.insights.rule import Rule
from feedback.analysis.insights.sources import EDWARDS
from feedback.phrasing.i18n import N_, NN_

PRAISE = (
    Rule(
        id="raised_to_full",
        kind="praise",
        title=N_("You kept going, and it worked"),
        measure="questions raised from less to the full score",
        unit="count",
        setting="questions_raised",
        observe=observe.raised_to_full,
        did=NN_(
            "On {questions}, you went from {start} to the full score in {attempts} attempts.",
            "On {n} questions ({questions}), you started below the full score and reached it: on {first}, from {start} "
            "in {attempts} attempts.",
        ),
        readings=(
            N_("You used what each result told you to find what was still missing."),
            N_("You gave it the attempts that it needed."),
        ),
        try_next=N_(
            "Write down, in one line each, what the fix was. The same kind of slip tends to come back elsewhere."
        ),
        ask=N_("What made the difference between the first try and the one that worked?"),
        condition=N_("Questions that went from a lower first score to the full score: {threshold} or more."),
        needs="scores",
    ),
    Rule(
        id="improved_on_return",
        kind="praise",
        title=N_("Coming back paid off"),
        measure="questions whose score rose on a later visit",
        unit="count",
        setting="questions_improved_on_return",
        observe=observe.improved_on_return,
        did=NN_(
            "You left {questions}, came back to it later, and raised your score.",
            "You left {n} questions, came back to them later, and raised your score: {questions}.",
        ),
        readings=(
            N_("A fresh look often shows what a long one hides."),
            N_("You kept an eye on what was still open, and found time for it."),
        ),
        try_next=N_(
            "Make it part of the plan: leave a question with a note on what to try next, and fix a time to return."
        ),
        ask=N_("What did I see on the later visit that I had not seen before?"),
        condition=N_(
            "Questions whose score rose in a visit {return} minutes or more after the one before: {threshold} or more."
        ),
        needs="scores",
    ),
    Rule(
        id="finished_early",
        kind="praise",
        title=N_("Your work done, with time to spare"),
        measure="share of the time left when every question had its submission",
        unit="share",
        setting="finished_early_share",
        observe=observe.finished_early,
        did=NN_(
            "All {count} questions you worked on had {goal} with {share} of your time, about {time}, still to go.",
            "All {count} questions you worked on had {goal} with {share} of your time, about {time}, still to go.",
        ),
        readings=(
            N_("You kept the time in view as well as the work."),
            N_("The questions may have come easily this time, which speaks for how you prepared."),
        ),
        try_next=N_(
            "Use time like this for a round of hard cases: an empty input, a very large one, one you would rather not "
            "meet."
        ),
        ask=N_("What did I do with the time that was left, and would I do the same again?"),
        condition=N_(
            "Share of the time left when each of three or more questions had its submission (where there are scores: "
            "its full score): {threshold} or more."
        ),
        source=EDWARDS,
        needs="submissions",
    ),
    Rule(
        id="right_first",
        kind="praise",
        title=N_("Right the first time"),
        measure="questions with the full score at the first submission",
        unit="count",
        setting="questions_right_first",
        observe=observe.right_first,
        did=NN_(
            "{questions} had the full score at the first submission.",
            "{n} questions had the full score at the first submission: {questions}.",
        ),
        readings=(
            N_("You may have tested your work well before you submitted it."),
            N_("These topics may be ones you feel at home with."),
        ),
        try_next=N_("Notice how you prepared these answers, and take the same steps where a question is harder."),
        ask=N_("What did I check before I submitted?"),
        condition=N_("Questions with the full score at the first submission: {threshold} or more."),
        needs="scores",
    ),
    Rule(
        id="risen",
        kind="praise",
        title=N_("Your score went up"),
        measure="questions whose score rose, short of the full score",
        unit="count",
        setting="questions_risen",
        observe=observe.risen,
        did=NN_(
            "On {questions}, your score rose from {start} to {best} in {attempts} attempts.",
            "On {n} questions ({questions}), your score rose: on {first}, from {start} to {best} in {attempts} "
            "attempts.",
        ),
        readings=(
            N_("You used what came back to make your answer better."),
            N_("You gave it another try where you could have left it as it was."),
        ),
        try_next=N_("Name the step that raised the score, and see whether the same step helps on another question."),
        ask=N_("Which change moved the score, and what led me to it?"),
        condition=N_("Questions whose score rose, short of the full score: {threshold} or more."),
        implied_by=("raised_to_full", "improved_on_return"),
        needs="scores",
    ),
    Rule(
        id="steady",
        kind="praise",
        title=N_("A steady rhythm"),
        measure="share of the time in short intervals between events",
        unit="share",
        setting="steady_share",
        observe=observe.steady,
        did=NN_(
            "You worked steadily: {share} of the time from your first to your last event went by in steps of less than "
            "{pause} minutes.",
            "You worked steadily: {share} of the time from your first to your last event went by in steps of less than "
            "{pause} minutes.",
        ),
        readings=(
            N_("Small steps, saved often, keep mistakes small and easy to find."),
            N_("An editor that saves by itself adds to the rhythm, but staying with the work is your own doing."),
        ),
        try_next=N_(
            "Keep the rhythm and add one thing to it: every half hour, half a minute to look at what is done and what "
            "is left."
        ),
        ask=N_("What helped me to keep going, and how can I set it up again?"),
        condition=N_("Share of the time in intervals shorter than {pause} minutes: {threshold} or more."),
        needs="saves",
    ),
    Rule(
        id="all_submitted",
        kind="praise",
        title=N_("Everything you worked on is submitted"),
        measure="questions worked on, all of them submitted",
        unit="count",
        setting="questions_all_submitted",
        observe=observe.all_submitted,
        did=NN_(
            "You submitted the question you worked on.",
            "You submitted every question you worked on, {n} in all.",
        ),
        readings=(
            N_("You brought each piece of work to a point where you could hand it in."),
            N_("You put your answers forward, also where you may have been less than certain."),
        ),
        try_next=N_(
            "Next time, note beside each submission how sure you are of it; the least sure is the one to look at again."
        ),
        ask=N_("Which of my submissions would I look at first, given ten more minutes?"),
        condition=N_("Questions worked on, every one of them submitted: {threshold} or more."),
        implied_by=("finished_early",),
        needs="saves",
    ),
    Rule(
        id="mostly_submitted",
        kind="praise",
        title=N_("Work handed in"),
        measure="share of the questions worked on that were submitted",
        unit="share",
        setting="submitted_share",
        observe=observe.mostly_submitted,
        did=NN_(
            "You submitted {submitted} you worked on.",
            "You submitted {submitted} you worked on.",
        ),
        readings=(
            N_("You put your answers forward, also where you may have been less than certain."),
            N_("You kept some of your time for handing work in."),
        ),
        try_next=N_(
            "Before the end, go once through the questions that are still open, and submit the best version of each."
        ),
        ask=N_("Which of these submissions am I surest of, and what makes me sure?"),
        condition=N_(
            "Share of the questions worked on that were submitted, where these are two or more: {threshold} or more."
        ),
        implied_by=("finished_early", "all_submitted"),
        needs="submissions",
    ),
)
