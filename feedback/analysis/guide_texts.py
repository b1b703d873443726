"""The definitions of the measures, as a report prints them under "How to read this"."""

from typing import NamedTuple

from feedback.analysis.insights.sources import KARAVIRTA, SHRESTHA
from feedback.analysis.statements import DefinitionGroup
from feedback.phrasing.i18n import N_


class Entry(NamedTuple):
    """One definition; `{…}` are settings in words. `needs` names what findings must hold for a report to show it."""

    group: DefinitionGroup
    measure: str
    name: str
    text: str
    source: str = ""
    needs: str = ""


KOVANOVIC = N_("Kovanović et al. 2015, Penetrating the black box of time-on-task estimation")
TUKEY = N_("Tukey 1977, Exploratory Data Analysis")

# What a heading, a label or a caption of the report says already is not said here again.
MEASURES = (
    Entry(
        "terms",
        "questions.alias",
        N_("Q1, Q2, …"),
        N_("The questions in this log: numbers by value, then names. Another student's Q2 may be another question."),
        needs="events",
    ),
    Entry(
        "terms",
        "event_order",
        N_("Event Order"),
        N_("The question of every event, in the order received. All else is in the order of time."),
    ),
    Entry(
        "measures",
        "key_figures.score_earned",
        N_("Score"),
        N_(
            "The best score of each question, or the last where that counts, times its points. A question is worth a "
            "point where the sender named none. Your course may count differently."
        ),
        needs="scores",
    ),
    Entry(
        "measures",
        "questions.attempts",
        N_("Tries"),
        N_("Submissions, but for repeats, and for those that only show a question again."),
        needs="submissions",
    ),
    Entry(
        "measures",
        "questions.seconds",
        N_("Time"),
        N_(
            "The time between two events counts for the question of the later one, where it is at most {session_gap} "
            "minutes. Longer gaps count as time away, though you may have been thinking. Minutes are rounded so that "
            "they add up to the total."
        ),
        KOVANOVIC,
        needs="active time",
    ),
    Entry(
        "measures",
        "questions.seconds",
        N_("Time"),
        N_(
            "All the time before an event counts for its question. Minutes are rounded so that they add up to the "
            "total."
        ),
        needs="visits",
    ),
    Entry(
        "measures",
        "sittings",
        N_("Sittings"),
        N_(
            "Work without a break over {sitting_gap} minutes, from its first entry to its last. The time in sittings "
            "holds short breaks too, so it is longer than the time on the questions."
        ),
        needs="sittings",
    ),
    Entry(
        "measures",
        "course.days",
        N_("Days and weeks"),
        N_("Days begin at midnight in the time zone of this report, weeks on Monday. A day counts if it has an entry."),
        needs="course",
    ),
    Entry(
        "measures",
        "path",
        N_("Visits"),
        N_("A visit is a run of events on one question; coming back starts a new one."),
        needs="path",
    ),
    Entry(
        "measures",
        "rhythm.median_seconds",
        N_("Median and middle half"),
        N_(
            "Half of the intervals are shorter than the median. A quarter are shorter than the middle half, and a "
            "quarter longer."
        ),
        TUKEY,
        needs="rhythm",
    ),
    Entry(
        "measures",
        "rhythm.pauses",
        N_("Pauses"),
        N_(
            "Intervals of {pause} to {long_pause} minutes, and longer ones, within a sitting. A log cannot tell "
            "thinking from resting."
        ),
        SHRESTHA,
        needs="rhythm",
    ),
    Entry(
        "measures",
        "rhythm.quick_resubmissions",
        N_("Between submissions"),
        N_("Intervals under {quick} seconds are counted apart, as quick resubmissions."),
        KARAVIRTA,
        needs="resubmissions",
    ),
    Entry(
        "measures",
        "compiling.error_quotient_high",
        N_("Error quotient"),
        N_(
            "Each two compilations that follow each other within a sitting: 8 of 11 where both failed, 11 of 11 where "
            "both failed with the same type of error, else 0; the quotient is the mean. This log does not say the "
            "type, so the quotient lies between the two figures. A run, or a submission, is a compilation that "
            "succeeded where the log has no other."
        ),
        N_("Jadud 2006, Methods and tools for exploring novice compilation behaviour"),
        needs="compilations",
    ),
    Entry(
        "measures",
        "comparison",
        N_("Beside the class"),
        N_(
            "A place to start thinking, not a mark: given from {students} students up. A question is named as not in "
            "your log only where {common} of the class or more worked on it, as exams come in versions."
        ),
        N_("Harvey & Keyes 2019, How do I compare thee?"),
        needs="comparison",
    ),
    Entry(
        "insights",
        "insights",
        N_("Keep and Next"),
        N_(
            "At most one thing to keep and two to do next: those with the most points at stake, else the most minutes. "
            "The others stand behind them. Each has two readings, because a log shows what happened and not why."
        ),
        N_("Hattie & Timperley 2007, The power of feedback; Brooks et al. 2019, A matrix of feedback for learning"),
        needs="events",
    ),
)
LIMITS = (
    Entry(
        "limits",
        "error_quotient",
        N_("What is not measured"),
        N_(
            "How errors were handled (error quotient, Watwin score): that takes failed compilations, and this log "
            "has none. Nor the quality of your code, nor questions you never opened."
        ),
        N_("Jadud 2006; Watson, Li & Godwin 2013"),
        needs="no compilations",
    ),
    Entry(
        "limits",
        "watwin_score",
        N_("What is not measured"),
        N_(
            "How soon each error was mended (Watwin score): that takes the message and the line of every error, which "
            "this log does not hold. Nor the quality of your code, nor questions you never opened."
        ),
        N_("Watson, Li & Godwin 2013"),
        needs="compilations",
    ),
)
MOODLE = N_("Moodle, Quiz statistics calculations")
CLASS = (
    Entry(
        "terms",
        "items.slot",
        N_("Questions and versions"),
        N_(
            "A question has the name that the platform gives it, or that of its group: units that are versions of one "
            "question stand in one row. A student's own report numbers only the questions in that student's log."
        ),
    ),
    Entry(
        "measures",
        "scores",
        N_("Score"),
        N_(
            "The points that a student's submissions earned: the best of each question (or the last, where the sender "
            "said so) times its points. Students without events are not counted. Standard deviations are those of "
            "a sample (n − 1)."
        ),
    ),
    Entry(
        "measures",
        "items.facility",
        N_("Mean, with its 95 % interval"),
        N_(
            "The facility index: the mean share of the points, over the students with a scored submission on the "
            "question, with Student's t interval."
        ),
        MOODLE,
    ),
    Entry(
        "measures",
        "items.discrimination_index",
        N_("Discrimination"),
        N_(
            "The correlation of the score on a question with the points earned on all others, from 20 students on: "
            "near 0, or below, the question did not tell those who did well elsewhere from the rest. The tables give "
            "the discriminative efficiency too."
        ),
        MOODLE,
    ),
    Entry(
        "measures",
        "items.versions.differs",
        N_("Unequal versions"),
        N_(
            "A version that 20 students or more had, whose mean lies a tenth of the points or more from that of the "
            "question, further than chance explains: its 95 % interval, made wider for the number of versions "
            "(Bonferroni), leaves that mean out. It says that the versions were not equally hard for these students, "
            "not why."
        ),
        N_("Dunn 1961, Multiple comparisons among means"),
    ),
    Entry(
        "measures",
        "attention",
        N_("Look at these first"),
        N_(
            "At most twelve students: those below half of the points, and those whose last submissions are worth a "
            "fifth of the points less than their best. Without scores those who left in a quarter of the usual time or "
            "earlier, or have five minutes of work or more that they never submitted. The reason given is the first "
            "that holds."
        ),
    ),
    Entry(
        "measures",
        "course.quiet",
        N_("Who has gone quiet"),
        N_(
            "In a course, students with points or work left whose last entry is {quiet_days} days or more before the "
            "end: the last day from which on a tenth of the class still had entries. They may have left the course, or "
            "work elsewhere."
        ),
        needs="course",
    ),
    Entry(
        "measures",
        "rows.active_seconds",
        N_("Active time (estimate)"),
        N_(
            "The sum of a student's intervals between events of at most {session_gap} minutes, each charged to the "
            "question of the event that ends it. Longer ones count as time away, though the student may have been "
            "thinking."
        ),
        KOVANOVIC,
    ),
    Entry(
        "measures",
        "statistics.questions.touched",
        N_("Touched, submitted, full score"),
        N_(
            "How many students have any event, a submission, and a submission with the full score on a question. Where "
            "an exam comes in versions, not every student had every question."
        ),
    ),
    Entry(
        "measures",
        "statistics.measures",
        N_("Distributions"),
        N_(
            "Half of the students lie below the median, the middle half of them between the quartiles, given from four "
            "students up and, where they count something, to the nearest whole number. Only students who have the "
            "number are counted."
        ),
        TUKEY,
    ),
    Entry(
        "measures",
        "rows.switches",
        N_("Changes between questions (switches)"),
        N_("How often a student's next event was on another question than the one before."),
    ),
    Entry(
        "measures",
        "rows.insights",
        N_("Insights"),
        N_(
            "What a student's own report says stood out, praise and suggestions alike: a larger number is neither "
            "better nor worse."
        ),
    ),
    Entry(
        "measures",
        "opening_orders",
        N_("Opening order"),
        N_(
            "The order in which a student first opened the questions, for students whose log has a time for every "
            "question."
        ),
    ),
    Entry(
        "measures",
        "activity",
        N_("Activity over time"),
        N_("Events, and students at work, in equal steps of time."),
    ),
    Entry(
        "limits",
        "rows",
        N_("What a row says"),
        N_(
            "A log shows what happened, not why, and a single number never describes a student. The students' own "
            "reports give every number with its possible readings."
        ),
    ),
)
