"""`feedback serve`: the embedded service in the foreground."""

import signal
import threading
from pathlib import Path

import click

from feedback.cli import console, embedded
from feedback.cli.processes import end_now
from feedback.cli.supervisor import Supervisor
from feedback.config import home as home_folder


@click.command("serve", short_help="Run the whole service on this machine.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any port that is free."
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=home_folder.default,
    show_default="var/ of a checkout, else feedback-generator/ among the user's data",
    envvar="FEEDBACK_HOME",
    help="Where the database and the secret key are kept.",
)
def serve(host: str, port: int, home: Path) -> None:
    """Run the whole service on this machine: web and workers, with nothing to install.

    Everything is kept in the home folder, which one service owns at a time. Ctrl-C stops it; what was
    accepted and is not done yet is done at the next start.
    """
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    home = home.absolute()
    try:
        with embedded.owned_home(home) as owner, embedded.listen(host, port) as bound:
            service = Supervisor(home, host, bound)
            embedded.claim(owner, service.url)
            where = embedded.listening(host, bound.getsockname()[1])
            service.run(stopping, lambda: click.echo(f"{where} (home {home}); Ctrl-C stops it."))
    except embedded.StartFailed as fault:
        raise console.Failed(str(fault)) from None
    console.note("Stopped.")
    end_now()
