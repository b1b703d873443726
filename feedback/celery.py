"""The Celery application: `celery -A feedback worker`, `beat` and `flower` find it here."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, import_modules, setup_logging, worker_init
from django.conf import settings
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")

for _scheme in ("redis", "rediss"):
    TRANSPORT_ALIASES[_scheme] = "feedback.queue.broker:Transport"
app = Celery("feedback")
# Given one by one: of Django's settings, which would all be shown by `inspect conf` and Flower, Celery knows none.
_OURS = [name for name in dir(settings) if name.startswith("CELERY_")]
app.conf.update({name.removeprefix("CELERY_").lower(): getattr(settings, name) for name in _OURS})
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


@worker_init.connect
@beat_init.connect
def refuse_without_broker(**_: Any) -> None:
    """Celery would go looking for a RabbitMQ on this machine."""
    if not settings.CELERY_BROKER_URL:
        sys.exit("CELERY_BROKER_URL is not set: set it to redis://host:port/number, or use `feedback serve`.")


@import_modules.connect
def guard_flower(**_: Any) -> None:
    """Flower asks no password for its /metrics and /healthcheck: here all of it is behind the one there is."""
    monitor: Any = sys.modules.get("flower.views.monitor")
    web: Any = sys.modules.get("tornado.web")
    for view in (monitor.Metrics, monitor.Healthcheck) if monitor and web else ():
        view.get = web.authenticated(view.get)
