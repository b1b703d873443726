"""`feedback submit`: what it takes and what it says; `remote.py` does the work."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click
import click.core
import msgspec

from feedback.analysis import known_names
from feedback.cli import console, options, remote
from feedback.cli.client import Query, Service, ServiceError
from feedback.cli.embedded import is_loopback
from feedback.cli.files import Beside, UnreadableFiles, open_events, read_roster, unreadable, with_room
from feedback.cli.pseudonyms import pseudonyms_of, write_list
from feedback.contract import layout
from feedback.contract.layout import Output
from feedback.events import (
    OWN,
    EventsError,
    Limits,
    MediaType,
    Origin,
    Roster,
    Student,
    decode_student,
    encode_student,
    spool,
)


@click.command("submit")
@options.files
@click.option("--url", required=True, callback=options.web_address, metavar="URL", help="Where the service is.")
@options.out
@options.formats
@click.option("--tz", metavar="ZONE", help="Show times in this zone instead of the service's own.")
@click.option("--api-key", envvar="FEEDBACK_API_KEY", show_envvar=True, metavar="KEY", help="Sent as a Bearer token.")
@options.language_and_paper
@options.compare
@options.context
@options.origin
@options.pseudonyms
def submit(
    files: tuple[str, ...],
    url: str,
    out: Path,
    outputs: tuple[Output, ...],
    tz: str | None,
    api_key: str | None,
    language: str | None,
    paper: str | None,
    compare: str | None,
    context_file: str | None,
    questions_file: str | None,
    key_file: str | None,
    origin: Origin,
) -> None:
    """Send events to a service, wait, and fetch the reports.

    A FILE is .json, .ndjson or .csv, plain or gzip, a log of another platform (see `feedback convert`),
    or - for standard input; several are one class. DIR gets what `feedback render` would
    write. To run it again is safe: the same events are the same task.
    """
    options_asked = (("tz", tz), ("compare", compare), ("lang", language), ("paper", paper))
    asked = {name: value for name, value in options_asked if value}
    _warn_of_a_careless_key(url, api_key)
    try:
        with (
            Service(url, api_key) as service,
            body_of(files, Beside(context_file, questions_file), origin, key_file) as body,
        ):
            query: Query = {**asked, **body.query}
            deliveries = remote.deliver(service, body.content, body.media_type, outputs, out, query)
    except ServiceError as fault:
        raise console.Failed(str(fault), fault.details) from None
    except OSError as fault:
        raise console.unwritable(out, fault) from None
    report(deliveries, out)


def _warn_of_a_careless_key(url: str, api_key: str | None) -> None:
    source = click.get_current_context().get_parameter_source("api_key")
    if source is click.core.ParameterSource.COMMANDLINE:
        console.note("Everybody on this machine can see a key given as --api-key; FEEDBACK_API_KEY is read as well.")
    parts = urlsplit(url)
    if api_key and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        console.note(f"The key goes to {parts.hostname} over http, readable on the way; use https.")


def report(deliveries: Sequence[remote.Delivery], out: Path) -> None:
    """Say what came; raises Failed, naming everything that did not."""
    entries = [entry for delivery in deliveries if delivery.manifest for entry in delivery.manifest.students]
    made = sum(entry.link is not None for entry in entries)
    click.echo(f"{console.number_of(made, 'report')} of {len(entries):,} in {out}")
    if failures := [line for delivery in deliveries for line in delivery.failures]:
        named = console.first(failures, f", in {out / layout.MANIFEST}")
        raise console.Failed("The service could not make everything:", named)


def _with_context(roster: Roster) -> contextlib.AbstractContextManager[IO[bytes]]:
    """A roster as NDJSON, its context on the first line where it has one."""
    line = roster.encoded_context
    if not line and not roster.assumed_zone:
        return contextlib.nullcontext(roster.ndjson())
    return spool(_lines(line, roster), sys.maxsize)


def _lines(context: bytes, roster: Roster) -> Iterator[bytes]:
    if context:
        yield context + b"\n"
    if not roster.assumed_zone:
        yield from roster.ndjson()
        return
    zone = ZoneInfo(roster.assumed_zone)
    for payload in roster.payloads():
        yield encode_student(_without_zone(decode_student(payload), zone)) + b"\n"


def _without_zone(student: Student, zone: ZoneInfo) -> Student:
    """With times as a clock in `zone` showed them, for a service that is told the zone, so that its reports say it."""
    events = [
        msgspec.structs.replace(event, created_time=event.created_time and _on_the_clock(event.created_time, zone))
        for event in student.events
    ]
    return msgspec.structs.replace(student, events=events)


def _on_the_clock(time: datetime, zone: ZoneInfo) -> datetime:
    """The same time without its zone; as it is where that would be another time, in the hour that comes twice."""
    try:
        local = time.astimezone(zone) if time.tzinfo else time
    except OverflowError:
        return time
    return time if local.fold else local.replace(tzinfo=None)


@dataclass(frozen=True)
class Body:
    """What is sent: the content, its type, and what the query says of it."""

    content: IO[bytes]
    media_type: MediaType
    query: Mapping[str, list[str]] = field(default_factory=dict)


@contextlib.contextmanager
def body_of(files: Sequence[str], beside: Beside, origin: Origin, key_file: str | None = None) -> Iterator[Body]:
    """One file goes as it is, for the service to judge; several are joined here, so faults name their file.

    So is one with a context beside it, which becomes the first line, and one whose students get pseudonyms: the
    service must not see the others.
    """
    with contextlib.ExitStack() as open_files:
        try:
            if len(files) == 1 and not beside and key_file is None:
                body = _as_it_is(files[0], origin, open_files)
            else:
                pseudonyms = pseudonyms_of(key_file)
                context = beside.read(sys.maxsize)
                roster = read_roster(files, sys.maxsize, context=context, origin=origin, pseudonyms=pseudonyms)
                body = _joined(roster, open_files)
                write_list(key_file, pseudonyms)
        except UnreadableFiles as fault:
            raise console.Failed("The files cannot be taken, and nothing was sent:", fault.lines) from None
        except (EventsError, OSError) as fault:
            raise console.Failed(
                "The file cannot be taken, and nothing was sent:", unreadable(files[0], fault)
            ) from None
        yield body


def _as_it_is(file: str, origin: Origin, open_files: contextlib.ExitStack) -> Body:
    """The file for the service to judge. The log of another platform is read here too, to say what is left out."""
    content, media_type = open_files.enter_context(open_events(file, sys.maxsize))
    known = origin.known(content)
    if known.source == OWN:
        return Body(content, media_type, _query(origin))
    with Roster(with_room(known, sys.maxsize).read(content, media_type, Limits(), known_names())) as roster:
        _tell(roster)
    content.seek(0)
    return Body(content, media_type, _query(known))


def _query(origin: Origin) -> dict[str, list[str]]:
    """The origin as the parameters of the service; none of what was not said."""
    options = origin.options
    columns = [f"{name}={heading}" for name, heading in options.columns.items()]
    columns += [f"kind:{kind}={word}" for word, kind in options.kinds.items()]
    said = {
        "source": [origin.source] if origin.source else [],
        "source_tz": [options.zone.key] if options.zone else [],
        "column": columns,
        "role": list(options.roles),
    }
    return {name: values for name, values in said.items() if values}


def _tell(roster: Roster) -> None:
    """What the log of another platform was read as."""
    if any(note.code == "source" for note in roster.notes):
        for note in roster.notes:
            console.note(note.message)


def _joined(roster: Roster, open_files: contextlib.ExitStack) -> Body:
    """A roster as a body; what its log was read as is told here, the service cannot know it."""
    open_files.enter_context(roster)
    _tell(roster)
    query = {"source_tz": [roster.assumed_zone]} if roster.assumed_zone else {}
    return Body(open_files.enter_context(_with_context(roster)), MediaType.NDJSON, query)
