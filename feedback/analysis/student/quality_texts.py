"""What the notes on a log say, by their codes."""

from feedback.phrasing.i18n import N_, NN_

NO_EVENTS = N_("The log holds no events, so there is nothing to measure yet.")
SUBMISSIONS_ONLY = N_(
    "The log records submissions only. Work that took longer than {minutes} minutes from one submission to the next "
    "leaves no other trace, so the estimates of active time are low, and what a long gap means cannot be told."
)
UNKNOWN_TYPES = NN_(
    "One event is of the type {names}, which is not known here. It is counted as an event, neither as a save nor as "
    "a submission.",
    "{n:,} events are of types that are not known here: {names}. They are counted as events, neither as saves nor as "
    "submissions.",
)
REPLACED = NN_(
    "One character cannot be set in print and is shown by its code point: {codes}.",
    "{n:,} characters cannot be set in print and are shown by their code points: {codes}.",
)
NOTES = {
    "missing_times": NN_(
        "One event has no time. It stays where the log has it, and no measure of time includes it.",
        "{n:,} events have no time. They stay where the log has them, and no measure of time includes them.",
    ),
    "zoneless_times": NN_(
        "One time came without a time zone and was read as UTC.",
        "{n:,} times came without a time zone and were read as UTC.",
    ),
    "list_order": NN_(
        "At one place the log lists a later event before an earlier one. Event Order shows the order received; "
        "everything else is in time order.",
        "At {n:,} places the log lists a later event before an earlier one. Event Order shows the order received; "
        "everything else is in time order.",
    ),
    "duplicates": NN_(
        "One event repeats an earlier one exactly (question, type, time and score). It is counted as it was sent.",
        "{n:,} events repeat an earlier one exactly (question, type, time and score). They are counted as they were "
        "sent.",
    ),
    "far_off_times": NN_(
        "One event lies far from the rest: more than {far_off_hours} hours, and three times the interquartile range, "
        "outside the middle half of the times. It is kept, but stretches the time from first to last event, so "
        "insights about timing are left out.",
        "{n:,} events lie far from the rest: more than {far_off_hours} hours, and three times the interquartile range, "
        "outside the middle half of the times. They are kept, but stretch the time from first to last event, so "
        "insights about timing are left out.",
    ),
    "batches": NN_(
        "One submission came in a batch.",
        "{n:,} submissions came in batches: neighbours at most {batch_seconds} seconds apart, to {batch_questions} "
        "questions or more, as when one button submits everything. They are counted as they were sent, which "
        "makes for many visits and short intervals; insights leave out those that only repeat a score.",
    ),
    "missing_types": NN_(
        "One event has no type. It is counted as an event, neither as a save nor as a submission.",
        "{n:,} events have no type. They are counted as events, neither as saves nor as submissions.",
    ),
    "scores_elsewhere": NN_(
        "One event that is not a submission carries a score. It is not used.",
        "{n:,} events that are not submissions carry scores. These are not used.",
    ),
}
