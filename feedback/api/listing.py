"""GET /tasks: the caller's tasks, the newest first, for a client that has lost its ids."""

from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.access.context import context_of
from feedback.api.authentication import caller_of
from feedback.api.errors import InvalidRequest
from feedback.api.openapi.messages import ListedTask, TaskList
from feedback.api.responses import task_url
from feedback.api.views import ContractView
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.store.models import HEADLINE, Document, Task, Tasks
from feedback.store.small import small
from feedback.submissions.errors import UnknownTask

PAGE = 100


class TasksView(ContractView):
    def get(self, request: Request) -> HttpResponseBase:
        tasks = Task.objects.visible_to(caller_of(request))
        if "before" in request.query_params:
            tasks = _older_than(tasks, request.query_params["before"])
        found = list(_with_states(tasks)[: PAGE + 1])
        shown = found[:PAGE]
        more = f"{reverse('tasks')}?before={shown[-1].id}" if len(found) > PAGE else None
        context_of(request).reading = ("tasks", None, None)
        return Response(msgspec.to_builtins(TaskList([_listed(task) for task in shown], more)))


def _older_than(tasks: Tasks, task_id: str) -> Tasks:
    """By time and then by id, so that a list that grows meanwhile neither repeats nor skips a task.

    Raises InvalidRequest and UnknownTask.
    """
    try:
        last_id = UUID(task_id)
    except ValueError:
        raise InvalidRequest("before", "no id of a task; take `next` of the page before, or leave it out") from None
    last = tasks.filter(pk=last_id).values_list("created_at", flat=True).first()
    if last is None:
        raise UnknownTask
    # The first condition is for the index: without it all that is newer would be read and left out.
    return tasks.filter(created_at__lte=last).filter(Q(created_at__lt=last) | Q(pk__lt=last_id))


def _with_states(tasks: Tasks) -> Tasks:
    """With the state of each task: its headline's, and RUNNING as soon as any of its reports has begun."""
    documents = Document.objects.filter(task=OuterRef("pk"))
    return (
        small(tasks, "upload")
        .annotate(
            headline=Subquery(documents.filter(position=HEADLINE).values("state")),
            begun=Exists(documents.exclude(state=State.PENDING)),
        )
        .order_by("-created_at", "-pk")
    )


def _listed(task: Task) -> ListedTask:
    headline: State = task.headline  # type: ignore[attr-defined] # annotated
    waits = headline == State.PENDING and task.begun  # type: ignore[attr-defined] # likewise
    return ListedTask(
        task_id=str(task.id),
        format=Format(task.format),
        status=State.RUNNING if waits else State(headline),
        student_id=task.upload.student_id,
        namespace=task.upload.namespace or None,
        students=task.upload.students,
        created_at=task.created_at,
        source=task.upload.source,
        link=task_url(task),
    )
