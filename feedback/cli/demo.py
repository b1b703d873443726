"""`feedback demo`: from events to reports by way of a service that lives as long as it takes."""

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import click

from feedback.cli import console, embedded, options, remote
from feedback.cli.client import Failing, Query, Refused, Service, ServiceError
from feedback.cli.files import Beside
from feedback.cli.submit import body_of, report
from feedback.cli.supervisor import Supervisor
from feedback.contract.layout import DOCUMENTS
from feedback.events import Origin

_LOG_LINES = 30


@click.command("demo", short_help="Start a service, submit, fetch the reports, stop it.")
@options.files
@options.out
@options.language_and_paper
@options.context
@options.origin
@options.pseudonyms
def demo(
    files: tuple[str, ...],
    out: Path,
    language: str | None,
    paper: str | None,
    context_file: str | None,
    questions_file: str | None,
    key_file: str | None,
    origin: Origin,
) -> None:
    """Start a service on a free port, submit the events in every format, fetch the reports, and stop it."""
    asked = {name: value for name, value in (("lang", language), ("paper", paper)) if value}
    with tempfile.TemporaryDirectory(prefix="feedback-demo-") as home:
        try:
            beside = Beside(context_file, questions_file)
            with (
                _running(Path(home)) as url,
                Service(url) as service,
                body_of(files, beside, origin, key_file) as body,
            ):
                console.note(f"A service is running at {url}")
                query: Query = {**asked, **body.query}
                deliveries = remote.deliver(service, body.content, body.media_type, DOCUMENTS, out, query)
        except ServiceError as fault:
            answered = isinstance(fault, Refused) and not isinstance(fault, Failing)
            # A refused file is named by its faults; the log of the service would only bury them.
            raise console.Failed(str(fault), [*fault.details, *([] if answered else _last_words(Path(home)))]) from None
        except embedded.StartFailed as fault:
            raise console.Failed(str(fault), _last_words(Path(home))) from None
        except OSError as fault:
            raise console.unwritable(out, fault) from None
    report(deliveries, out)
    _say_where(out)


@contextlib.contextmanager
def _running(home: Path) -> Iterator[str]:
    """The address of an embedded service, supervised by a thread and stopped at the end."""
    stopping, ready = threading.Event(), threading.Event()
    faults = list[BaseException]()
    with embedded.owned_home(home), embedded.listen("127.0.0.1", 0) as bound, _log(home).open("wb") as log:
        service = Supervisor(home, "127.0.0.1", bound, log)

        def supervise() -> None:
            try:
                service.run(stopping, ready.set)
            except BaseException as fault:  # it is raised again where somebody waits
                faults.append(fault)
                ready.set()

        thread = threading.Thread(target=supervise)
        thread.start()
        try:
            ready.wait()
            if faults:
                raise faults[0]
            yield service.url
        finally:
            stopping.set()
            thread.join()


def _log(home: Path) -> Path:
    return home / "service.log"


def _last_words(home: Path) -> list[str]:
    log = _log(home)
    lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:] if log.exists() else []
    return ["The service's last words:", *lines] if lines else []


def _say_where(out: Path) -> None:
    for name in ("class.html", "class.pdf", "html", "pdf", "manifest.json"):
        if (out / name).exists():
            click.echo(f"  {out / name}")
