"""Logs of three platforms dropped on the page: what was recognised is seen, a word is mapped, and reports come out."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.harness.exports import GERMAN, PRAIRIELEARN, PROGSNAP2, zipped
from tests.web.browser.conftest import Visit
from tests.web.browser.test_pages import keep

pytestmark = pytest.mark.browser
DROP = """([name, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name));
  const event = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
  document.querySelector("main h1").dispatchEvent(event);
}"""


def drop(page: Page, name: str, body: bytes) -> None:
    """As a person does who misses the field."""
    page.evaluate(DROP, [name, list(body)])
    assert chosen(page) == name


def send(page: Page) -> None:
    page.get_by_role("button", name="Make the reports").click()


def chosen(page: Page) -> str:
    return str(page.locator("#events").evaluate("field => field.files[0]?.name"))


# So that the file is larger than what anybody may send.
MORE = b"".join(
    b"ada@school.edu,Ada L,Student,Exam 1,1,fib,%d,2024-07-21T10:00:01Z,0.5,4\n" % number for number in range(100, 1500)
)
SAMPLES = [
    ("exam.zip", zipped(e_submissions__csv=PRAIRIELEARN), "PrairieLearn", "2 students, 1 question, 2 events"),
    ("data.zip", zipped(MainTable__csv=PROGSNAP2), "ProgSnap2", "2 students, 2 questions, 3 events"),
    ("noten.csv", GERMAN, "a table", "2 students, 2 questions, 3 events"),
]


@pytest.mark.parametrize(("name", "body", "words", "numbers"), SAMPLES, ids=["prairielearn", "progsnap2", "table"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_what_was_recognised_is_seen_and_reports_come_out(
    visit: Visit, name: str, body: bytes, words: str, numbers: str, scripts: bool
) -> None:
    page = visit("/", java_script_enabled=scripts)
    if scripts:
        drop(page, name, body)
    else:
        page.set_input_files("#events", {"name": name, "mimeType": "application/octet-stream", "buffer": body})
    send(page)

    expect(page.get_by_role("heading", name=re.compile(f"This looks like {words}"))).to_be_visible()
    expect(page.locator(".preview")).to_contain_text(numbers)
    keep(page, f"preview {words} {'with' if scripts else 'without'} scripts")
    if scripts:
        assert chosen(page) == name
        expect(page.locator("#events-help")).to_contain_text("still chosen")
    else:
        expect(page.locator("#events-help")).to_contain_text("Choose the same file again")
        page.set_input_files("#events", {"name": name, "mimeType": "application/octet-stream", "buffer": body})
    send(page)
    expect(page).to_have_url(re.compile("/submissions/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("lass of 2|Exam 1"))  # what the log says


def test_an_unknown_word_is_mapped_and_the_zone_is_said_in_the_reports(visit: Visit) -> None:
    page = visit("/")
    drop(page, "noten.csv", GERMAN.replace(b"Abgabe", b"Losgeschickt"))
    send(page)
    page.get_by_label("Losgeschickt").select_option("submissions")
    page.get_by_label("Zone of times that say none").select_option("Europe/Berlin")
    send(page)

    expect(page).to_have_url(re.compile("/submissions/"))
    page.get_by_role("link", name="17", exact=True).click()
    expect(page.get_by_text("Times that came without a time zone were read as Europe/Berlin.")).to_be_attached()
    keep(page, "report of a mapped table")


def test_columns_that_nobody_knows_are_named_by_hand(visit: Visit) -> None:
    page = visit("/", expected=(400,))
    drop(page, "log.csv", b"Who,What,Did\nada,1,submit\ngrace,1,submit\n")
    send(page)
    page.locator("#column-student_id").select_option("Who")
    page.locator("#column-unit").select_option("What")
    send(page)
    expect(page.locator(".preview")).to_contain_text("2 students, 1 question, 2 events")
    send(page)
    expect(page).to_have_url(re.compile("/submissions/"))


def test_who_is_who_is_kept_by_the_person_and_no_page_says_it(visit: Visit, tmp_path: Path) -> None:
    page = visit("/")
    page.get_by_text("Hide who the students are").click()
    page.get_by_label("Pseudonyms instead").check()
    drop(page, "exam.csv", PRAIRIELEARN + MORE)
    send(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download who is who").click()
    download.value.save_as(tmp_path / "who.csv")
    rows = list(csv.reader((tmp_path / "who.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert {row[1] for row in rows[1:]} == {"ada@school.edu", "grace@school.edu"}
    assert chosen(page) == "exam.csv"

    send(page)
    expect(page).to_have_url(re.compile("/submissions/"))
    expect(page.get_by_role("link", name=rows[1][0])).to_be_visible()
    assert "ada@school.edu" not in page.content()
