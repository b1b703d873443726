"""What to keep and what to do next, and behind the fold how to think about each of these."""

from collections.abc import Iterator

from feedback.analysis.findings import Findings
from feedback.analysis.statements import Insight
from feedback.rendering.blocks import Advice, AnyBlock, Insights, KeepNext, Paragraph, Point
from feedback.rendering.words import Words

# More would be a list to tick off; the findings (JSON) have all of them.
FURTHER = 2


def advice_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """At most one thing to keep and two to do next, each with the fact behind it."""
    keep = [insight for insight in findings.insights if insight.kind == "praise"]
    following = [insight for insight in findings.insights if insight.kind == "suggestion"]
    if keep or following:
        yield KeepNext(
            words.text("Keep"),
            words.text("Next"),
            tuple(Point(words.legible(each.did), words.legible(each.try_next)) for each in keep),
            tuple(Point(words.legible(each.try_next), words.legible(each.did)) for each in following),
        )
    elif findings.key_figures.submissions:
        yield Paragraph(words.text("Nothing unusual in this log."))


def thinking_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """Two readings of each insight and a question to ask oneself; of the further ones the fact as well."""
    everything = (*findings.insights, *findings.further_insights[:FURTHER])
    if everything:
        shown = len(findings.insights)
        items = tuple(_advice(each, words, known=n < shown) for n, each in enumerate(everything))
        yield Insights(items, readings_lead=words.text("What it may mean"), colon=words.text(": "))


def _advice(insight: Insight, words: Words, *, known: bool) -> Advice:
    labels = {"praise": words.text("Well done"), "suggestion": words.text("Worth a look")}
    ask = (words.text("Ask yourself"), words.legible(insight.ask))
    step = (words.text("Try"), words.legible(insight.try_next))
    if not known and not words.on_screen:
        # Paper has two pages: of the further ones it says the fact and the step.
        return Advice(
            insight.kind, labels[insight.kind], words.legible(insight.title), words.legible(insight.did), (), (step,)
        )
    return Advice(
        tone=insight.kind,
        label=labels[insight.kind],
        title=words.legible(insight.title),
        did="" if known else words.legible(insight.did),
        readings=tuple(map(words.legible, insight.readings)),
        leads=(ask,) if known else (step, ask),
    )
