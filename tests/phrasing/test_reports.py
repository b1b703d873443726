"""One value, one wording: cards, tables and definitions of a whole report print it the same way."""

import re
from datetime import timedelta

from feedback.analysis import analyse
from feedback.contract.formats import Format
from feedback.events import Event
from feedback.rendering import render
from tests.harness.documents import Parsed
from tests.harness.logs import START, student


def page(*events: Event) -> str:
    found = analyse(student(*events))
    return Parsed(render(found, Format.HTML).body.decode()).text


def test_a_share_just_below_everything_is_99_percent_in_cards_and_tables() -> None:
    minutes = [*range(0, 600, 5)]
    events = [Event("a", "saved_code", START + timedelta(minutes=m), None) for m in minutes]
    for index, unit in enumerate(("b", "c")):
        at = START + timedelta(minutes=595, seconds=30 * (index + 1))
        events.append(Event(unit, "saved_code", at, None))
    text = page(*events)
    assert text.count("99 %") >= 1
    assert "100 %" not in text


def test_the_same_score_reads_the_same_in_cards_and_tables() -> None:
    text = page(
        *(Event("a", "submission", START + timedelta(minutes=3 * n), score) for n, score in enumerate((0.1, 0.625)))
    )
    assert "0.63" in text
    assert not re.search(r"0\.62\b", text)
