"""`feedback manage move-documents`: from the database to the object store, or back, while the service runs."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from feedback.store.objects import StoreLost
from feedback.submissions import moving

_WAYS = {"s3": moving.to_store, "database": moving.to_database}
_LINE_EVERY = 1_000


class Command(BaseCommand):
    help = (
        "Moves all documents to the object store of FEEDBACK_DOCUMENTS_URL, or back to the database, a few at a time. "
        "The service may run meanwhile. Stopped or interrupted, it goes on where it was when it is started again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", choices=sorted(_WAYS), required=True)

    def handle(self, *_: Any, to: str, **__: Any) -> None:
        if not settings.FEEDBACK_DOCUMENTS_URL:
            raise CommandError("FEEDBACK_DOCUMENTS_URL is not set: it says where the object store is.")
        if to != settings.FEEDBACK_DOCUMENTS_TO:
            raise CommandError(
                f"New documents go to `{settings.FEEDBACK_DOCUMENTS_TO}`, so this would never end: set "
                f"FEEDBACK_DOCUMENTS_TO={to} for the whole service, restart it, and start this again."
            )
        done = told = 0
        try:
            for moved in _WAYS[to]():
                done += moved
                if done - told >= _LINE_EVERY:
                    told = done
                    self.stdout.write(f"{done:,} documents moved …")
        except StoreLost as fault:
            raise CommandError(
                f"{fault} {done:,} documents were moved. Start this again once the store is back."
            ) from fault
        self.stdout.write(f"{done:,} documents moved; none is left to move.")
