"""The Django project: what the environment decides, and how the rooms are put together."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
