"""What a page is about, as far as the person who looks may know of it."""

from collections.abc import Collection, Set
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from feedback.contract.formats import Format
from feedback.store.models import Document, Student, Task, Tasks, Upload
from feedback.store.small import small
from feedback.submissions.errors import NotWritable
from feedback.web.access import caller_of

Key = tuple[str, str]


@dataclass(frozen=True)
class Shown:
    """An upload with the tasks that its page shows: one of each format there is, HTML first, then PDF."""

    upload: Upload
    tasks: tuple[Task, ...]

    @property
    def first(self) -> Task:
        return self.tasks[0]

    @property
    def missing_formats(self) -> list[Format]:
        there = {task.format for task in self.tasks}
        return [format_ for format_ in Format if format_.value not in there]

    def keys(self) -> list[Key]:
        """(namespace, student id) of every student, in the order received."""
        students = Student.objects.filter(upload=self.upload).order_by("position")
        return list(students.values_list("namespace", "student_id"))

    def documents(self) -> QuerySet[Document]:
        """All of them, HTML before PDF, without what is large."""
        return small(Document.objects.filter(task__in=[task.id for task in self.tasks]), "about", "task__upload")

    def documents_of(self, keys: Collection[Key]) -> dict[Key, list[Document]]:
        """The documents of some students by their (namespace, student id), in the order of the formats."""
        found: dict[Key, list[Document]] = {key: [] for key in keys}
        students = self.documents().filter(about__student_id__in={student_id for _, student_id in keys})
        for document in students.order_by("task__format"):
            if (key := (document.namespace, document.student_id)) in found:
                found[key].append(document)
        return found


def visible(request: HttpRequest) -> Tasks:
    """The tasks of the person who looks, each with its upload; every look-up of a page begins here."""
    return small(Task.objects.visible_to(caller_of(request)), "upload")


def writable(request: HttpRequest, shown: Shown) -> Tasks:
    """All tasks of the upload, where the person who looks may also make them again and delete them."""
    return Task.objects.writable_by(caller_of(request)).filter(upload=shown.upload)


def writable_among(request: HttpRequest, uploads: Collection[UUID]) -> Set[UUID]:
    """Those of the uploads, by their ids and all of them visible, that the person who looks may also change."""
    caller = caller_of(request)
    if caller.writes.names is None or not caller.writes:
        return frozenset(uploads) if caller.writes else frozenset()
    return frozenset(Upload.objects.writable_by(caller).filter(pk__in=uploads).values_list("pk", flat=True))


def may_write(request: HttpRequest, shown: Shown) -> bool:
    """Whether to offer the person who looks to hand out, make again and delete: it would be refused otherwise."""
    return bool(writable_among(request, [shown.upload.pk]))


def upload_of(request: HttpRequest, task_id: UUID) -> Shown:
    """The upload that a task belongs to, with this task and the latest one in each other format. Raises Http404."""
    task = visible(request).filter(id=task_id).first()
    if task is None:
        raise Http404
    others = visible(request).filter(upload=task.upload_id).exclude(format=task.format).order_by("created_at")
    latest = {one.format: one for one in (*others, task)}
    return Shown(task.upload, tuple(latest[format_] for format_ in sorted(latest)))


def writable_upload(request: HttpRequest, task_id: UUID) -> Shown:
    """The same of an upload that the person who looks may also change. Raises Http404 and NotWritable."""
    shown = upload_of(request, task_id)
    if not may_write(request, shown):
        raise NotWritable
    return shown
