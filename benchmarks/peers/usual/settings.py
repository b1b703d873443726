"""Settings of the usual build; the benchmark gives it a database and a broker of its own."""

import os

import dj_database_url

SECRET_KEY = "of a benchmark, which protects nothing"  # noqa: S105 - see there
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": dj_database_url.parse(os.environ["USUAL_DATABASE_URL"], conn_max_age=600)}
INSTALLED_APPS = ["rest_framework", "benchmarks.peers.usual"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "benchmarks.peers.usual.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
CELERY_BROKER_URL = os.environ["USUAL_BROKER_URL"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
