"""How far the documents about a task's students are: counted here, for the API and for the pages."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Now

from feedback.contract.states import State
from feedback.store.models import Document

LATELY = timedelta(seconds=10)


class Counts(NamedTuple):
    """How many students a task has, how many of their documents are done and have failed, and either in LATELY."""

    created_at: datetime
    total: int
    done: int
    failed: int
    lately: int


def counts(tasks: Collection[UUID]) -> dict[UUID, Counts]:
    """By task, those that still are. One query."""
    documents = Document.objects.filter(task__in=tasks, kind=Document.Kind.STUDENT)
    counted = documents.values_list("task", "task__created_at").annotate(
        total=Count("pk"),
        done=Count("pk", filter=Q(state=State.SUCCESS)),
        failed=Count("pk", filter=Q(state=State.FAILURE)),
        lately=Count("pk", filter=Q(finished_at__gte=Now() - LATELY)),
    )
    return {task: Counts(*found) for task, *found in counted}
