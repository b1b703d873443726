"""Arguments and options that several commands share."""

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import click

from feedback.cli.files import detail_lines
from feedback.contract.formats import PAPERS
from feedback.contract.languages import LANGUAGES
from feedback.contract.layout import DOCUMENTS, Output
from feedback.events import SOURCES, InvalidEvents, origin_of
from feedback.events.formats.progsnap2 import TABLE as PROGSNAP2_TABLE

Command = TypeVar("Command", bound=Callable[..., Any])


def files(command: Command) -> Command:
    """Files, and folders of a ProgSnap2 data set as their main table."""
    path = click.Path(exists=True, readable=True, allow_dash=True)
    argument = click.argument("files", nargs=-1, required=True, type=path, metavar="FILE...", callback=_as_files)
    return argument(command)


def _as_files(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_table_of(Path(value)) if Path(value).is_dir() else value for value in values)


def _table_of(folder: Path) -> str:
    table = folder / PROGSNAP2_TABLE
    if not table.is_file():
        raise click.BadParameter(f"File '{folder}' is a directory, and no ProgSnap2 data set ({PROGSNAP2_TABLE}).")
    return str(table)


def origin(command: Command) -> Command:
    """`--source`, `--source-tz`, `--column` and `--role`, given to the command as one `origin`."""

    @functools.wraps(command)
    def with_origin(
        source: str | None,
        source_tz: str | None,
        column: tuple[str, ...],
        role: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        try:
            origin = origin_of(source, source_tz, column, role)
        except InvalidEvents as fault:
            raise click.UsageError("\n".join(detail_lines(fault.details))) from None
        return command(origin=origin, **rest)

    named = click.option(
        "--source",
        type=click.Choice(SOURCES),
        help="The platform that exported the files; without it, what their content is for certain.",
    )
    zone = click.option("--source-tz", metavar="ZONE", help="The zone of times that say none; UTC without it.")
    column = click.option(
        "--column",
        multiple=True,
        metavar="FIELD=HEADER",
        help="A column of your own for a field, or kind:KIND=WORD for a word of your own.",
    )
    role = click.option("--role", multiple=True, metavar="NAME", help="Whose events to keep, where the log has roles.")
    return cast(Command, named(zone(column(role(with_origin)))))


def pseudonyms(command: Command) -> Command:
    """`--pseudonyms`, as `key_file`."""
    path = click.Path(dir_okay=False)
    return click.option(
        "--pseudonyms",
        "key_file",
        type=path,
        metavar="KEYFILE",
        help="Keyed hashes in place of ids, without names. A key is made where there is none; who is who is written in "
        "KEYFILE.students.csv, for you alone.",
    )(command)


def out(command: Command) -> Command:
    folder = click.Path(file_okay=False, path_type=Path)
    return click.option("--out", required=True, type=folder, metavar="DIR", help="Where the reports go.")(command)


def formats(command: Command) -> Command:
    return click.option(
        "--format",
        "outputs",
        type=click.Choice(list(Output), case_sensitive=False),
        multiple=True,
        default=DOCUMENTS,
        show_default=True,
        callback=lambda _context, _option, values: tuple(dict.fromkeys(values)),
        help="Give it again for more than one; json is what was found, for programs.",
    )(command)


def compare(command: Command) -> Command:
    return click.option(
        "--compare",
        type=click.Choice(["class"]),
        help="Put the class's median and quartiles beside each student's own numbers, in classes of 10 or more.",
    )(command)


def language_and_paper(command: Command) -> Command:
    """`--lang` and `--paper`, as `language` and `paper`."""
    language = click.option(
        "--lang",
        "language",
        type=click.Choice(LANGUAGES),
        help="Of the reports; without it that of the context, else English. A student's own comes before.",
    )
    paper = click.option(
        "--paper",
        type=click.Choice(PAPERS, case_sensitive=False),
        help="What the reports are laid out for; without it the paper of the context, else A4.",
    )
    return language(paper(command))


def context(command: Command) -> Command:
    """`--context` and `--questions`, as `context_file` and `questions_file`."""
    path = click.Path(exists=True, dir_okay=False, readable=True)
    exam = click.option(
        "--context",
        "context_file",
        type=path,
        metavar="FILE",
        help="JSON with what only you know: exam, questions, report.",
    )
    questions = click.option(
        "--questions",
        "questions_file",
        type=path,
        metavar="FILE",
        help="The questions alone, as CSV: unit, title, topic, points, group, minutes, optional, solution_url.",
    )
    return exam(questions(command))


def max_bytes(command: Command) -> Command:
    """Hidden: the fault that a large file gives names the variable."""
    size = click.IntRange(min=1)
    return click.option("--max-bytes", type=size, default=512 << 20, envvar="FEEDBACK_MAX_BODY_BYTES", hidden=True)(
        command
    )


def finite(_context: click.Context, _option: click.Parameter, value: float) -> float:
    """A number of minutes that time can reach: `inf` and `nan` pass click's own range."""
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number; expected minutes, such as 10")
    return value


def web_address(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """The base address of a service, without the slash at its end."""
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.netloc:
        raise click.BadParameter("expected an address such as http://127.0.0.1:8000")
    return value.rstrip("/")
