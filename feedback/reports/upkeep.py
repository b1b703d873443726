"""The sweep: what is due although nobody is working on it is hinted at again."""

import logging
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from feedback.reports import claims, hints
from feedback.reports.models import Report, Submission

log = logging.getLogger(__name__)

# Work attended to more recently than this is probably in the queue or in progress.
PATIENCE = timedelta(seconds=20)
_BATCH = 500


def sweep() -> int:
    """Give up what has no attempt left, hint at every other due submission; returns the number of hints sent."""
    if given_up := claims.give_up_exhausted():
        log.warning("%d reports given up: their worker was lost on the last attempt", given_up)
    sent = 0
    for submission in list(_neglected()[:_BATCH]):
        # Marked first: of two sweeps at once only one sends, and a broker that is down is not hammered.
        if attend(submission):
            if not hints.publish(submission):
                break
            sent += 1
    return sent


def attend(submission: Submission) -> bool:
    """Note that a neglected submission is attended to; False where another sweep was quicker."""
    return _unattended(Submission.objects.filter(id=submission.id)).update(attended_at=Now()) == 1


def _neglected() -> QuerySet[Submission]:
    due = claims.due(Report.objects.filter(submission=OuterRef("pk")))
    return _unattended(Submission.objects.filter(Exists(due))).order_by("attended_at")


def _unattended(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    return submissions.filter(attended_at__lt=Now() - PATIENCE)
