"""What a person said about the exam of an earlier upload, to begin the next form with."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from feedback.events import Context, decode_context
from feedback.store.models import Task, Upload, Uploads
from feedback.web.access import caller_of

# How far the start page looks back, so that it costs the same however much there is, and how many it offers.
_LOOKED_AT, _OFFERED = 200, 3


class Earlier(NamedTuple):
    """An earlier upload whose exam is known."""

    upload: UUID
    namespace: str
    context: Context

    @property
    def name(self) -> str:
        exam = self.context.exam
        parts = (self.namespace, exam.course if exam.course != self.namespace else None, exam.title)
        return " · ".join(filter(None, parts)) or "an exam without a title"


def offered(request: HttpRequest) -> list[Earlier]:
    """Of each namespace the latest, the newest first. No other contexts are read."""
    known = _own(request).annotate(is_known=Q(context__isnull=False))
    by_namespace = dict[str, UUID]()
    for upload, namespace, is_known in known.values_list("pk", "namespace", "is_known")[:_LOOKED_AT]:
        if is_known and len(by_namespace) < _OFFERED:
            by_namespace.setdefault(namespace, upload)
    return _told(_own(request).filter(pk__in=by_namespace.values())) if by_namespace else []


def chosen(request: HttpRequest, upload: str) -> Earlier | None:
    """The one of this id; None for anything else."""
    try:
        wanted = UUID(upload)
    except ValueError:
        return None
    return next(iter(_told(_own(request).filter(pk=wanted, context__isnull=False))), None)


def before(request: HttpRequest, upload: Upload) -> Earlier | None:
    """The latest other one of the same namespace."""
    others = _own(request).filter(namespace=upload.namespace, context__isnull=False).exclude(pk=upload.pk)
    return next(iter(_told(others[:1])), None)


def _own(request: HttpRequest) -> Uploads:
    caller = caller_of(request)
    kept = Task.objects.filter(upload=OuterRef("pk"), expired_at=None)  # the last of an upload goes piece by piece
    uploads = Upload.objects.visible_to(caller).filter(Exists(kept), owner=caller.owner)
    return uploads.order_by("-created_at", "pk")


def _told(uploads: Uploads) -> list[Earlier]:
    found = uploads.values_list("pk", "namespace", "context")
    return [Earlier(pk, namespace, decode_context(bytes(context or b""))) for pk, namespace, context in found]
