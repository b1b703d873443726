"""Praise: what went well, said as such, with a way to build on it (Hattie & Timperley 2007, The power of feedback)."""

from feedback.analysis.insights import praise_measures as measures
from feedback.analysis.insights.rule import Rule
from feedback.analysis.insights.sources import EDWARDS
from feedback.phrasing.i18n import N_, NN_

PRAISE = (
    Rule(
        id="all_full",
        kind="praise",
        title=N_("Everything right"),
        measure="questions, all of them with the full score",
        unit="count",
        setting="questions_all_submitted",
        observe=measures.all_full,
        did=NN_(
            "The question had the full score.",
            "All {n} questions had the full score.",
        ),
        readings=(
            N_("You know these topics well."),
            N_("You checked your work until nothing was missing."),
        ),
        try_next=N_("Explain the hardest one to somebody else; that shows what you really know."),
        ask=N_("Which question was the hardest, and how did I crack it?"),
        condition=N_("Questions, all of them with the full score: {threshold} or more."),
        needs="scores",
    ),
    Rule(
        id="right_first",
        kind="praise",
        title=N_("Right the first time"),
        measure="questions with the full score at the first try",
        unit="count",
        setting="questions_right_first",
        observe=measures.right_first,
        did=NN_(
            "{questions} was right at the first try.",
            "{n} questions were right at the first try: {questions}.",
        ),
        readings=(
            N_("You may have tested your work well before you handed it in."),
            N_("These may be topics that you know well."),
        ),
        try_next=N_("Take the same steps where a question is harder."),
        ask=N_("What did I check before I handed it in?"),
        condition=N_("Questions with the full score at the first try: {threshold} or more."),
        needs="scores",
    ),
    Rule(
        id="raised_to_full",
        kind="praise",
        title=N_("You brought it to the full score"),
        measure="questions raised from less to the full score",
        unit="count",
        setting="questions_raised",
        observe=measures.raised_to_full,
        did=NN_(
            "You took {questions} from {start} to the full score in {attempts} tries.",
            "You took {n} questions to the full score, {first} from {start} in {attempts} tries.",
        ),
        readings=(
            N_("You used what each result told you to find what was still missing."),
            N_("You gave it the tries that it needed."),
        ),
        try_next=N_("Write down in one line what the fix was. The same slip tends to come back."),
        ask=N_("What made the difference between the first try and the one that worked?"),
        condition=N_("Questions that went from a lower first score to the full score: {threshold} or more."),
        implied_by=("all_full",),
        needs="scores",
    ),
    Rule(
        id="improved_on_return",
        kind="praise",
        title=N_("Coming back paid off"),
        measure="questions whose score rose on a later visit",
        unit="count",
        setting="questions_improved_on_return",
        observe=measures.improved_on_return,
        did=NN_(
            "You left {questions}, came back later, and raised your score.",
            "You left {n} questions, came back later, and raised your score: {questions}.",
        ),
        readings=(
            N_("A fresh look often shows what a long one hides."),
            N_("You kept an eye on what was still open, and found time for it."),
        ),
        try_next=N_("Do it again: leave a question with a note on what to try next, and come back."),
        ask=N_("What did I see on the later visit that I had not seen before?"),
        condition=N_(
            "Questions whose score rose in a visit {return} minutes or more after the one before: {threshold} or more."
        ),
        implied_by=("raised_later",),
        needs="scores",
    ),
    Rule(
        id="finished_early",
        kind="praise",
        title=N_("Done, with time to spare"),
        measure="share of the time left when every question had its submission",
        unit="share",
        setting="finished_early_share",
        observe=measures.finished_early,
        did=NN_(
            "All {count} questions had {goal} {time} before your last entry.",
            "All {count} questions had {goal} {time} before your last entry.",
        ),
        readings=(
            N_("You kept the time in view as well as the work."),
            N_("The questions may have come easily, which speaks for how you prepared."),
        ),
        try_next=N_("Use such time for hard cases: an empty input, a very large one, a strange one."),
        ask=N_("What did I do with the time that was left?"),
        condition=N_(
            "Share of the time left when each of three or more questions had its submission (where there are scores: "
            "its full score), with nothing left to do: {threshold} or more."
        ),
        source=EDWARDS,
        needs="submissions",
        of_exam=True,
    ),
    Rule(
        id="risen",
        kind="praise",
        title=N_("Your score went up"),
        measure="questions whose score rose, short of the full score",
        unit="count",
        setting="questions_risen",
        observe=measures.risen,
        did=NN_(
            "You raised {questions} from {start} to {best} in {attempts} tries.",
            "You raised {n} questions ({questions}): {first} from {start} to {best}, in {attempts} tries.",
        ),
        readings=(
            N_("You used what came back to make your answer better."),
            N_("You gave it another try where you could have left it."),
        ),
        try_next=N_("Name the step that raised the score, and try the same step on another question."),
        ask=N_("Which change moved the score, and what led me to it?"),
        condition=N_("Questions whose score rose well, short of the full score: {threshold} or more."),
        implied_by=("raised_to_full", "improved_on_return"),
        needs="scores",
    ),
    Rule(
        id="opened_all_early",
        kind="praise",
        title=N_("You looked at everything first"),
        measure="share of the time left when every question had been opened",
        unit="share",
        setting="early_opening_left",
        observe=measures.opened_all_early,
        did=NN_(
            "You opened every question in the first {time}.",
            "You opened all {n} questions in the first {time}.",
        ),
        readings=(
            N_("You knew what was to come, and could choose where to start."),
            N_("You saw early how much there was, and could plan your time."),
        ),
        try_next=N_("Do it again, and mark the questions that you can finish soonest."),
        ask=N_("How did the first look change my plan?"),
        condition=N_(
            "Share of the time left when all of three questions or more had been opened: {threshold} or more."
        ),
        of_exam=True,
    ),
    Rule(
        id="all_submitted",
        kind="praise",
        title=N_("Everything you worked on is submitted"),
        measure="questions worked on, all of them submitted",
        unit="count",
        setting="questions_all_submitted",
        observe=measures.all_submitted,
        did=NN_(
            "You submitted the question that you worked on.",
            "You submitted all {n} questions that you worked on.",
        ),
        readings=(
            N_("You brought each piece of work to a point where you could hand it in."),
            N_("You handed in answers even when you were not sure. Good."),
        ),
        try_next=N_("Note beside each answer how sure you are; look again at the least sure one."),
        ask=N_("Which of my answers would I look at first, given ten more minutes?"),
        condition=N_("Questions worked on, every one of them submitted: {threshold} or more."),
        implied_by=("finished_early", "all_full"),
        needs="saves",
    ),
    Rule(
        id="mostly_submitted",
        kind="praise",
        title=N_("Work handed in"),
        measure="share of the questions worked on that were submitted",
        unit="share",
        setting="submitted_share",
        observe=measures.mostly_submitted,
        did=NN_(
            "You submitted {n} of the {count} questions that you worked on.",
            "You submitted {n} of the {count} questions that you worked on.",
        ),
        readings=(
            N_("You handed in answers even when you were not sure. Good."),
            N_("You kept some of your time for handing work in."),
        ),
        try_next=N_("Before the end, go once through what is still open, and submit the best version of each."),
        ask=N_("Which of these answers am I surest of, and why?"),
        condition=N_("Share of the questions worked on that were submitted: {threshold} or more, short of all."),
        implied_by=("finished_early", "all_submitted"),
        needs="saves",
    ),
    Rule(
        id="steady",
        kind="praise",
        title=N_("A steady rhythm"),
        measure="share of the time in short intervals between events",
        unit="share",
        setting="steady_share",
        observe=measures.steady,
        did=NN_(
            "{share} of your time went by in steps of less than {pause} minutes.",
            "{share} of your time went by in steps of less than {pause} minutes.",
        ),
        readings=(
            N_("Small steps, saved often, keep mistakes small and easy to find."),
            N_("An editor that saves by itself adds to the rhythm, but you stayed with it."),
        ),
        try_next=N_("Every half hour, take half a minute to look at what is done and what is left."),
        ask=N_("What helped me to keep going?"),
        condition=N_("Share of the time in intervals shorter than {pause} minutes: {threshold} or more."),
        needs="saves",
        of_exam=True,
    ),
)
