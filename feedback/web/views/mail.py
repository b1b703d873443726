"""Mail from a hand-out: write it, look at the first, send it once to each student, and see how each mail stands."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from feedback.access.context import context_of
from feedback.events import InvalidEvents
from feedback.events.faults import Details
from feedback.phrasing.i18n import N_, speech
from feedback.store.models import HandOut
from feedback.store.reaching import Mailing, MailState
from feedback.submissions.errors import LinksClosed, NoMail
from feedback.submissions.mail import outbox, turns
from feedback.submissions.mail.letters import of_handout
from feedback.submissions.mail.wording import PLACEHOLDERS, checked
from feedback.web.access import caller_of
from feedback.web.responses import go_to
from feedback.web.uploads import Shown
from feedback.web.views.handouts import handout_of, mail_counts

_ROWS = 100
_NO_FAULTS: Details = {"subject": [], "body": []}
_SUBJECT = N_("Your feedback report: {exam}")
_BODY = N_("""Dear {name},

your feedback report on {exam} is here:

{link}

The link is for you alone. It closes on {expires}.
""")


class MailView(View):
    """The mail of one hand-out."""

    def get(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = handout_of(request, task_id, handout_id)
        last = Mailing.objects.filter(handout=found).order_by("made_at").last()
        return _page(request, shown, found, (last.subject, last.body) if last else _offered(found))

    def post(self, request: HttpRequest, task_id: UUID, handout_id: UUID) -> HttpResponse:
        shown, found = handout_of(request, task_id, handout_id)
        written = request.POST.get("subject", ""), request.POST.get("body", "")
        try:
            words = checked(*written)
            if "preview" in request.POST:
                return _page(request, shown, found, written, preview=outbox.preview(found, shown.first, words))
            outbox.ask(found, shown.first, words, caller_of(request).name)
        except InvalidEvents as fault:
            return _page(request, shown, found, written, status=400, faults=_NO_FAULTS | fault.details)
        except (NoMail, LinksClosed):
            return _page(request, shown, found, written, status=409)
        return go_to(request, reverse("mail", args=[task_id, handout_id]))


def _offered(handout: HandOut) -> tuple[str, str]:
    """Subject and body to begin with, in the language of the reports."""
    say = speech(of_handout(handout).language)
    return say.text(_SUBJECT), say.text(_BODY)


def _page(
    request: HttpRequest, shown: Shown, found: HandOut, written: tuple[str, str], *, status: int = 200, **more: object
) -> HttpResponse:
    """`more` is what came of the form: `faults` by field, or a `preview`."""
    statuses = list(outbox.statuses(found, shown.first))
    counts = mail_counts([found]).get(found.pk, {})
    context = {
        "shown": shown,
        "handout": found,
        "subject": written[0],
        "body": written[1],
        "placeholders": PLACEHOLDERS,
        "lacking": outbox.lacking(),
        "trouble": turns.trouble() if MailState.QUEUED in counts else "",
        "counts": counts,
        "page": Paginator(statuses, _ROWS).get_page(request.GET.get("page")),
        "faults": _NO_FAULTS,
        "preview": None,
    }
    context_of(request).shows = "mail"
    return render(request, "mail.html.j2", context | more, status=status)
