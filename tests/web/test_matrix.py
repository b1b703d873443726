"""Who gets what at every address: the URL table × everyone who might ask, with the status each is given.

A new address, or a new method at one, fails here until it has a row.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from feedback.access import keys
from feedback.access.models import ApiKey, AuditEntry, Grant
from feedback.contract.layout import CLASS_TABLES
from feedback.store.models import Document, Task
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions import handouts
from tests.harness.in_process import (
    Calling,
    class_of,
    student,
    work_off,
)
from tests.web.conftest import Answer

pytestmark = pytest.mark.django_db
COLUMNS = (
    "no key",
    "revoked key",
    "read key",
    "write key",
    "other owner",
    "other namespace",
    "hand-out link",
    "staff",
    "anonymous browser",
)

# In the order of the columns. "Staff" may write in the task's namespace, and has no permission in the admin.
#            none revoked read write owner namespace link staff anonymous
API_READ = "401  401     200  200   404   404       401  200   401"
API_ERASE = "401 401     403  204   404   404       401  204   401"
API_AMEND = "401 401     403  202   404   404       401  202   401"
API_HAND = "401  401     403  200   404   404       401  200   401"
PAGE_READ = "302 302     302  302   302   302       302  200   302"
PAGE_MOVE = "302 302     302  302   302   302       302  303   302"
PAGE_FORM = "302 302     302  302   302   302       302  400   302"
EVERYONE = "200  200     200  200   200   200       200  200   200"
ADMIN_NO = "302  302     302  302   302   302       302  403   302"
ADMIN_OWN = "302 302     302  302   302   302       302  200   302"
ADMIN_GONE = "302 302    302  302   302   302       302  404   302"
ADMIN_MOVE = "302 302    302  302   302   302       302  302   302"

MATRIX = {
    ("submit", "POST"): "401 401 403 202 202 403 401 202 401",
    ("task", "GET"): API_READ,
    ("task", "DELETE"): API_ERASE,
    ("context", "PUT"): API_AMEND,
    ("remark", "PUT"): API_AMEND,
    ("findings", "GET"): API_READ,
    ("report-findings", "GET"): API_READ,
    ("reports", "GET"): API_READ,
    ("report", "GET"): API_READ,
    ("archive", "GET"): API_READ,
    **{(table, "GET"): API_READ for table in CLASS_TABLES},
    ("roster", "PUT"): API_HAND,
    ("roster", "DELETE"): API_ERASE,
    ("handout-mail", "GET"): API_HAND,
    ("handout-mail", "POST"): "401 401 403 202 404 404 401 202 401",
    ("handouts", "GET"): API_HAND,
    ("handouts", "POST"): "401 401 403 201 404 404 401 201 401",
    ("handout", "GET"): API_HAND,
    ("handout", "DELETE"): API_ERASE,
    ("handout-table", "GET"): API_HAND,
    ("handout-link", "DELETE"): API_ERASE,
    ("students", "DELETE"): API_ERASE,
    ("student-erasure", "POST"): API_ERASE,
    ("student-export", "GET"): API_READ,
    ("student-export", "POST"): API_READ,
    ("tasks", "GET"): "401 401 200 200 200 200 401 200 401",  # each their own: test_listing
    ("metrics", "GET"): "401 401 200 200 200 200 401 200 401",  # totals: nothing of a student or an owner
    ("api-schema", "GET"): EVERYONE,
    ("live", "GET"): EVERYONE,
    ("accepting", "GET"): EVERYONE,
    ("ready", "GET"): EVERYONE,
    ("link", "GET"): EVERYONE,  # who has the link has what it opens
    ("link-pdf", "GET"): "404 404 404 404 404 404 404 404 404",  # made in HTML alone
    ("security-txt", "GET"): "404 404 404 404 404 404 404 404 404",  # nobody set a contact
    ("login", "GET"): EVERYONE,
    ("login", "POST"): EVERYONE,  # the form again: the password is wrong
    ("logout", "POST"): ADMIN_MOVE,
    ("password", "GET"): PAGE_READ,
    ("password", "POST"): PAGE_READ,
    ("start", "GET"): PAGE_READ,
    ("start", "POST"): PAGE_FORM,
    ("who-is-who", "POST"): PAGE_FORM,
    ("sample", "POST"): ADMIN_NO,  # of a namespace that was not granted
    ("api-docs", "GET"): EVERYONE,
    ("recent", "GET"): PAGE_READ,
    ("webhooks", "GET"): PAGE_READ,
    ("webhook-replay", "POST"): PAGE_MOVE,
    ("submission", "GET"): PAGE_READ,
    ("progress", "GET"): PAGE_MOVE,
    ("progress-rows", "GET"): PAGE_READ,
    ("retry", "POST"): PAGE_MOVE,
    ("other-format", "POST"): PAGE_MOVE,
    ("exam", "GET"): PAGE_READ,
    ("exam", "POST"): PAGE_MOVE,
    ("student-remark", "POST"): PAGE_MOVE,
    ("handing-out", "GET"): PAGE_READ,
    ("handing-out", "POST"): PAGE_FORM,
    ("links", "GET"): PAGE_READ,
    ("links-table", "GET"): PAGE_READ,
    ("mail", "GET"): PAGE_READ,
    ("mail", "POST"): PAGE_FORM,
    ("class-roster", "POST"): PAGE_FORM,
    ("withdraw", "POST"): PAGE_MOVE,
    ("delete", "GET"): PAGE_READ,
    ("delete", "POST"): PAGE_FORM,
    ("findings-table", "GET"): PAGE_READ,
    ("student", "GET"): PAGE_READ,
    ("admin:index", "GET"): ADMIN_OWN,
    ("admin:login", "GET"): "200 200 200 200 200 200 200 302 200",
    ("admin:logout", "POST"): ADMIN_MOVE,
    ("admin:password_change", "GET"): ADMIN_MOVE,  # to the page for it
    ("admin:password_change_done", "GET"): ADMIN_OWN,
    ("admin:autocomplete", "GET"): ADMIN_NO,
    ("admin:jsi18n", "GET"): ADMIN_OWN,
    ("admin:view_on_site", "GET"): ADMIN_GONE,
    ("admin:app_list", "GET"): ADMIN_GONE,
    ("admin:", "GET"): ADMIN_GONE,  # whatever there is not
}
# Whatever the admin has for a model.
ADMIN_OF_A_MODEL = ADMIN_NO


@dataclass(frozen=True)
class Address:
    """One line of the URL table, with one method."""

    name: str
    method: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def url_table(patterns: Any = None, namespace: str = "", parameters: tuple[str, ...] = ()) -> Iterator[Address]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        found = (*parameters, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        found = tuple(dict.fromkeys(found))
        if not isinstance(pattern, URLPattern):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_table(pattern.url_patterns, inner, found)
        else:
            for method in methods_of(pattern, namespace):
                yield Address(f"{namespace}{pattern.name or ''}", method, found)


def methods_of(pattern: URLPattern, namespace: str) -> list[str]:
    if namespace == "admin:":
        return ["POST"] if pattern.name == "logout" else ["GET"]  # Django's own; each page posts to itself
    view: Any = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    if view is None:
        return ["GET"]
    handled = [name.upper() for name in view.http_method_names if hasattr(view, name)]
    # Django's generic views of forms have a PUT that none of them means.
    unasked = ("HEAD", "OPTIONS") if hasattr(pattern.callback, "cls") else ("HEAD", "OPTIONS", "PUT")
    return [method for method in handled if method not in unasked]


TABLE = list(dict.fromkeys(url_table()))


def expected(address: Address) -> list[int]:
    row = MATRIX.get((address.name, address.method))
    if row is None and address.name.startswith("admin:"):
        _, model = address.name.split(":")
        row = ADMIN_OF_A_MODEL if model.partition("_")[0] in ("auth", "access", "reports") else None
    assert row is not None, f"{address} is new: give it a row in MATRIX that says who gets what there"
    return [int(status) for status in row.split()]


class World:
    """A class of two in HTML, made and handed out; and everyone who might ask for it."""

    def __init__(self) -> None:
        endpoint = WebhookEndpoint.objects.create(owner="key:owner", url="https://hooks.example/", secret=b"")
        task = Calling(keys.issue("owner")[1]).submit("html", class_of(2))
        work_off()
        self.delivery = WebhookDelivery.objects.get(endpoint=endpoint)
        self.task_id = UUID(task.rsplit("/", 1)[1])
        self.report = Document.objects.get(task=self.task_id, position=1)
        self.handout = handouts.make(Task.objects.get(), 7, "the test")
        [link, _] = handouts.links_of(self.handout, Task.objects.get())
        self.token = link.token
        self.clients = dict(zip(COLUMNS, self._clients(), strict=True))

    def _clients(self) -> Iterator[Client]:
        yield Client()
        revoked, text = keys.issue("owner")
        keys.revoke(revoked)
        yield Calling(text).client
        yield Calling(keys.issue("owner", read_only=True)[1]).client
        yield Calling(keys.issue("owner")[1]).client
        yield Calling(keys.issue("other")[1]).client
        yield Calling(keys.issue("owner", ["elsewhere"])[1]).client
        yield Calling(self.token).client
        staff = User.objects.create_user("staff", is_staff=True)
        Grant.objects.create(user=staff, namespace="course", may_write=True)
        browser = Client(headers={"Accept": "text/html"})
        browser.force_login(staff)
        yield browser
        yield Client(headers={"Accept": "text/html"})

    def path(self, address: Address) -> str:
        if address.name in ("students", "student-export"):
            return f"{reverse(address.name)}?student_id=student-1"
        if address.name == "admin:":
            return "/admin/nowhere/"
        values = {
            "format_": "html",
            "task_id": self.task_id,
            "report_id": self.report.id,
            "handout_id": self.handout.id,
            "delivery_id": self.delivery.id,
            "token": self.token,
            "app_label": "reports",
            "content_type_id": ContentType.objects.get_for_model(Document).pk,
            "object_id": self._object(address.name),
            "id": User.objects.get(username="staff").pk,
        }
        return reverse(address.name, kwargs={name: values[name] for name in address.parameters})

    def _object(self, name: str) -> object:
        """One that exists, so that nothing is refused merely because it is not there."""
        if "_task_" in name:
            return self.task_id
        if "_webhookendpoint_" in name:
            return self.delivery.endpoint_id
        if "_webhookdelivery_" in name:
            return self.delivery.id
        if "_apikey_" in name:
            return ApiKey.objects.earliest("pk").pk
        if "_auditentry_" in name:
            return AuditEntry.objects.earliest("pk").pk
        if "_group_" in name:
            return Group.objects.get_or_create(name="clerks")[0].pk
        return User.objects.get(username="staff").pk if "_user_" in name else self.report.id

    def ask(self, who: str, address: Address) -> Answer:
        """What is answered; whatever was changed is undone, and who logged out is in again."""
        client = copy.deepcopy(self.clients[who])
        with transaction.atomic():
            if address.name == "submit":
                answer = client.post("/assignment/html", student(), content_type="application/json")
            elif address.name in ("student-erasure", "student-export") and address.method == "POST":
                answer = client.post(
                    reverse(address.name), {"student_id": "student-1"}, content_type="application/json"
                )
            elif address.name == "roster" and address.method == "PUT":
                roster = "student_id,name\nstudent-1,Ada Lovelace\n"
                answer = client.put(self.path(address), roster, content_type="text/csv")
            elif address.name == "handout-mail" and address.method == "POST":
                mail = {"subject": "Your report", "body": "{link}"}
                answer = client.post(self.path(address), mail, content_type="application/json")
            elif address.method == "PUT":
                body = {"remark": "Well argued"} if address.name == "remark" else {"exam": {"title": "Midterm"}}
                answer = client.put(self.path(address), body, content_type="application/json")
            else:
                answer = client.generic(address.method, self.path(address))
            transaction.set_rollback(True)
        return answer


@pytest.fixture(scope="module")
def world(broker: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:  # noqa: ARG001 - must be running
    """Made once: whoever asks leaves it as it was."""
    # The broker in files, so that the counters go with the transaction.
    closed = override_settings(
        FEEDBACK_AUTH="keys",
        CELERY_BROKER_URL="filesystem://",
        FEEDBACK_PUBLIC_URL="https://feedback.example.edu",
        FEEDBACK_SENDS_MAIL=True,
    )
    with django_db_blocker.unblock(), closed, transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.mark.parametrize("address", TABLE, ids=str)
def test_everyone_gets_at_every_address_what_the_matrix_says(world: World, address: Address) -> None:
    given = {who: world.ask(who, address) for who in COLUMNS}

    assert {who: answer.status_code for who, answer in given.items()} == dict(
        zip(COLUMNS, expected(address), strict=True)
    )
    for who, answer in given.items():
        if answer.status_code == 302 and who != "staff":
            where = urlsplit(answer["Location"])
            assert (where.netloc, where.path) in {("", "/login"), ("", "/admin/login/"), ("", "/admin/")}


def test_every_row_of_the_matrix_has_its_address() -> None:
    assert set(MATRIX) == {
        (address.name, address.method)
        for address in TABLE
        if not (address.name.startswith("admin:") and (address.name, address.method) not in MATRIX)
    }


def test_a_new_address_without_a_row_fails() -> None:
    with pytest.raises(AssertionError, match="GET brand-new is new: give it a row"):
        expected(Address("brand-new", "GET", ()))
