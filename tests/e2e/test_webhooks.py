"""Webhooks of `feedback serve`: the same outbox on SQLite, delivered by workers without a broker."""

from collections.abc import Callable

from tests.harness.receiver import Receiver
from tests.harness.stack import Stack
from tests.harness.students import class_of, student
from tests.harness.waiting import until


def test_each_ending_is_told_of_once_and_amendments_and_erasures_are_not(start_embedded: Callable[..., Stack]) -> None:
    stack = start_embedded(FEEDBACK_WEBHOOK_ALLOW_PRIVATE="true")
    stack.environment["FEEDBACK_HOME"] = str(stack.folder / "home")
    with Receiver() as receiver:
        receiver.secret = stack.run("feedback", "manage", "webhook", "create", "--url", receiver.url).strip()
        addresses = [
            stack.client.post(f"/assignment/{format_}", json=body).headers["Location"]
            for format_ in ("html", "pdf")
            for body in (class_of(3), student("ada"))
        ]
        for address in addresses:
            assert stack.finished(address).status_code == 200
        until(lambda: len(receiver.received) == 4, "four events")
        assert stack.client.put(f"{addresses[0]}/context", json={"exam": {"title": "Midterm"}}).status_code == 202
        until(lambda: "Midterm" in stack.client.get(addresses[0]).text, "the amended report")
        assert stack.client.delete("/students", params={"student_id": "student-1"}).status_code == 204
        for address in addresses:
            assert stack.finished(address).status_code == 200
        last = stack.client.post("/assignment/html", json=student("grace")).headers["Location"]
        until(lambda: len(receiver.received) == 5, "the event of what came last")

        assert {one.event["data"]["link"] for one in receiver.received} == {*addresses, last}
        assert set(receiver.times().values()) == {1}
        assert receiver.forged == []
        listed = stack.run("feedback", "manage", "webhook", "list")
        assert "0 waiting, 5 delivered, 0 failed  enabled" in listed
