"""`python -m feedback.cli.migrate`: brings the database up to date, for `feedback serve`.

Django's own command line would show a setting that is not understood as a traceback.
"""

import sys

import click
import django
from django.core.management import call_command

from feedback.cli.manage import plain_faults
from feedback.config import lifeline


@click.command()
def migrate() -> None:
    lifeline.end_with(sys.stdin.fileno())
    with plain_faults():
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)


if __name__ == "__main__":
    migrate()
