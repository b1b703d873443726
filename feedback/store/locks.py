"""Row locks, taken in the order that `models` gives, so that no two transactions wait for each other in a circle."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
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


def documents(*which: Q) -> None:
    """Lock the documents of any of these, in the order in which a worker stores them: class reports, then by student.

    Each condition is asked by itself: PostgreSQL finds no index for two of different tables, and reads all there is.
    Where there are no row locks, as with SQLite, whose transactions hold all of it, nothing is read.
    """
    if not connection.features.has_select_for_update:
        return
    wanted = which[0] if len(which) == 1 else Q(pk__in=[id_ for one in which for id_ in _ids(one)])
    rows = Document.objects.filter(wanted).order_by(F("about").asc(nulls_first=True), "pk")
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def _ids(which: Q) -> list[UUID]:
    return list(Document.objects.filter(which).values_list("pk", flat=True))
