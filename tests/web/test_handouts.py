"""Handing reports out in the browser."""

import re
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from feedback.store.models import HandOut
from feedback.web.views import links
from tests.harness.in_process import (
    Caller,
    calling,
    class_of,
    student,
    work_off,
)
from tests.web.conftest import Answer, Upload
from tests.web.test_people import Person, person

__all__ = ["calling", "person"]


@pytest.fixture
def made(upload: Upload) -> str:
    """The page of a class of three with both formats made."""
    address = str(upload([*class_of(2), student("<b>eve</b>")])["Location"])
    work_off()
    return address


def test_links_are_made_shown_and_opened(client: Client, made: str) -> None:
    assert f'href="{made}/handouts"' in client.get(made).text
    assert "own report and nothing else" in client.get(f"{made}/handouts").text
    answer = client.post(f"{made}/handouts", {"days": "14"})
    assert answer.status_code == 303
    page = client.get(answer["Location"]).text

    assert "&lt;b&gt;eve" in page
    assert "<b>eve" not in page
    links = [urlsplit(link).path for link in re.findall(r'href="(http://testserver/r/[^"]+)"', page)]
    assert len(links) == 6
    assert {client.get(link).status_code for link in links} == {200}
    assert 'rel="noreferrer"' in page
    assert "mail merge" in page
    table = client.get(f"{answer['Location']}/links.csv")
    assert table.content.count(b"http://testserver/r/") == 6


def test_no_link_is_shown_to_a_format_there_is_not(client: Client, upload: Upload) -> None:
    address = upload(class_of(2), formats="html")["Location"]
    work_off()
    page = client.get(client.post(f"{address}/handouts", {"days": "14"})["Location"]).text

    assert page.count('href="http://testserver/r/') == 2
    assert "PDF" not in page


def test_a_link_and_then_all_are_withdrawn(client: Client, made: str) -> None:
    address = client.post(f"{made}/handouts", {"days": "14"})["Location"]
    page = client.get(address).text
    links = [urlsplit(link).path for link in re.findall(r'href="(http://testserver/r/[^"]+)"', page)]
    [first, *_] = re.findall(r'name="report" value="([^"]+)"', page)

    assert client.post(f"{address}/withdraw", {"report": first}, follow=True).text.count("/r/") == 4
    assert [client.get(link).status_code for link in links[:3]] == [410, 410, 200]
    assert client.post(f"{address}/withdraw", {"report": "nonsense"}).status_code == 404
    assert "withdrawn" in client.post(f"{address}/withdraw", follow=True).text
    assert {client.get(link).status_code for link in links} == {410}
    assert "These links are closed" in client.get(address).text


@pytest.mark.parametrize(
    ("accepted", "language", "title"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de", "Hier ist kein Bericht"),
        ("tlh, hi;q=0.8, fr;q=0.7", "hi", "यहाँ कोई रिपोर्ट नहीं है"),
        ("es-MX", "es", "Aquí no hay ningún informe"),
        ("fr", "fr", "Il n’y a pas de rapport ici"),
        ("tlh", "en", "There is no report here"),
        ("", "en", "There is no report here"),
    ],
)
def test_a_link_that_opens_nothing_says_so_in_the_readers_language(
    client: Client, accepted: str, language: str, title: str
) -> None:
    for address in ("/r/nonsense", "/r/", "/r/cut/short"):
        page = client.get(address, headers={"Accept-Language": accepted})
        assert page.status_code == 404
        holds(page, language, title)


def holds(page: Answer, language: str, title: str) -> None:
    """A page for students: without the header of the staff's pages, and neither kept nor told of to anyone."""
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{title}</h1>" in page.text
    assert '<header class="site">' not in page.text
    assert "Accept-Language" in page["Vary"]
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("ending", ["", ".pdf"])
def test_a_link_says_in_the_readers_language_that_the_service_is_interrupted(
    client: Client, made: str, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError

    table = client.get(client.post(f"{made}/handouts", {"days": "14"})["Location"] + "/links.csv").text
    link = re.findall(rf"http://testserver(/r/[^,\"\s]+{re.escape(ending)})\"", table)[0]
    assert client.get(link).status_code == 200
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(CursorWrapper, "execute", gone)
        page = client.get(link, headers={"Accept-Language": "de"})

    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    holds(page, "de", "Dein Bericht kann gerade nicht gezeigt werden")


def test_a_fault_behind_a_link_is_told_in_the_readers_language_with_the_number_in_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(links, "open_link", broken)
    client.raise_request_exception = False
    page = client.get("/r/nonsense", headers={"Accept-Language": "fr"})

    assert page.status_code == 500
    holds(page, "fr", "Votre rapport ne peut pas être affiché")
    assert f"ce numéro à votre équipe enseignante\u00a0: {page['X-Request-ID']}" in page.text


@pytest.mark.parametrize("days", ["", "0", "400", "x"])
def test_a_time_that_makes_no_sense_is_said_so(client: Client, made: str, days: str) -> None:
    answer = client.post(f"{made}/handouts", {"days": days})

    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert not HandOut.objects.exists()


def test_only_who_may_write_hands_out(calling: Caller, person: Person) -> None:
    task_id = calling("platform").submit("html", class_of(2)).rsplit("/", 1)[1]
    work_off()
    pages = [f"/submissions/{task_id}/handouts"]
    writer = person("writer", write=("course",))
    pages.append(writer.post(pages[0], {"days": "7"})["Location"])
    pages.append(f"{pages[1]}/links.csv")
    assert {writer.get(page).status_code for page in pages} == {200}

    for browser, status in ((person("reader", read=("course",)), 403), (person("stranger", write=("other",)), 404)):
        assert {browser.get(page).status_code for page in pages} == {status}
        assert browser.post(pages[0], {"days": "7"}).status_code == status
        assert browser.post(f"{pages[1]}/withdraw").status_code == status
    assert HandOut.objects.filter(withdrawn_at=None).count() == 1
