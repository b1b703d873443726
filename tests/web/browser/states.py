"""How a page is brought into a state to be looked at: what somebody does on it, and what is then to be seen."""

from playwright.sync_api import Page, expect

from tests.harness.exports import GERMAN


def broken_file(page: Page) -> None:
    rows = "".join(f"s{number},,2\n" for number in range(25))
    content = f"student_id,unit,score\n{rows}".encode()
    page.set_input_files("#events", {"name": "class.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Make the reports").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was stored")


def no_file(page: Page) -> None:
    page.locator("#events").evaluate("field => field.required = false")
    page.get_by_role("button", name="Make the reports").click()
    expect(page.get_by_text("Choose a file first")).to_be_visible()


def guess(page: Page) -> None:
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()


def open_too_often(page: Page) -> None:
    assert any(not page.request.get(page.url).ok for _ in range(1000)), "a link can be opened without an end"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("One moment")


def without_cookie(page: Page) -> None:
    page.context.clear_cookies()
    guess(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("could not be accepted")


def wrong_password(page: Page) -> None:
    for field in page.locator("[type=password]").all():
        field.fill("short")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("too short")).to_be_visible()


def untick(page: Page) -> None:
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("alert")).to_be_visible()


def no_days(page: Page) -> None:
    page.locator("#days").evaluate("field => { field.max = ''; field.value = '1000' }")
    page.get_by_role("button", name="Make the links").click()
    expect(page.locator("#days-error")).to_be_visible()


def roster_that_lacks(page: Page) -> None:
    rows = "".join(f"Participant {number},Name {number},{number}@example.edu,s{number}\n" for number in range(3))
    worksheet = f"Identifier,Full name,Email address,ID number\n{rows}Participant 9,Known,k@example.edu,handed out a\n"
    page.set_input_files("#roster", {"name": "w.csv", "mimeType": "text/csv", "buffer": worksheet.encode()})
    page.get_by_role("button", name="Take the roster").click()
    expect(page.get_by_text("1 row fits")).to_be_visible()


def broken_roster(page: Page) -> None:
    rows = "".join(f"s{number},x\n" for number in range(3))
    table = f"student_id,email\n{rows}".encode()
    page.set_input_files("#roster", {"name": "w.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="Take the roster").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was stored")


def look_at_first(page: Page) -> None:
    page.get_by_role("button", name="Look at the first").click()
    expect(page.get_by_role("heading", name="would be sent")).to_be_visible()


def no_link(page: Page) -> None:
    page.locator("#body").fill("Dear {nobody}")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#body-error")).to_contain_text("it lacks {link}")


def unfold(page: Page) -> None:
    for folded in page.locator("summary").all():
        folded.click()


def nonsense(page: Page) -> None:
    page.locator("#exam-solutions_url").fill("see the board")
    page.locator("#points-0").fill("many")
    page.get_by_role("button", name="Save and make the reports again").click()
    expect(page.locator("#points-0-error")).to_be_visible()


def step_refused(page: Page) -> None:
    unfold(page)
    page.locator("#exam-solutions_url").fill("see the board")
    table = b"unit,points\n1,many\n,3\n"
    page.set_input_files("#questions-file", {"name": "questions.csv", "mimeType": "text/csv", "buffer": table})
    log = b"student_id,unit\nada,1\n"
    page.set_input_files("#events", {"name": "class.csv", "mimeType": "text/csv", "buffer": log})
    page.get_by_role("button", name="Make the reports").click()
    expect(page.locator("#questions-file-error")).to_contain_text("line 2: points")


def a_foreign_log(page: Page) -> None:
    page.set_input_files("#events", {"name": "noten.csv", "mimeType": "text/csv", "buffer": GERMAN})
    page.get_by_role("button", name="Make the reports").click()
    expect(page.get_by_role("heading", name="This looks like")).to_be_visible()


def unknown_columns(page: Page) -> None:
    table = b"Who,What\nada,1\n"
    page.set_input_files("#events", {"name": "log.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="Make the reports").click()
    expect(page.get_by_role("heading", name="Which column is what?")).to_be_visible()


def weak_key(page: Page) -> None:
    unfold(page)
    page.get_by_label("Pseudonyms instead").check()
    page.locator("#key").fill("secret")
    page.set_input_files("#events", {"name": "log.csv", "mimeType": "text/csv", "buffer": b"student_id,unit\nada,1\n"})
    page.get_by_role("button", name="Make the reports").click()
    expect(page.locator("#key-error")).to_be_visible()


def hidden(page: Page) -> None:
    unfold(page)
    page.get_by_label("Pseudonyms instead").check()
    a_foreign_log(page)


def long_remark(page: Page) -> None:
    page.locator("#remark-text").fill("x" * 2001)
    page.get_by_role("button", name="Save the remark").click()
    expect(page.locator("#remark-error")).to_be_visible()


def one_of_each_method(page: Page) -> None:
    for method in ("get", "post", "put", "delete"):
        operation = page.locator(f".opblock-{method}").first
        operation.locator(".opblock-summary-control").click()
        expect(operation.locator(".opblock-body")).to_be_visible()
