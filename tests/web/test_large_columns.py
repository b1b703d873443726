"""No page, list, look-up or archive reads what may have megabytes for each upload, except the few that show it."""

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import BinaryField
from django.test import Client, override_settings

from feedback.store.models import Document, HandOut, Student, Task, Upload
from feedback.store.small import small
from tests.harness.in_process import student, work_off
from tests.web.test_matrix import TABLE, Address, World

# What is said of the exam, and the class facts, wherever a statement takes their bytes.
OF_AN_UPLOAD = re.compile(r'"(context|facts)"(?! IS )')
# They show what is said of the exam of one upload: in a form, in the class report of an archive, in a mail's preview;
# and in the export, of one after the other. That the start page reads three is in test_exam.
READ_A_CONTEXT = {"exam", "archive", "mail", "student-export"}
# Who asks for the address of a page; a key asks for the others.
PAGES = ("admin:", "start", "recent", "webhooks", "submission", "progress", "exam", "handing-out", "links", "mail")


class Several(World):
    """The class of the matrix and two more uploads, each with something said of its exam, all made and handed out."""

    def __init__(self) -> None:
        super().__init__()
        caller = self.clients["write key"]
        for number in range(2):
            said = {"exam": {"title": f"Exam {number}"}, "questions": [{"unit": 1, "title": "Loops"}]}
            body = said | {"students": [student("student-1", namespace="course"), student(f"other-{number}")]}
            for format_ in ("html", "pdf"):
                answer = caller.post(f"/assignment/{format_}", body, content_type="application/json")
                assert answer.status_code == 202
        work_off()
        Upload.objects.filter(context=None).update(context=b'{"exam":{"title":"Midterm"}}', facts=b"{}")
        superuser = User.objects.create_superuser("root")
        self.browser = Client(headers={"Accept": "text/html"})
        self.browser.force_login(superuser)

    def get(self, address: Address) -> Any:
        page = "text/html" in self._accepted(address)
        client = self.browser if page else self.clients["write key"]
        return client.get(self.path(address))

    @staticmethod
    def _accepted(address: Address) -> str:
        asked_by_people = address.name.startswith(PAGES) or address.name in ("student", "delete", "findings-table")
        return "text/html" if asked_by_people and address.name != "handout-mail" else "application/json"


def content_of(answer: Any) -> bytes:
    if not answer.streaming:
        return bytes(answer.content)
    if not answer.is_async:
        return b"".join(answer.streaming_content)

    async def whole() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    return async_to_sync(whole)()


@pytest.mark.django_db(transaction=True)
def test_no_address_reads_the_large_columns_of_an_upload_but_those_that_show_them(
    broker: str,  # noqa: ARG001 - must be running
    statements: list[object],
) -> None:
    closed = override_settings(
        FEEDBACK_AUTH="keys",
        CELERY_BROKER_URL="filesystem://",
        FEEDBACK_PUBLIC_URL="https://feedback.example.edu",
        FEEDBACK_SENDS_MAIL=True,
    )
    with closed:
        world = Several()
        read, answered = set(), 0
        for address in (one for one in TABLE if one.method == "GET"):
            statements.clear()
            answer = world.get(address)
            assert content_of(answer) or answer.status_code in (302, 303)
            answered += answer.status_code == 200
            if any(OF_AN_UPLOAD.search(str(statement)) for statement in statements):
                read.add(address.name)

    assert read == READ_A_CONTEXT
    assert answered > 60


def test_every_column_without_a_bound_is_one_that_small_leaves_out() -> None:
    unbounded = {
        (model, field.name)
        for model in apps.get_app_config("reports").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BinaryField) and field.max_length is None
    }
    large = {(model, name) for model in (Upload, Task, Student, Document) for name in model.LARGE}

    assert {one for one in unbounded if "secret" not in one[1]} == large


def test_what_is_joined_is_without_its_large_columns_too() -> None:
    sql = str(small(Document.objects.all(), "about", "task__upload", but=("about__findings",)).query)
    selected = sql[: sql.index(" FROM ")]

    assert '"reports_student"."findings"' in selected
    assert not OF_AN_UPLOAD.search(selected)
    assert not re.search(r'"(body|payload)"|"reports_task"."findings"', selected)
    assert '"reports_upload"."owner"' in selected
    assert '"reports_handout"."id"' in str(small(HandOut.objects.all(), "upload").query)
