"""The command line. A command's module is imported only when the command is asked for (or listed)."""

import importlib
import signal
from types import FrameType

import click

_COMMANDS = ("render", "convert", "submit", "serve", "web", "demo", "manage")


class _Commands(click.Group):
    """Finds the command `x` as `feedback.cli.x.x`, so that `feedback render` never loads a server."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"feedback.cli.{cmd_name}"), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="feedback-generator")
@click.pass_context
def main(context: click.Context) -> None:
    """Feedback reports for students, from the event log of a coding exam.

    \b
    Reports from files         feedback render class.json --out reports
    A log made ours           feedback convert MainTable.csv > class.json
    A service on this machine  feedback serve
    Reports from a service     feedback submit class.json --url http://127.0.0.1:8000 --out reports

    Exit codes: 0 all went well, 1 something failed (and was named), 2 the command was not understood.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    context.call_on_close(lambda: signal.signal(signal.SIGTERM, before))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """To be told to end is to be interrupted: temporary files and child processes are cleared away either way."""
    raise KeyboardInterrupt
