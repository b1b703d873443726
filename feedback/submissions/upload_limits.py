"""How much one upload may hold, as the settings say."""

from django.conf import settings

from feedback.events import Limits


def upload_limits() -> Limits:
    return Limits(max_students=settings.FEEDBACK_MAX_STUDENTS, max_events=settings.FEEDBACK_MAX_EVENTS)
