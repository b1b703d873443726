"""`feedback manage`: Django's command line, wherever the package is installed."""

import os

import click
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from feedback.cli import console


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
    try:
        execute_from_command_line(["feedback manage", *arguments])
    except ImproperlyConfigured as fault:
        raise console.Failed(str(fault)) from None
