"""Insights about a course: how the work lay in its days and weeks. Exam advice would be wrong there.

The words describe and ask; they never judge, never compare, and never guess at motives beyond two readings
that are equally fair.
"""

from functools import partial

from feedback.analysis.insights import course_measures as measures
from feedback.analysis.insights.rule import Rule
from feedback.analysis.insights.sources import ARIGA, BOROUJENI, CEPEDA, EDWARDS, KORNELL, MURRE, ROEDIGER, STEEL
from feedback.phrasing.i18n import N_, NN_

_suggestion = partial(Rule, kind="suggestion", of_course=True)
_praise = partial(Rule, kind="praise", of_course=True)

COURSE = (
    _suggestion(
        id="weak_left",
        title=N_("Left behind with few points"),
        measure="questions with a low score that were not touched again in the last part of the work",
        unit="count",
        setting="weak_questions_left",
        observe=measures.weak_left,
        did=NN_(
            "You left {questions} at {score}, {time} before your last entry, and did not come back.",
            "You left {n} questions with a low score and did not come back: {questions}.",
        ),
        readings=(
            N_("You may have seen the answer in class, or on paper."),
            N_("Or other work came up, and the question was forgotten."),
        ),
        try_next=N_("Try {first} again this week, without looking at your old answer."),
        ask=N_("What do I know now that I did not know then?"),
        condition=N_(
            "Questions tried, below {weak} of the points, and not touched in the last {weak_days} days of your work: "
            "{threshold} or more."
        ),
        source=ROEDIGER,
        needs="scores",
    ),
    _suggestion(
        id="crammed",
        title=N_("Most of the work in the last days"),
        measure="share of the events in the last days before the deadline",
        unit="share",
        setting="last_days_share",
        observe=measures.crammed,
        did=NN_(
            "{share} of your entries came on the last day before the deadline.",
            "{share} of your entries came in the last {days} days before the deadline.",
        ),
        readings=(
            N_("You may have had no time before, or waited until it all fitted together."),
            N_("Or the deadline was what got you started."),
        ),
        try_next=N_("Do a short part every week. The same hours, spread out, stay in memory longer."),
        ask=N_("On which day of the week could I have started?"),
        condition=N_("Share of the events in the last {last_days} days before the deadline: {threshold} or more."),
        source=KORNELL,
    ),
    _suggestion(
        id="one_day",
        title=N_("Most of the work on one day"),
        measure="share of the events on the day with the most",
        unit="share",
        setting="one_day_share",
        observe=measures.one_day,
        did=NN_(
            "{share} of your entries came on one day; you worked on one other day.",
            "{share} of your entries came on one day; the rest came on {others} other days.",
        ),
        readings=(
            N_("A long day may have been the only one you had."),
            N_("Or the work was put off until it had to be done."),
        ),
        try_next=N_("Cut the next task into three parts, and do each on another day."),
        ask=N_("How much of that day do I still remember?"),
        condition=N_("Share of the events on the busiest day, in {course_days} days or more: {threshold} or more."),
        source=CEPEDA,
    ),
    _suggestion(
        id="late_start",
        title=N_("A late start"),
        measure="share of the course that had gone by at the first event",
        unit="share",
        setting="late_start_share",
        observe=measures.late_start,
        did=N_("Your first entry came after {time}, when {share} of the course had gone by."),
        readings=(
            N_("You may have read and prepared first, which leaves no trace here."),
            N_("Or other things came first."),
        ),
        try_next=N_("On the first day of a task, open it and do one small step."),
        ask=N_("What would have made it easy to start earlier?"),
        condition=N_("Share of the course gone by at the first event: {threshold} or more."),
        source=EDWARDS,
    ),
    _suggestion(
        id="quiet_before_end",
        title=N_("Nothing in the days before the deadline"),
        measure="whole days from the last event to the deadline",
        unit="count",
        setting="quiet_days_before_end",
        observe=measures.quiet_before_end,
        did=NN_(
            "Your last entry came {n} day before the deadline.",
            "Your last entry came {n} days before the deadline.",
        ),
        readings=(
            N_("You may have been done with what you wanted to do, or gone on elsewhere."),
            N_("Or the course lost its place in your week."),
        ),
        try_next=N_("A few days before the deadline, do one old question again. What is not used is soon forgotten."),
        ask=N_("What do I still remember of my first questions?"),
        condition=N_(
            "Whole days from the last event to the deadline, with points or work left, in a class that worked on until "
            "then: {threshold} or more."
        ),
        source=MURRE,
    ),
    _suggestion(
        id="empty_weeks",
        title=N_("Weeks without work"),
        measure="weeks without an event between the first and the last with one",
        unit="count",
        setting="empty_weeks",
        observe=measures.empty_weeks,
        did=NN_(
            "In {n} of {weeks} weeks there is no entry.",
            "In {n} of {weeks} weeks there is no entry; the longest break was {longest}.",
        ),
        readings=(
            N_("There may have been holidays, other courses, or nothing to do."),
            N_("Or each break made it harder to begin again."),
        ),
        try_next=N_("Fix one hour a week for this course, always at the same time."),
        ask=N_("What got me going again after the longest break?"),
        condition=N_("Weeks without an event, between the first week with one and the last: {threshold} or more."),
        source=BOROUJENI,
    ),
    _suggestion(
        id="long_sittings",
        title=N_("Very long sittings"),
        measure="sittings that lasted for hours",
        unit="count",
        setting="long_sittings",
        observe=measures.long_sittings,
        did=NN_(
            "One sitting lasted {time}.",
            "{n} sittings lasted {hours} or more; the longest was {time}.",
        ),
        readings=(
            N_("You may have been deep in the work, and it went well."),
            N_("Or you were tired at the end, and each step took longer."),
        ),
        try_next=N_("Take ten minutes away from the screen every hour; write down first what comes next."),
        ask=N_("When in the longest sitting did I do my best work?"),
        condition=N_("Sittings of {sitting_hours} hours or more: {threshold} or more."),
        source=ARIGA,
    ),
)

COURSE_PRAISE = (
    _praise(
        id="raised_later",
        title=N_("Coming back on another day paid off"),
        measure="questions whose score rose a day or more after the first try",
        unit="count",
        setting="questions_raised_later",
        observe=measures.raised_later,
        did=NN_(
            "You came back to {questions} on another day, and raised your score.",
            "You came back to {n} questions on another day, and raised your score: {questions}.",
        ),
        readings=(
            N_("Time between two tries helps to remember, and to see what was missed."),
            N_("You kept track of what was still open."),
        ),
        try_next=N_("Keep a list of what is open, and look at it at the start of each sitting."),
        ask=N_("What had changed between the first try and the later one?"),
        condition=N_("Questions whose score rose a day or more after the first try: {threshold} or more."),
        source=CEPEDA,
        needs="scores",
    ),
    _praise(
        id="done_ahead",
        title=N_("Done ahead of the deadline"),
        measure="whole days left when every question had its submission",
        unit="count",
        setting="days_ahead",
        observe=measures.done_ahead,
        did=NN_(
            "All {count} questions were done {n} day before the deadline.",
            "All {count} questions were done {n} days before the deadline.",
        ),
        readings=(
            N_("You planned your time, and kept some of it back."),
            N_("A start without hurry leaves room for surprises."),
        ),
        try_next=N_("Use such days to do the hardest question once more."),
        ask=N_("What helped me to be early?"),
        condition=N_(
            "Whole days left when each of three or more questions had its submission (where there are scores: its "
            "full score), with nothing left to do: {threshold} or more."
        ),
        source=STEEL,
        needs="submissions",
    ),
    _praise(
        id="weeks_worked",
        title=N_("Regular work"),
        measure="share of the weeks with events",
        unit="share",
        setting="weeks_worked_share",
        observe=measures.weeks_worked,
        did=N_("You worked in {worked} of {weeks} weeks, on {days} days."),
        readings=(
            N_("Regular work keeps things in memory, and no part gets too large."),
            N_("You made the course a part of your week."),
        ),
        try_next=N_("Keep your days. Begin each with one question from the week before."),
        ask=N_("What helped me to keep going?"),
        condition=N_(
            "Share of the weeks that have an event, of four or more until the student's last one, or if later until "
            "the last day from which on a tenth of the class still had events (at the latest the deadline): "
            "{threshold} or more."
        ),
        source=BOROUJENI,
    ),
    _praise(
        id="early_start",
        title=N_("An early start"),
        measure="share of the course left at the first event",
        unit="share",
        setting="early_start_left",
        observe=measures.early_start,
        did=NN_(
            "You started on the first day.",
            "You started on day {day}, with {share} of the time still to come.",
        ),
        readings=(
            N_("You saw early how much there was, and could plan."),
            N_("There was time left for questions, and for a second try."),
        ),
        try_next=N_("Do it again, and note on the first day what looks hardest."),
        ask=N_("What did the early start make possible?"),
        condition=N_("Share of the course left at the first event: {threshold} or more."),
        source=EDWARDS,
    ),
)
