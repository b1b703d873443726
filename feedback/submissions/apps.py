import logging

from django.apps import AppConfig

from feedback.config import env

log = logging.getLogger(__name__)


class SubmissionsConfig(AppConfig):
    name = "feedback.submissions"

    def ready(self) -> None:
        """Here the settings are read and logging is set up, once in each process."""
        for sentence in env.unknown():
            log.warning(sentence)
