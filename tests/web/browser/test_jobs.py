"""The pages as people use them, in Chromium, on the running service: web, worker, PostgreSQL and Redis."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.harness.stack import Stack
from tests.web.browser.conftest import CLASS, Visit, write

pytestmark = pytest.mark.browser

NAMES = [student["student_id"] for student in CLASS]


def drop(page: Page, selector: str, path: Path) -> None:
    """Drop a file on an element as a hand would, not as a script could."""
    box = page.locator(selector).bounding_box()
    assert box
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    debugger = page.context.new_cdp_session(page)
    for step in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        debugger.send("Input.dispatchDragEvent", {"type": step, **where, "data": data})


def names_in_table(page: Page) -> list[str]:
    return page.locator("table.students tbody th").all_inner_texts()


def fresh(marker: str) -> list[dict[str, Any]]:
    """The class, not submitted before."""
    return [student | {"namespace": f"course {marker}"} for student in CLASS]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_class_is_dropped_watched_and_its_reports_downloaded(visit: Visit, tmp_path: Path, scripts: bool) -> None:
    page = visit("/", java_script_enabled=scripts)
    drop(page, "#events", write(tmp_path, fresh(f"scripts {scripts}")))
    page.get_by_role("button", name="Make the reports").click()

    expect(page).to_have_url(re.compile("/submissions/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("19"))
    # With scripts the bar moves; without, the page loads itself again; either way it ends with the class.
    expect(page.locator("table.students tbody tr")).to_have_count(19)

    page.get_by_role("link", name="Submissions").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Submissions")
    numbers = [int(text) for text in page.locator("table.students tbody td:nth-child(7)").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)

    page.get_by_label("Find a student").fill("kim")
    if not scripts:
        page.get_by_role("button", name="Find").click()
    expect(page.locator("table.students tbody tr")).to_have_count(1)
    page.locator("table.students").get_by_role("link", name="daniel.kim").click()
    expect(page.locator(".identity")).to_have_text("Student ID: daniel.kim")
    page.get_by_role("heading", name="Event order").click()
    expect(page.get_by_text("Event Order: ")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    report = pypdf.PdfReader(download.value.path())
    assert "Student ID: daniel.kim" in report.pages[0].extract_text()

    page.get_by_role("link", name="Class of 19").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="All PDFs (ZIP)").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len([name for name in names if name.startswith("pdf/")]) == 19
        assert pypdf.PdfReader(io.BytesIO(archive.read("class.pdf"))).pages


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_broken_file_is_answered_with_its_faults(visit: Visit, tmp_path: Path, scripts: bool) -> None:
    broken = [{"student_id": f"s{number}", "events": [{"type": "no unit"}]} for number in range(25)]
    page = visit("/", expected=(400,), java_script_enabled=scripts)
    page.set_input_files("#events", write(tmp_path, broken))
    page.get_by_label("PDFs only").check()
    page.get_by_role("button", name="Make the reports").click()

    faults = page.get_by_role("alert")
    expect(faults).to_contain_text("nothing was stored")
    expect(faults.locator("li")).to_have_count(20)
    expect(faults).to_contain_text("line 1: students[0].events[0].unit")
    expect(faults).to_contain_text("and 5 more")
    expect(faults).to_be_in_viewport()
    expect(page.get_by_label("PDFs only")).to_be_checked()

    page.set_input_files("#events", write(tmp_path, b"student_id,unit,score\nada,1,high\n", "class.csv"))
    page.get_by_role("button", name="Make the reports").click()
    expect(page.get_by_role("alert")).to_contain_text("line 2: score")


def test_a_file_that_misses_the_field_is_taken_all_the_same(visit: Visit, tmp_path: Path) -> None:
    page = visit("/")
    drop(page, "h1", write(tmp_path, CLASS))

    assert page.locator("#events").evaluate("field => field.files[0].name") == "class.json"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_said_about_the_exam_and_to_a_student_is_in_the_reports(
    visit: Visit, tmp_path: Path, scripts: bool
) -> None:
    page = visit("/", java_script_enabled=scripts)
    page.set_input_files("#events", write(tmp_path, fresh(f"with an exam {scripts}")))
    page.get_by_label("web pages only").check()
    page.get_by_text("About this exam").click()
    page.get_by_label("Title").fill("Midterm of autumn")
    page.get_by_label("Starts").fill("2025-11-14T09:00")
    page.get_by_role("button", name="Make the reports").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Midterm of autumn")

    page.locator("table.students").get_by_role("link", name="daniel.kim").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Midterm of autumn")
    page.get_by_label("To this student alone").fill("Your loops are clear.")
    page.get_by_role("button", name="Save the remark").click()
    said = page.locator(".report").get_by_text("Your loops are clear.")
    if not scripts:
        while not said.is_visible():
            page.reload()
    expect(said).to_be_visible()
    expect(page.get_by_label("To this student alone")).to_have_value("Your loops are clear.")

    page.locator(".neighbours a").first.click()
    page.get_by_role("link", name="About this exam").click()
    expect(page.get_by_label("Starts")).to_have_value("2025-11-14T09:00")
    page.get_by_label("Title", exact=True).fill("Midterm, corrected")
    page.get_by_label("Title of 1", exact=True).fill("Loops")
    page.get_by_role("button", name="Save and make the reports again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Midterm, corrected")
    page.locator("table.students").get_by_role("link", name="daniel.kim").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Midterm, corrected")
    expect(page.locator(".report").get_by_text("Loops").first).to_be_visible()
    expect(said).to_be_visible()


def test_the_sample_class_is_one_click_away(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("button", name="Try it with a sample class").click()

    expect(page.locator("table.students tbody tr")).to_have_count(24)


def test_a_phone_shows_what_each_student_reached_beside_the_name(visit: Visit, made: str) -> None:
    page = visit(made, viewport={"width": 390, "height": 800})
    places = [page.locator(f"#by-{name}").bounding_box() for name in ("student", "submitted", "solved", "score")]
    assert all(place and place["x"] >= 0 and place["x"] + place["width"] <= 390 for place in places)

    page.get_by_role("region", name="Table of students").evaluate("table => table.scrollBy(1000, 0)")
    name = page.locator("table.students tbody th").first.bounding_box()
    assert name
    assert name["x"] >= 0, "the name stays in view beside the last columns"


def test_the_next_student_is_one_step_away(visit: Visit, made: str) -> None:
    page = visit(made)
    page.locator("table.students").get_by_role("link", name=NAMES[0]).click()
    for name in NAMES[1:4]:
        page.locator("a[rel=next]").click()
        expect(page.locator(".identity")).to_have_text(f"Student ID: {name}")
    page.locator("a[rel=prev]").click()
    expect(page.locator(".identity")).to_have_text(f"Student ID: {NAMES[2]}")


def test_a_submission_is_deleted_after_a_word_of_warning(visit: Visit, service: Stack) -> None:
    body = [{"student_id": "to be deleted", "events": []}]
    task = service.client.post("/assignment/html", json=body).json()["task_id"]
    service.finished(f"/assignment/html/{task}")
    page = visit("/submissions")
    page.get_by_role("link", name="Delete to be deleted").click()
    expect(page.get_by_text("Nothing of it can be brought back")).to_be_visible()
    page.get_by_role("button", name="Delete for good").click()

    expect(page.get_by_role("status")).to_have_text("Deleted.")
    assert service.client.get(f"/assignment/html/{task}").status_code == 404


def test_the_documentation_runs_from_our_own_files(visit: Visit) -> None:
    page = visit("/api/docs/")
    expect(page.locator(".opblock").first).to_be_visible()
    page.locator("#operations-Health-live button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".responses-table.live-responses-table")).to_contain_text('"live"')
