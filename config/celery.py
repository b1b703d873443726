"""The Celery application: `celery -A config worker`, `beat` and `flower` find it here."""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("feedback")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A worker takes from the first queue while there is anything in it (feedback.reports.hints says why so).
app.conf.task_queues = [Queue(name, routing_key=name) for name in ("upkeep", "interactive", "bulk")]
app.conf.task_default_queue = "interactive"
app.conf.task_routes = {"feedback.reports.tasks.sweep": {"queue": "upkeep"}}
app.autodiscover_tasks(["feedback.reports"])
app.autodiscover_tasks(["feedback.reports"], related_name="worker")
