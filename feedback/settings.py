"""Every setting, read strictly from the environment; `.env.example` lists the variables and what they mean.

With nothing set this is the embedded way of running: SQLite, no broker, and a secret of its own,
all in the home folder. `DATABASE_URL` (or `POSTGRES_*`) and `CELERY_BROKER_URL` make it the services way.
"""

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

from feedback.config import env, home, logs, mail
from feedback.config.broker import broker
from feedback.db import connections

BASE_DIR = Path(__file__).resolve().parent.parent
FEEDBACK_HOME = env.path("FEEDBACK_HOME", home.default())

DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])


def _database() -> dict[str, Any]:
    if url := env.secret("DATABASE_URL"):
        return connections.at(url)
    if not (name := env.text("POSTGRES_DB")):
        return connections.at(f"sqlite:///{FEEDBACK_HOME}/feedback.sqlite3")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": env.text("POSTGRES_USER"),
        "PASSWORD": env.secret("POSTGRES_PASSWORD"),
        "HOST": env.text("POSTGRES_HOST", "localhost"),
        "PORT": env.integer("POSTGRES_PORT", 5432),
    }


DATABASES = {"default": connections.connected(_database())}
EMBEDDED = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if EMBEDDED:
    home.make_private(Path(DATABASES["default"]["NAME"]))

SECRET_KEY = env.secret("SECRET_KEY") or (home.secret_key(FEEDBACK_HOME) if EMBEDDED else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set: set it to a long random text that you keep secret.")

# --- the service -----------------------------------------------------------------------------------

FEEDBACK_AUTH = env.choice("FEEDBACK_AUTH", "keys", ("open", "keys"))
FEEDBACK_ALLOW_OPEN = env.flag("FEEDBACK_ALLOW_OPEN", default=False)
FEEDBACK_PUBLISH = env.text("FEEDBACK_PUBLISH")
FEEDBACK_PUBLIC_URL = env.web_address("FEEDBACK_PUBLIC_URL")
FEEDBACK_SECURITY_CONTACT = env.text("FEEDBACK_SECURITY_CONTACT")
FEEDBACK_HTTPS = env.flag("FEEDBACK_HTTPS", default=False)
FEEDBACK_TIME_ZONE = env.text("FEEDBACK_TIME_ZONE", "UTC")
if FEEDBACK_TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"FEEDBACK_TIME_ZONE={FEEDBACK_TIME_ZONE!r} is no zone of the IANA database.")
FEEDBACK_SESSION_GAP_MINUTES = env.number("FEEDBACK_SESSION_GAP_MINUTES", 10.0)
FEEDBACK_MAX_BODY_BYTES = env.integer("FEEDBACK_MAX_BODY_BYTES", 512 << 20)
FEEDBACK_MAX_STUDENTS = env.integer("FEEDBACK_MAX_STUDENTS", 20_000)
FEEDBACK_MAX_EVENTS = env.integer("FEEDBACK_MAX_EVENTS", 5_000_000)
FEEDBACK_MAX_QUESTIONS = env.integer("FEEDBACK_MAX_QUESTIONS", 5_000)
FEEDBACK_READ_SECONDS = env.number("FEEDBACK_READ_SECONDS", 5.0)
FEEDBACK_WORK_BYTES = env.integer("FEEDBACK_WORK_BYTES", 1 << 30)
FEEDBACK_SPOOL_BYTES = env.integer("FEEDBACK_SPOOL_BYTES", 2 << 30)
FEEDBACK_ANSWER_BYTES = env.integer("FEEDBACK_ANSWER_BYTES", 256 << 20)
FEEDBACK_MAX_CONNECTIONS = env.integer("FEEDBACK_MAX_CONNECTIONS", 4_000)
FEEDBACK_LEASE_SECONDS = env.integer("FEEDBACK_LEASE_SECONDS", 60, minimum=2)
FEEDBACK_REQUESTS_PER_MINUTE = env.integer("FEEDBACK_REQUESTS_PER_MINUTE", 6_000, minimum=0)
FEEDBACK_STUDENTS_PER_HOUR = env.integer("FEEDBACK_STUDENTS_PER_HOUR", 100_000, minimum=0)
FEEDBACK_LOGINS_PER_ADDRESS = env.integer("FEEDBACK_LOGINS_PER_ADDRESS", 100, minimum=0)
FEEDBACK_STALL_SECONDS = env.integer("FEEDBACK_STALL_SECONDS", 120)
FEEDBACK_STOP_SECONDS = env.integer("FEEDBACK_STOP_SECONDS", 15)
FEEDBACK_AUDIT_DAYS = env.integer("FEEDBACK_AUDIT_DAYS", 365)
FEEDBACK_RETENTION_DAYS = env.optional_integer("FEEDBACK_RETENTION_DAYS")
FEEDBACK_WEBHOOK_RETRY_SECONDS = env.pauses(
    "FEEDBACK_WEBHOOK_RETRY_SECONDS", [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
)
FEEDBACK_WEBHOOK_ALLOW_PRIVATE = env.flag("FEEDBACK_WEBHOOK_ALLOW_PRIVATE", default=False)
FEEDBACK_WEBHOOK_DAYS = env.integer("FEEDBACK_WEBHOOK_DAYS", 30)

# Read by OpenTelemetry itself as well (feedback.config.tracing).
OTEL_EXPORTER_OTLP_ENDPOINT = env.web_address("OTEL_EXPORTER_OTLP_ENDPOINT")

# --- mail (docs/how-to/hand-out.md) ---------------------------------------------------------------

_EMAIL_URL = env.secret("EMAIL_URL")
FEEDBACK_SENDS_MAIL = bool(_EMAIL_URL)
globals().update(mail.server(_EMAIL_URL))
FEEDBACK_MAIL_FROM = mail.address("FEEDBACK_MAIL_FROM", env.text("FEEDBACK_MAIL_FROM"))
FEEDBACK_MAIL_REPLY_TO = mail.address("FEEDBACK_MAIL_REPLY_TO", env.text("FEEDBACK_MAIL_REPLY_TO"))
FEEDBACK_MAILS_PER_MINUTE = env.integer("FEEDBACK_MAILS_PER_MINUTE", 30)
if FEEDBACK_SENDS_MAIL and not FEEDBACK_MAIL_FROM:
    raise ImproperlyConfigured("EMAIL_URL is set, and FEEDBACK_MAIL_FROM is not: set it to the address of the sender.")

# --- where documents are kept (feedback.store.bodies) ---------------------------------------------------

FEEDBACK_DOCUMENTS_URL = env.bucket("FEEDBACK_DOCUMENTS_URL")
FEEDBACK_DOCUMENTS_TO = env.choice(
    "FEEDBACK_DOCUMENTS_TO", "s3" if FEEDBACK_DOCUMENTS_URL else "database", ("database", "s3")
)
if FEEDBACK_DOCUMENTS_TO == "s3" and not FEEDBACK_DOCUMENTS_URL:
    raise ImproperlyConfigured("FEEDBACK_DOCUMENTS_TO=s3 needs FEEDBACK_DOCUMENTS_URL: set it to s3://bucket/prefix.")
# By their usual names. What is not given, as the role of a pod or a machine, the client finds by itself.
_OPTIONS = {
    "endpoint": env.web_address("AWS_ENDPOINT_URL_S3") or env.web_address("AWS_ENDPOINT_URL"),
    "region": env.text("AWS_REGION") or env.text("AWS_DEFAULT_REGION"),
    "access_key_id": env.secret("AWS_ACCESS_KEY_ID"),
    "secret_access_key": env.secret("AWS_SECRET_ACCESS_KEY"),
    "session_token": env.secret("AWS_SESSION_TOKEN"),
}
FEEDBACK_DOCUMENTS_OPTIONS = {name: value for name, value in _OPTIONS.items() if value}

# --- Celery (read by feedback.celery with the prefix CELERY_) ------------------------------------------

# Without a broker the workers look into the table by themselves (feedback.queue.poller).
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker(env.secret("CELERY_BROKER_URL"))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A worker process is replaced after this much work, or as soon as it has grown to this size.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5_000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 768 << 10  # KiB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Work that a lost message or a lost worker left behind waits no longer than this for a sweep.
FEEDBACK_SWEEP_SECONDS = min(5.0, FEEDBACK_LEASE_SECONDS / 4)
# No expiry: it would compare the clocks of two machines, and one that is ahead would refuse every sweep.
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "feedback.submissions.tasks.sweep", "schedule": FEEDBACK_SWEEP_SECONDS}}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # one entry that is always due needs no file to remember

# --- Django ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "feedback.access.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "feedback.access.apps.AccessConfig",
    "feedback.store",
    "feedback.submissions",
    "feedback.web",
]
MIDDLEWARE = [
    "feedback.api.middleware.RequestId",
    "feedback.access.middleware.PrivateByDefault",
    "django.middleware.security.SecurityMiddleware",
    "feedback.web.middleware.StaticFiles",
    "feedback.web.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "feedback.web.middleware.Lengths",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "feedback.access.middleware.KnownCallers",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "feedback.access.middleware.AuditOfReadings",
    "feedback.web.middleware.RefusalsAsPages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "feedback" / "web" / "templates"],
        "OPTIONS": {
            "environment": "feedback.web.templating.environment",
            "context_processors": ["django.contrib.messages.context_processors.messages"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",  # of the admin and the API's documentation
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
ROOT_URLCONF = "feedback.urls"
ASGI_APPLICATION = "feedback.server.asgi.application"
APPEND_SLASH = False
# Below a path of its host, every address and cookie begins with it (feedback.server.prefix).
FEEDBACK_PATH_PREFIX = env.url_path("FEEDBACK_PATH_PREFIX")
FORCE_SCRIPT_NAME = FEEDBACK_PATH_PREFIX or None
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{FEEDBACK_PATH_PREFIX}/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_UPLOAD_HANDLERS = ["feedback.web.upload_handler.NamelessFiles"]

# --- authentication, cookies and HTTPS (docs/production.md) -----------------------------------

AUTHENTICATION_BACKENDS = ["feedback.access.passwords.CountedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "start"
SESSION_COOKIE_AGE = 12 * 3600
# Lax, not Strict, so that a link in a message finds its reader logged in; nothing is changed by a GET.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "feedback.web.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
if FEEDBACK_HTTPS:
    # A proxy in front ends TLS and sets this header itself, whatever the client sent.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Asked from inside, by name of the container.
    SECURE_REDIRECT_EXEMPT = [f"^{re.escape(f'{FEEDBACK_PATH_PREFIX}/health/'.lstrip('/'))}"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers take a __Host- cookie for the root of a host alone (RFC 6265bis, 4.1.3.2).
    _COOKIES = "__Secure-" if FEEDBACK_PATH_PREFIX else "__Host-"
    SESSION_COOKIE_NAME = f"{_COOKIES}sessionid"
    CSRF_COOKIE_NAME = f"{_COOKIES}csrftoken"
SILENCED_SYSTEM_CHECKS = [
    "security.W021",  # HSTS preload: for the owner of a domain to decide, not for one service in it
]

# --- static files ------------------------------------------------------------------------------------

# Files collected once (in an image) carry a hash in their names and are kept by browsers for ever; without
# FEEDBACK_STATIC_ROOT they are served from where they lie, and nothing has to be collected.
STATIC_URL = f"{FEEDBACK_PATH_PREFIX}/static/"
STATIC_ROOT = env.text("FEEDBACK_STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_AUTOREFRESH = DEBUG
# Browsers ask for an icon at the root, whatever page they show.
WHITENOISE_ROOT = BASE_DIR / "feedback" / "web" / "root"
if STATIC_ROOT:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "feedback.api.errors.exception_handler",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "feedback.api.negotiation.AlwaysJson",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "feedback.api.authentication.OpenToAnyone",
        "feedback.api.authentication.ByKey",
        "feedback.api.authentication.BySession",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["feedback.api.throttling.RequestsPerMinute"],
    "DEFAULT_PERMISSION_CLASSES": ["feedback.api.authentication.MayCall"],
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Feedback Generator",
    "DESCRIPTION": "Turns the event log of a coding exam into a feedback report in HTML and accessible PDF.",
    "VERSION": version("feedback-generator"),
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "OAS_VERSION": "3.1.0",
    "DEFAULT_GENERATOR_CLASS": "feedback.api.openapi.schema.ContractGenerator",
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": [],
}

LOGGING = logs.configure(
    env.choice("FEEDBACK_LOG_FORMAT", "text" if EMBEDDED else "json", logs.FORMATS),
    env.choice("FEEDBACK_LOG_LEVEL", "info", logs.LEVELS),
)
