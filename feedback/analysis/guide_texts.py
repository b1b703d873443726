"""The definitions of the measures, as a report prints them under "How to read this"."""

from typing import NamedTuple

from feedback.analysis.statements import DefinitionGroup
from feedback.analysis.texts import N_


class Entry(NamedTuple):
    """One definition; `{…}` are settings in words. `needs` names what the log must hold for it to be of use."""

    group: DefinitionGroup
    measure: str
    name: str
    text: str
    source: str = ""
    needs: str = ""


TUKEY = N_("Tukey 1977, Exploratory Data Analysis")

MEASURES = (
    Entry(
        "terms",
        "questions.alias",
        N_("Q1, Q2, …"),
        N_(
            "The questions in this log in their own order: numbers by value, then names. Another student's Q2 can be "
            "another question."
        ),
    ),
    Entry(
        "terms",
        "event_order",
        N_("Event Order"),
        N_("The question of every event, in the order the log was received. Everything else is in the order of time."),
    ),
    Entry(
        "terms",
        "key_figures.events",
        N_("Events"),
        N_(
            "Everything the log holds. An event is a save or a submission by the name of its type (such as "
            "“saved_code” or “submission”); an event of any other type is only counted."
        ),
    ),
    Entry(
        "measures",
        "key_figures.window_seconds",
        N_("Your time"),
        N_("From your first to your last event with a time. What came before and after leaves no trace."),
    ),
    Entry(
        "measures",
        "key_figures.active_seconds",
        N_("Active time (estimate)"),
        N_(
            "The sum of all intervals between events of at most {session_gap} minutes. Longer ones count as time away, "
            "though you may have been thinking. There is no agreed limit, so the range shows the same sum with limits "
            "of {narrow_gap} and {wide_gap} minutes."
        ),
        N_("Kovanović et al. 2015, Penetrating the black box of time-on-task estimation"),
    ),
    Entry(
        "measures",
        "questions.seconds",
        N_("Time per question (estimate)"),
        N_(
            "Each counted interval belongs to the question of the event that ends it, as a save or a submission ends a "
            "piece of work. The times of all questions add up to the active time."
        ),
    ),
    Entry(
        "measures",
        "path",
        N_("Path and visits"),
        N_(
            "A visit is a run of events on one question with none on another between; coming back starts a new one. "
            "The path lists the visits, with the events and the time of each, which counts from the event before "
            "it, or after more than {session_gap} minutes from its own first."
        ),
    ),
    Entry(
        "measures",
        "questions.progress",
        N_("Scores"),
        N_(
            "First, best and last score of the submissions to a question, and the number of submissions it took to "
            "reach the best. A submission is without improvement when its score is not above the best before it; these "
            "are counted until the full score is reached."
        ),
        needs="scores",
    ),
    Entry(
        "measures",
        "rhythm.median_seconds",
        N_("Rhythm"),
        N_(
            "Half of the counted intervals are shorter than the median, and the middle half of them lie between the "
            "quartiles."
        ),
        TUKEY,
    ),
    Entry(
        "measures",
        "rhythm.pauses",
        N_("Pauses"),
        N_(
            "Intervals of {pause} to {long_pause} minutes, and longer ones, with the question they came before. A log "
            "cannot tell thinking from resting."
        ),
        N_("Shrestha et al. 2022, Pausing While Programming"),
    ),
    Entry(
        "measures",
        "rhythm.quick_resubmissions",
        N_("Quick resubmissions"),
        N_("Submissions less than {quick} seconds after the one before on the same question."),
        N_("Karavirta, Korhonen & Malmi 2006, On the use of resubmissions in automatic assessment systems"),
        needs="submissions",
    ),
    Entry(
        "measures",
        "late",
        N_("The end of your time"),
        N_("The share of your events in the last {late} of your time, and the questions you first touched in it."),
    ),
    Entry(
        "measures",
        "questions.saved_not_submitted",
        N_("Saved, not submitted"),
        N_(
            "Questions with saves and no submission. Questions you never touched are not in your log, so only a "
            "comparison with the class can name them."
        ),
    ),
)
COMPARISON = Entry(
    "measures",
    "comparison",
    N_("Beside the class"),
    N_(
        "The median and the quartiles of the class stand beside your own numbers: a place to start thinking, not a "
        "mark. They need {students} students or more. A question is named as never touched only where {common} of the "
        "class or more worked on it, as exams come in versions."
    ),
    N_("Harvey & Keyes 2019, How do I compare thee?"),
)
INSIGHTS = Entry(
    "insights",
    "insights",
    N_("Insights"),
    N_(
        "Up to {shown}, where a number reaches the threshold printed below; the thresholds are choices, not findings "
        "of research. Each gives two ways to read the number, because a log shows what happened and not why. Those "
        "about timing need {events} events over {minutes} minutes or more."
    ),
    N_("Hattie & Timperley 2007, The power of feedback; Brooks et al. 2019, A matrix of feedback for learning"),
)
LIMITS = (
    Entry(
        "limits",
        "error_quotient",
        N_("What is not measured"),
        N_(
            "Measures of how errors are handled, such as the error quotient and the Watwin score, need the result of "
            "every compilation. This log does not hold them, so they are not here. Nor is anything said about the "
            "quality of your code."
        ),
        N_("Jadud 2006; Watson, Li & Godwin 2013"),
    ),
)
CLASS = (
    Entry(
        "terms",
        "statistics.questions.label",
        N_("C1, C2, …"),
        N_(
            "The questions of the whole class, in their own order. A student's own report numbers only the questions "
            "in that student's log, so C3 here may be Q2 there."
        ),
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
        N_("Kovanović et al. 2015, Penetrating the black box of time-on-task estimation"),
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
        "statistics.questions.opened_position",
        N_("Opening order"),
        N_(
            "The place at which a student first opened a question, 1 being the first, for students whose log has a "
            "time for every question."
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
