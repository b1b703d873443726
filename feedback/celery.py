"""The Celery application: `celery -A feedback worker`, `beat` and `flower` find it here."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")

TRANSPORT_ALIASES["filesystem"] = "feedback.queue.filequeue:Transport"
app = Celery("feedback")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A worker takes from the first queue while there is anything in it: the sweep is never behind work.
UPKEEP, WORK = "upkeep", "work"
app.conf.task_queues = [Queue(name, routing_key=name) for name in (UPKEEP, WORK)]
app.conf.task_default_queue = WORK
# Celery would close the pool before and after every task: a login to the database each time. What a task
# leaves behind goes back to the pool instead (feedback.queue.worker_process).
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.conf.task_routes = {"feedback.submissions.tasks.sweep*": {"queue": UPKEEP}}
app.autodiscover_tasks(["feedback.submissions"])
app.autodiscover_tasks(["feedback.queue"], related_name="worker_process")


@setup_logging.connect
def keep_djangos_logging(**_: Any) -> None:
    """Celery sets no logging up where someone listens here; Django's settings have done so (feedback.config.logs)."""
