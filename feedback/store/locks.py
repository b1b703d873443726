"""Row locks, taken in the order that `models` gives, so that no two transactions wait for each other in a circle."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Q

from feedback.store.models import Document, Student, Upload


def uploads(ids: Collection[UUID]) -> None:
    """Lock uploads, so that none gets another format meanwhile."""
    list(Upload.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk", flat=True))


def students(of: Collection[UUID], wanted: Q = Q()) -> list[UUID]:  # noqa: B008 - never changed
    """Lock uploads, then those of their students; returns the students."""
    uploads(of)
    rows = Student.objects.filter(wanted, upload__in=of).order_by("pk").select_for_update()
    return list(rows.values_list("pk", flat=True))


def documents(which: Q) -> None:
    """Lock documents, in the order in which a worker stores them: class reports, then by student."""
    rows = Document.objects.filter(which).order_by(F("about").asc(nulls_first=True), "pk")
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
