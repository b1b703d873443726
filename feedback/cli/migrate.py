"""`python -m feedback.cli.migrate`: brings the database up to date, for `feedback serve`.

Django's own command line would show a setting that is not understood as a traceback.
"""

import click
import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from feedback.cli import console


@click.command()
def migrate() -> None:
    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
    except ImproperlyConfigured as fault:
        raise console.Failed(str(fault)) from None


if __name__ == "__main__":
    migrate()
