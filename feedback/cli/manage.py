"""`feedback manage`: Django's command line, wherever the package is installed."""

import contextlib
import os
from collections.abc import Iterator

import click
import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from feedback.cli import console
from feedback.db import connections


@click.command(
    "manage",
    short_help="Run a command of Django's manage.py: migrate, apikey, createsuperuser, check, …",
    context_settings={"ignore_unknown_options": True},
    add_help_option=False,  # `--help` is for Django to answer, of the command that it stands behind
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND...")
def manage(arguments: tuple[str, ...]) -> None:
    """Run a command of Django's manage.py, with the settings of the environment.

    `feedback manage help` lists the commands; `feedback manage help apikey` explains one.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    with plain_faults():
        execute_from_command_line(["feedback manage", *arguments])


@contextlib.contextmanager
def plain_faults() -> Iterator[None]:
    """Settings that are not understood, and a database that cannot be reached, as one line instead of a traceback."""
    try:
        yield
    except ImproperlyConfigured as fault:
        raise console.Failed(str(fault)) from None
    except (OperationalError, psycopg.OperationalError):  # the pool's own time-out is psycopg's
        if (why := connections.why_unreachable()) is None:
            raise
        raise console.Failed(
            f"The database cannot be reached: {why}. Start it, or mend DATABASE_URL or POSTGRES_*."
        ) from None
