"""Amendments: what a teacher adds or changes after the POST. The reports are made again in place, under the same links.

They are outside of identity: the same body, posted again, is the same task, with its reports as amended. What they make
again is counted as if it had been submitted; what changes nothing costs nothing.
"""

import msgspec
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Length

from feedback.access import audit, rate_limits
from feedback.access.audit import Action
from feedback.access.callers import Caller
from feedback.events import Context, decode_student, encode_context, encode_student
from feedback.queue import doorbell, unclaimed
from feedback.store import locks
from feedback.store.models import Document, Student, Task, Upload
from feedback.submissions.errors import UnknownTask
from feedback.submissions.long_writes import long_write
from feedback.submissions.upload_limits import amending_log


def amend_context(task: Task, context: Context, by: Caller) -> None:
    """Replace what is known of the exam, and have every report of the upload made again, in all formats.

    The class facts depend on the context (versions, kinds given by the sender), so they are computed anew. An equal
    context changes nothing. Raises TooLarge, UnknownTask where the upload was erased meanwhile, and Exceeded where the
    caller may not have as many students' reports made, and Busy as `long_write` does.
    """
    encoded = encode_context(context) or None
    with long_write(by), transaction.atomic():
        locks.uploads([task.upload_id])
        upload = Upload.objects.only("context", "students").filter(pk=task.upload_id).first()
        if upload is None:
            raise UnknownTask
        if encoded == (None if upload.context is None else bytes(upload.context)):
            return
        reports = upload.students * upload.tasks.filter(expired_at=None).count()
        with rate_limits.spending(rate_limits.students(), by.submitting, reports):
            locks.students([upload.pk])
            Upload.objects.filter(pk=upload.pk).update(context=encoded, facts=None)
            Student.objects.filter(upload=upload.pk).update(findings=None, revision=F("revision") + 1)
            locks.documents(Q(task__upload=upload.pk))
            unclaimed.make_again(upload.pk)
            audit.record(by.name, Action.AMEND, "context", task.id)
    doorbell.ring()


def amend_remark(document: Document, remark: str | None, by: Caller) -> None:
    """Replace the teacher's remark to one student, and have the student's reports made again, in all formats.

    None takes it away. The remark is part of the student's payload, so erasing the student erases it. `document` is a
    student's. An equal remark changes nothing. Raises UnknownTask where the student was erased meanwhile, Exceeded (it
    counts as one student), and Busy where the log is large and the caller has others in work.
    """
    assert document.about_id is not None  # noqa: S101 - of a student
    upload_id = document.task.upload_id
    size = Student.objects.filter(pk=document.about_id).values_list(Length("payload"), flat=True).first()
    with amending_log(by.owner, size or 0), transaction.atomic():
        locks.students([upload_id], Q(pk=document.about_id))
        row = Student.objects.only("payload").filter(pk=document.about_id).first()
        if row is None:
            raise UnknownTask
        student = decode_student(bytes(row.payload))
        if student.remark == remark:
            return
        with rate_limits.spending(rate_limits.students(), by.submitting, 1):
            payload = encode_student(msgspec.structs.replace(student, remark=remark))
            changed = {"payload": payload, "findings": None, "revision": F("revision") + 1}
            Student.objects.filter(pk=row.pk).update(**changed)
            locks.documents(Q(about=row.pk), Q(kind=Document.Kind.CLASS, task__upload=upload_id))
            unclaimed.make_again(upload_id, row.pk)
            audit.record(by.name, Action.AMEND, "remark", document.task_id, document.pk)
    doorbell.ring()
