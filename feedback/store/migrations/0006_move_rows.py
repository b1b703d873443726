"""Tasks of one upload are brought together, and what they held twice is kept once.

Two tasks are one upload where owner, content and options are the same, and nothing was found in one that is not in
the other: tasks made by different versions of the analysis stay apart, as each shows its own findings. All is done
in pages, on the side of the database where it is large. The class in numbers is left behind: it is not what class facts
are now, and those are computed anew where a document still needs them.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

log = structlog.stdlib.get_logger(__name__)

_PAGE = 500
_TASK = (
    *("id", "owner", "options", "content_sha256", "identity", "student_id", "namespace", "is_class", "students"),
    "created_at",
)
_LARGE = ("payload", "findings")


def move(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    mover = _Mover(apps, schema_editor.connection)
    mover.prepare()
    for tasks in mover.pages_of_tasks():
        mover.move(tasks)
    mover.forget_what_is_made_again()
    mover.move_handouts()
    _Tidier(apps).tidy()


class _Mover:
    def __init__(self, apps: Apps, connection: Any) -> None:
        self._connection = connection
        self._task: Any = apps.get_model("reports", "Task")
        self._upload: Any = apps.get_model("reports", "Upload")
        self._document: Any = apps.get_model("reports", "Document")

    def prepare(self) -> None:
        """Compress as the columns did that these were (0002), and keep no list of references to check at the end."""
        if self._connection.vendor != "postgresql":
            return
        with self._connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
            found = cursor.fetchone()
            if not (found and found[0]):
                return
            for column in _LARGE:
                cursor.execute(f"ALTER TABLE reports_student ALTER COLUMN {column} SET COMPRESSION lz4")
            cursor.execute("ALTER TABLE reports_task ALTER COLUMN findings SET COMPRESSION lz4")

    def pages_of_tasks(self) -> Iterator[list[Any]]:
        """All tasks, by what they are about; those of one content are never parted."""
        tasks = self._task.objects.only(*_TASK).order_by("content_sha256", "created_at", "id")
        page = list(tasks[:_PAGE])
        while page:
            last = bytes(page[-1].content_sha256)
            before = [task for task in page if bytes(task.content_sha256) != last]
            yield [*before, *tasks.filter(content_sha256=last)]
            page = list(tasks.filter(content_sha256__gt=last)[:_PAGE])

    def move(self, tasks: Sequence[Any]) -> None:
        groups = list(self._groups(tasks))
        uploads = [self._upload_of(group) for group in groups]
        self._upload.objects.bulk_create(uploads)
        for upload, group in zip(uploads, groups, strict=True):
            self._task.objects.filter(id__in=[task.id for task in group]).update(upload=upload)
        self._insert_students([group[0].id for group in groups])
        for task_id in [task.id for group in groups for task in group[1:]]:
            self._join_students(task_id)
        self._move_class_findings([task.id for task in tasks])

    def _groups(self, tasks: Iterable[Any]) -> Iterator[list[Any]]:
        same = defaultdict(list)
        for task in tasks:
            same[task.owner, bytes(task.content_sha256), json.dumps(task.options, sort_keys=True)].append(task)
        for alike in same.values():
            groups: list[list[Any]] = []
            for task in alike:
                found = next((group for group in groups if self._agree(group[0], task)), None)
                if found is None:
                    groups.append([task])
                else:
                    found.append(task)
            yield from groups

    def _agree(self, one: Any, other: Any) -> bool:
        """Whether they have the same students, of whom nothing different was found."""
        if one.students != other.students:
            return False
        statement = (
            "SELECT count(*), sum(CASE WHEN a.student_id = b.student_id AND a.namespace = b.namespace "
            "AND (a.findings IS NULL OR b.findings IS NULL OR a.findings = b.findings) THEN 1 ELSE 0 END) "
            "FROM reports_document a JOIN reports_document b ON a.position = b.position "
            "WHERE a.task_id = %s AND b.task_id = %s AND a.kind = 'student' AND b.kind = 'student'"
        )
        with self._connection.cursor() as cursor:
            cursor.execute(statement, [self._id(one.id), self._id(other.id)])
            there, alike = cursor.fetchone()
        return bool(there == alike == one.students)

    def _upload_of(self, group: Sequence[Any]) -> Any:
        first = group[0]
        return self._upload(
            id=uuid4(),
            owner=first.owner,
            options=first.options,
            # What it was made of is not known any more, the version above all: so it is never found by what is posted.
            identity=bytes(first.identity),
            student_id=first.student_id,
            namespace=first.namespace,
            is_class=first.is_class,
            students=first.students,
            created_at=first.created_at,
        )

    def _insert_students(self, tasks: Sequence[UUID]) -> None:
        """Those of the first task of each upload, under the ids of their reports: no two of those are the same."""
        columns = "position, student_id, namespace, payload, findings, first_event_at"
        of_these = f"task_id IN ({', '.join(['%s'] * len(tasks))}) AND kind = 'student'"
        ids = [self._id(task) for task in tasks]
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO reports_student (id, upload_id, revision, {columns}) "  # noqa: S608 - constants only
                f"SELECT d.id, t.upload_id, 0, {', '.join(f'd.{column}' for column in columns.split(', '))} "
                f"FROM reports_document d JOIN reports_task t ON t.id = d.task_id WHERE {of_these}",
                ids,
            )
            cursor.execute(f"UPDATE reports_document SET about_id = id WHERE {of_these}", ids)  # noqa: S608 - likewise

    def _join_students(self, task: UUID) -> None:
        """The documents of another task of an upload, and what was found where the first had not come to it."""
        upload = "(SELECT upload_id FROM reports_task WHERE id = %s)"
        theirs = "FROM reports_document d WHERE d.task_id = %s AND d.position = reports_student.position"
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reports_document SET about_id = (SELECT s.id FROM reports_student s "  # noqa: S608 - likewise
                f"WHERE s.upload_id = {upload} AND s.position = reports_document.position) "
                "WHERE task_id = %s AND kind = 'student'",
                [self._id(task), self._id(task)],
            )
            cursor.execute(
                f"UPDATE reports_student SET first_event_at = (SELECT d.first_event_at {theirs}), "  # noqa: S608 - likewise
                f"findings = (SELECT d.findings {theirs}) WHERE upload_id = {upload} AND findings IS NULL",
                [self._id(task)] * 3,
            )

    def _move_class_findings(self, tasks: Sequence[UUID]) -> None:
        reports = self._document.objects.filter(task__in=tasks, kind="class", state="SUCCESS")
        for task, findings, first in reports.values_list("task", "findings", "first_event_at").iterator(20):
            self._task.objects.filter(id=task).update(findings=findings, first_event_at=first)

    def forget_what_is_made_again(self) -> None:
        """A class report kept its bytes when it was retried. Now a document that has some can be read meanwhile."""
        unfinished = self._document.objects.filter(state__in=["PENDING", "RUNNING"]).exclude(sha256="")
        unfinished.update(body=None, sha256="", filename="", media_type="")

    def move_handouts(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reports_handout SET upload_id = "
                "(SELECT t.upload_id FROM reports_task t WHERE t.id = reports_handout.submission_id)"
            )
            cursor.execute(
                "UPDATE reports_withdrawnlink SET about_id = "
                "(SELECT d.about_id FROM reports_document d WHERE d.id = reports_withdrawnlink.report_id)"
            )
            cursor.execute("DELETE FROM reports_withdrawnlink WHERE about_id IS NULL")

    def _id(self, value: UUID) -> Any:
        return value if self._connection.features.has_native_uuid_field else value.hex


Key = tuple[str, str]


class _Tidier:
    """Ids and namespaces as they are stored now: trimmed, in NFC. Findings and payloads say the same as the columns."""

    def __init__(self, apps: Apps) -> None:
        self._student: Any = apps.get_model("reports", "Student")
        self._upload: Any = apps.get_model("reports", "Upload")
        self._task: Any = apps.get_model("reports", "Task")

    def tidy(self) -> None:
        for upload in self._untidy_uploads():
            self._tidy_upload(upload)

    def _untidy_uploads(self) -> Iterator[Any]:
        """Each with any student to be changed, once; a page of students is all that is in memory."""
        rows = self._student.objects.order_by("id").values_list("id", "upload", "namespace", "student_id")
        page, seen = list(rows[:_PAGE]), set[UUID]()
        while page:
            untidy = {upload for _, upload, *key in page if _tidied((key[0], key[1])) != tuple(key)} - seen
            seen |= untidy
            yield from sorted(untidy)
            page = list(rows.filter(id__gt=page[-1][0])[:_PAGE])

    def _tidy_upload(self, upload: Any) -> None:
        students = self._student.objects.filter(upload=upload).order_by("position")
        rows = students.values_list("id", "namespace", "student_id")
        keys: dict[UUID, Key] = {id_: (namespace, student_id) for id_, namespace, student_id in rows}
        taken = {key for key in keys.values() if _tidied(key) == key}
        changed: dict[Key, Key] = {}
        for id_, key in keys.items():
            new = _tidied(key)
            if new == key:
                continue
            if new in taken or not new[1]:
                log.warning("an id is left as it was: trimmed, it would be another student's", student=str(id_))
                continue
            taken.add(new)
            changed[key] = new
            self._tidy_student(id_, new)
        if changed:
            self._tidy_around(upload, changed, {changed.get(key, key)[0] for key in keys.values()})

    def _tidy_student(self, id_: UUID, new: Key) -> None:
        student = self._student.objects.only("payload", "findings").get(id=id_)
        student.namespace, student.student_id = new
        student.payload = _renamed(student.payload, new)
        student.findings = _renamed(student.findings, new)
        student.save(update_fields=["namespace", "student_id", "payload", "findings"])

    def _tidy_around(self, upload: Any, changed: dict[Key, Key], namespaces: set[str]) -> None:
        found = self._upload.objects.only("student_id", "namespace", "is_class").get(id=upload)
        found.namespace = namespaces.pop() if len(namespaces) == 1 else ""
        if not found.is_class:
            found.student_id = next(iter(changed.values()))[1]
        found.save(update_fields=["student_id", "namespace"])
        for task in self._task.objects.filter(upload=upload, findings__isnull=False).only("findings"):
            findings = json.loads(bytes(task.findings))
            for named in (*findings.get("rows", ()), *findings.get("failures", ())):
                key = (named.get("namespace") or "", named.get("student_id", ""))
                if key in changed:
                    _name(named, changed[key])
            task.findings = _encoded(findings)
            task.save(update_fields=["findings"])


def _tidied(key: Key) -> Key:
    namespace, student_id = (unicodedata.normalize("NFC", text).strip() for text in key)
    return namespace, student_id


def _renamed(stored: Any, key: Key) -> bytes | None:
    """A payload or findings, about a student who is called this now."""
    if stored is None:
        return None
    content = json.loads(bytes(stored))
    _name(content, key)
    return _encoded(content)


def _name(content: dict[str, Any], key: Key) -> None:
    for field, value in zip(("namespace", "student_id"), key, strict=True):
        if content.get(field) is not None:
            content[field] = value


def _encoded(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def rename_permissions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's signature
    """Those that people and groups have been given are of what is called otherwise now, and stay theirs."""
    types: Any = apps.get_model("contenttypes", "ContentType")
    permission: Any = apps.get_model("auth", "Permission")
    permissions = permission.objects.filter(content_type__app_label="reports")
    for old, new in (("submission", "task"), ("report", "document")):
        types.objects.filter(app_label="reports", model=old).update(model=new)
        for action in ("add", "change", "delete", "view"):
            permissions.filter(codename=f"{action}_{old}").update(
                codename=f"{action}_{new}", name=f"Can {action} {new}"
            )


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_uploads"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(move, elidable=False),
        migrations.RunPython(rename_permissions, elidable=False),
    ]
