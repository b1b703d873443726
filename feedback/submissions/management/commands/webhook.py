"""`manage.py webhook create | list | rotate | disable | enable | replay`."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from feedback.access import keys
from feedback.access.models import NAME_CHARACTERS
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions.webhooks import endpoints
from feedback.submissions.webhooks.addresses import Forbidden

Progress = WebhookDelivery.Progress


class Command(BaseCommand):
    help = "Makes, lists, rotates and disables webhook endpoints, and sends their deliveries again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser(
            "create", help="make an endpoint and print its secret, this once, on standard output"
        )
        create.add_argument("--url", required=True, help="what is called: https, and a public address")
        create.add_argument(
            "--name", default="", help="the name of the keys whose submissions it is told of; left out: open mode's"
        )
        actions.add_parser("list", help="all endpoints, without their secrets")
        helps = {
            "rotate": "print a new secret; for 24 hours messages are signed with the former one as well",
            "disable": "send nothing more; what waits has failed",
            "enable": "tell it again of what happens from now on",
        }
        for action, text in helps.items():
            one = actions.add_parser(action, help=text)
            one.add_argument("endpoint", help="its id as `list` shows it")
        replay = actions.add_parser("replay", help="send failed deliveries again, under the same webhook-id")
        replay.add_argument("endpoint", help="its id as `list` shows it")
        replay.add_argument("--task", type=UUID, help="of this task alone")
        replay.add_argument("--days", type=int, help="of what happened in the last so many days")
        replay.add_argument("--delivered", action="store_true", help="also what was delivered")

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        match action:
            case "create":
                self._create(options["url"], options["name"].strip())
            case "list":
                self._list()
            case "rotate":
                self.stdout.write(endpoints.rotate(_endpoint(options["endpoint"])))
            case "disable":
                endpoints.disable(_endpoint(options["endpoint"]))
            case "enable":
                endpoints.enable(_endpoint(options["endpoint"]))
            case "replay":
                self._replay(_endpoint(options["endpoint"]), options)

    def _create(self, url: str, name: str) -> None:
        if not name.isprintable() or len(name) > NAME_CHARACTERS:
            raise CommandError(f"--name: expected at most {NAME_CHARACTERS} printable characters.")
        try:
            endpoints.check(url)
        except Forbidden as reason:
            raise CommandError(f"--url: {reason}.") from None
        if name and not keys.valid().filter(name=name).exists():
            self.stderr.write(f"No valid key is named {name!r} yet: nothing is sent until one submits something.")
        endpoint, secret = endpoints.create(url, owner=f"key:{name}" if name else "")
        of = f"what keys named {name!r} submit" if name else "what is submitted in open mode"
        self.stderr.write(
            f"Made {endpoint}, for {of}. Its secret is shown this once; keep it where messages are verified."
        )
        self.stdout.write(secret)

    def _list(self) -> None:
        counted = {str(one): Count("deliveries", filter=Q(deliveries__progress=one)) for one in Progress}
        for one in WebhookEndpoint.objects.annotate(**counted).order_by("owner", "created_at"):
            state = "enabled"
            if one.disabled_at:
                state = f"disabled {one.disabled_at:%Y-%m-%d %H:%M} UTC ({one.disabled_because})"
            elif one.failures:
                state = f"failing, {one.failures} tries since the last success"
                if one.next_at and one.next_at > timezone.now():
                    state += f"; it asked for time until {one.next_at:%Y-%m-%d %H:%M} UTC"
            numbers = ", ".join(f"{getattr(one, str(progress))} {progress}" for progress in Progress)
            owner = one.owner.removeprefix("key:") or "(open mode)"
            self.stdout.write(f"{one.id.hex[:8]}  {owner}  {one.url}  {numbers}  {state}")

    def _replay(self, endpoint: WebhookEndpoint, options: dict[str, Any]) -> None:
        if endpoint.disabled_at:
            raise CommandError(f"{endpoint} is disabled, so nothing is sent to it: `webhook enable` it first.")
        chosen = endpoint.deliveries.filter(progress__in=_replayed(delivered=options["delivered"]))
        if options["task"]:
            chosen = chosen.filter(task=options["task"])
        if options["days"] is not None:
            chosen = chosen.filter(happened_at__gt=Now() - timedelta(days=options["days"]))
        self.stdout.write(f"{endpoints.replay(chosen)} deliveries will be sent again.")


def _replayed(*, delivered: bool) -> list[Progress]:
    return [Progress.FAILED, Progress.DELIVERED] if delivered else [Progress.FAILED]


def _endpoint(wanted: str) -> WebhookEndpoint:
    """The endpoint whose id begins so. Raises CommandError."""
    begin = wanted.replace("-", "").lower()
    every: QuerySet[WebhookEndpoint] = WebhookEndpoint.objects.all()
    found = [one for one in every if begin and one.id.hex.startswith(begin)]
    if len(found) != 1:
        raise CommandError(f"{len(found)} endpoints have an id that begins with {wanted!r}; `webhook list` shows all.")
    return found[0]
