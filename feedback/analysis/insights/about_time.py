"""Suggestions about time: where it went, when things happened, and the rhythm.

The words describe and ask; they never judge, never compare, and never guess at motives beyond two readings
that are equally fair.
"""

from feedback.analysis.insights import observe
from feedback.analysis.insights.rule import Rule
from feedback.analysis.insights.sources import EDWARDS, MONSELL, SHRESTHA
from feedback.phrasing.i18n import N_, NN_

ABOUT_TIME = (
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
        condition=N_(
            "Share of active time on one question of three or more: {threshold} or more, where active time covers "
            "{coverage} of your time."
        ),
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
