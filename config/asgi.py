"""The web application. ASGI, so that a slow client's body comes to rest before it takes a thread."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402 - the settings are read once Django is set up

from config.bodies import BodyGuard  # noqa: E402 - likewise

application = BodyGuard(django_application, settings.FEEDBACK_MAX_BODY_BYTES)
