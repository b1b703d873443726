"""`feedback web`: the web process, with the server and the settings that were measured best."""

import contextlib
import os
import resource
import socket
import sys
import tempfile
from collections.abc import Iterator

import click
import uvicorn
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from feedback.cli import console, embedded
from feedback.cli.processes import end_now
from feedback.config import lifeline


@click.command("web", short_help="Run the web process alone, beside Celery's.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="How many processes answer.")
@click.option("--fd", type=int, hidden=True, help="A listening socket inherited from `feedback serve`.")
def web(host: str, port: int, workers: int, fd: int | None) -> None:
    """Run the web process alone, for the services way of running.

    It needs the settings in the environment (see .env.example) and a migrated database, and hands the
    work to `celery -A feedback worker`. Slow clients cost it nothing: bodies are read before a thread is taken.
    """
    _take_all_descriptors()
    if fd is not None:
        lifeline.end_with(sys.stdin.fileno())
    try:
        with embedded.listen(host, port) if fd is None else socket.socket(fileno=fd) as bound:
            config = _configuration(workers)
            _refuse_exposure(bound)
            if fd is None:
                console.note(embedded.listening(host, bound.getsockname()[1]))
            with _shared_counters() if workers > 1 else contextlib.nullcontext():
                status = _serve(bound, config)
    except (embedded.StartFailed, ImproperlyConfigured) as fault:
        raise console.Failed(str(fault)) from None
    if status:
        raise console.Failed("The web process could not start; the lines above say why.")
    end_now()


def _take_all_descriptors() -> None:
    """Raise the limit on file descriptors as far as allowed: each connection takes one, a long poll for minutes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS says "infinite", and takes that for an error
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _refuse_exposure(bound: socket.socket) -> None:
    """Raises StartFailed where the service would be open to other machines without its operator having said so."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    reached = embedded.published_at(settings.FEEDBACK_PUBLISH) or bound.getsockname()[0]
    embedded.refuse_exposure(reached, settings.FEEDBACK_AUTH, allow_open=settings.FEEDBACK_ALLOW_OPEN)


def _configuration(workers: int) -> uvicorn.Config:
    """Raises ImproperlyConfigured for settings that are not understood."""
    config = uvicorn.Config(
        "feedback.server.asgi:application",
        workers=workers,
        loop="uvloop",
        http="feedback.server.protocol:GuardedProtocol",
        ws="none",
        lifespan="off",
        log_config=None,  # Django's settings say what is logged, and how
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    if workers == 1:
        config.load()
    return config


@contextlib.contextmanager
def _shared_counters() -> Iterator[None]:
    """A folder in which the web processes count together: any of them can be asked for the metrics of all."""
    with tempfile.TemporaryDirectory(prefix="feedback-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # before the processes that are started import its reader
        yield


def _serve(bound: socket.socket, config: uvicorn.Config) -> int:
    """Answer until told to end; 0, or uvicorn's status for a start that failed."""
    if config.workers > 1:
        processes = Multiprocess(config, sockets=[bound])
        processes.run()
        failed = any(process.exitcode == STARTUP_FAILURE for process in processes.processes)
        return STARTUP_FAILURE if failed else 0
    # uvicorn shuts down in order, then raises the signal again.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[bound])
    return 0
