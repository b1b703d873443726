"""Its Celery application and its one task."""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.usual.settings")

app = Celery("usual")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task
def make(task_id: str, student: dict[str, Any]) -> None:
    """Put the page together and store it."""
    from benchmarks.peers.usual.models import UsualReport  # noqa: PLC0415 - once Django is set up

    units = sorted({event["unit"] for event in student["events"]}, key=str)
    aliases = {unit: f"Q{number}" for number, unit in enumerate(units, start=1)}
    order = " -> ".join(aliases[event["unit"]] for event in student["events"])
    page = f"<html><body><h1>Student ID: {student['student_id']}</h1><p>Event Order: {order}</p></body></html>"
    UsualReport.objects.filter(task_id=task_id).update(status="SUCCESS", content=page)
