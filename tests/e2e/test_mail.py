"""Mail from a hand-out in the embedded way: its own workers send it, to a real mail server."""

from collections.abc import Callable

from tests.harness.smtp import mail_server
from tests.harness.stack import Stack
from tests.harness.students import class_of
from tests.harness.waiting import until


def test_feedback_serve_mails_each_student_the_link_to_their_report(start_embedded: Callable[..., Stack]) -> None:
    with mail_server() as server:
        stack = start_embedded(
            EMAIL_URL=server.url,
            FEEDBACK_MAIL_FROM="Exams <exams@example.edu>",
            FEEDBACK_PUBLIC_URL="https://feedback.example.edu",
            FEEDBACK_MAILS_PER_MINUTE="600",
        )
        task = stack.client.post("/assignment/html", json=class_of(3)).headers["Location"]
        assert stack.finished(task).status_code == 200
        roster = "student_id,email\n" + "".join(f"student-{number},{number}@example.edu\n" for number in range(3))
        stack.client.put(f"{task}/roster", content=roster.encode(), headers={"Content-Type": "text/csv"})
        mail = stack.client.post(f"{task}/handouts").headers["Location"] + "/mail"
        words = {"subject": "Your report", "body": "{link}"}
        assert stack.client.post(mail, json=words).json() == {"queued": 3, "already": 0, "without_address": 0}

        def states() -> set[str]:
            return {one["state"] for one in stack.client.get(mail).json()["mails"]}

        until(lambda: states() == {"sent"}, "mails that were sent")
        for number in range(3):
            text = server.mailbox[f"{number}@example.edu"].get_body(("plain",))
            assert text is not None
            page = stack.client.get(text.get_content().strip().removeprefix("https://feedback.example.edu")).text
            assert f"Student ID: student-{number}" in page
