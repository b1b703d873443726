"""`feedback render`: what it takes and what it says; `local.py` does the work."""

import dataclasses
from pathlib import Path

import click
import msgspec

from feedback.analysis import AnalysisSettings
from feedback.cli import console, local, options
from feedback.cli.files import Beside, UnreadableFiles, read_roster
from feedback.cli.making import Plan
from feedback.cli.pseudonyms import pseudonyms_of, write_list
from feedback.contract import layout
from feedback.contract.formats import Paper
from feedback.contract.languages import Language
from feedback.contract.layout import Output
from feedback.events import Origin, Roster
from feedback.pipeline import Recipe
from feedback.rendering import RenderOptions


@click.command("render", short_help="Make reports straight from files.")
@options.files
@options.out
@options.formats
@click.option(
    "--tz",
    default="UTC",
    show_default=True,
    envvar="FEEDBACK_TIME_ZONE",
    metavar="ZONE",
    help="The time zone that times are shown in, such as Europe/Berlin.",
)
@click.option(
    "--session-gap",
    type=click.FloatRange(min=0, min_open=True),
    callback=options.finite,
    default=AnalysisSettings().session_gap_minutes,
    show_default=True,
    envvar="FEEDBACK_SESSION_GAP_MINUTES",
    metavar="MINUTES",
    help="A longer interval without events is not counted as work.",
)
@options.language_and_paper
@options.compare
@options.context
@options.origin
@options.pseudonyms
@options.max_bytes
def render(
    files: tuple[str, ...],
    out: Path,
    outputs: tuple[Output, ...],
    tz: str,
    session_gap: float,
    language: Language | None,
    paper: Paper | None,
    compare: str | None,
    context_file: str | None,
    questions_file: str | None,
    key_file: str | None,
    max_bytes: int,
    origin: Origin,
) -> None:
    """Make reports straight from files, with no server and no database.

    A FILE is .json, .ndjson or .csv, plain or gzip, a log of another platform (see `feedback convert`), or
    - for standard input; several are one class. DIR gets html/<student>.html, pdf/<student>.pdf, a class report
    for two students or more, and manifest.json. Nothing is written if anything in any file is wrong.
    """
    try:
        settings = AnalysisSettings(session_gap_minutes=session_gap)
        recipe = Recipe(settings, RenderOptions(time_zone=tz), language=language, paper=paper)
        plan = Plan(out, outputs, recipe, compare is not None)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--tz") from None
    try:
        beside, pseudonyms = Beside(context_file, questions_file).read(max_bytes), pseudonyms_of(key_file)
        roster = read_roster(files, max_bytes, context=beside, origin=origin, pseudonyms=pseudonyms)
    except UnreadableFiles as fault:
        raise console.Failed("The files cannot be taken, and nothing was written:", fault.lines) from None
    try:
        with roster:
            plan = dataclasses.replace(plan, recipe=_with_reading(plan.recipe, roster))
            write_list(key_file, pseudonyms)
            for note in roster.notes:
                console.note(note.message)
            run = local.render_roster(roster, plan)
    except OSError as fault:
        raise console.unwritable(out, fault) from None
    _report(run, out)


def _with_reading(recipe: Recipe, roster: Roster) -> Recipe:
    """The recipe with what the files say of all their students: the exam, and the zone of times that say none."""
    settings = msgspec.structs.replace(recipe.settings, assumed_zone=roster.assumed_zone)
    return dataclasses.replace(recipe, settings=settings, context=roster.encoded_context or None)


def _report(run: local.Run, out: Path) -> None:
    failures = run.failures()
    made = sum(len(made.sha256) for made in run.made)
    click.echo(f"{console.number_of(made, 'report')} of {console.number_of(len(run.made), 'student')} in {out}")
    if failures:
        named = console.first(failures, f", in {out / layout.MANIFEST}")
        raise console.Failed(f"{console.number_of(len(failures), 'report')} could not be made:", named)
