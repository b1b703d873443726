"""What the notes on a log say, by their codes."""

from feedback.phrasing.i18n import N_, NN_

NO_EVENTS = N_("The log holds no events, so there is nothing to measure yet.")
SUBMISSIONS_ONLY = N_(
    "This log holds submissions only. Work that took longer than {minutes} minutes from one submission to the next "
    "left no other trace, so the times are low estimates."
)
PAGE_VISITS = N_(
    "This log has an event each time you opened a question. A change of the score, or half a minute of work, is a try; "
    "all else is a look and not counted."
)
ASSUMED_ZONE = N_("Times that came without a time zone were read as {zone}.")
FULL_MINUTES = N_("All times are on full minutes, so nothing is said that needs seconds.")
CLOCK_BACK = NN_(
    "At one place the time goes back by {time}, from {before} to {after}. If the clock was set back, the times and "
    "the order around there are not to be trusted.",
    "At {n} places the time goes back, by up to {time} (from {before} to {after}). If the clock was set back, the "
    "times and the order around there are not to be trusted.",
)
OFFSETS = N_("Times came in different time zones ({names}); all are shown in the one zone of this report.")
VERSIONS = N_("Units such as “{unit}” were read as versions of one question, “{slot}”.")
NOT_COUNTED = NN_(
    "{names} is in the log, but not among the questions of the exam: it is shown and not counted.",
    "{names} are in the log, but not among the questions of the exam: they are shown and not counted.",
)
MERGED = N_("The log writes the same number in several ways, read as one question: {names}.")
UNKNOWN_TYPES = NN_(
    "One event is of the type {names}, which is not known here. Nothing is concluded from it.",
    "{n} events are of types that are not known here: {names}. Nothing is concluded from them.",
)
REPLACED = NN_(
    "One character cannot be set in print and is shown by its code point: {codes}.",
    "{n} characters cannot be set in print and are shown by their code points: {codes}.",
)
NOTES = {
    "missing_times": NN_(
        "One event has no time. It stays where the log has it, and no measure of time includes it.",
        "{n} events have no time. They stay where the log has them, and no measure of time includes them.",
    ),
    "zoneless_times": NN_(
        "One time came without a time zone and was read as UTC.",
        "{n} times came without a time zone and were read as UTC.",
    ),
    "list_order": NN_(
        "At one place the log lists a later event before an earlier one. Event Order shows the order received; "
        "everything else is in time order.",
        "At {n} places the log lists a later event before an earlier one. Event Order shows the order received; "
        "everything else is in time order.",
    ),
    "duplicates": NN_(
        "One event is a repeat (the same in everything, or a double click). It is counted nowhere.",
        "{n} events are repeats (the same in everything, or double clicks). They are counted nowhere.",
    ),
    "far_off_times": NN_(
        "One time lies far from the rest. It is left out of every measure of time.",
        "{n} times lie far from the rest. They are left out of every measure of time.",
    ),
    "batches": NN_(
        "One submission came in a batch.",
        "{n} submissions came in batches: at most {batch_seconds} seconds apart, to {batch_questions} questions or "
        "more, as when one button submits everything. Those that only repeat a score are no tries.",
    ),
    "long_gaps": NN_(
        "Once more than 45 minutes went by before an event. They count for its question, though you may have been "
        "away.",
        "{n} times more than 45 minutes went by before an event. They count for its question, though you may have "
        "been away.",
    ),
    "missing_types": NN_(
        "One event has no type. It is counted as an event, neither as a save nor as a submission.",
        "{n} events have no type. They are counted as events, neither as saves nor as submissions.",
    ),
    "scores_elsewhere": NN_(
        "One event that is not a submission carries a score. It is not used.",
        "{n} events that are not submissions carry scores. These are not used.",
    ),
    "outside_window": NN_(
        "One event lies outside the time given for the exam.",
        "{n} events lie outside the time given for the exam.",
    ),
    "window_not_used": NN_(
        "One event lies outside the time given for the exam, which is most of the log. That time is not used here.",
        "{n} events lie outside the time given for the exam, more than lie inside. That time is not used here.",
    ),
}
