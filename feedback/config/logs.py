"""Logging: every line, ours or a library's, carries the request id and the task id it belongs to."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import Processor

# Words for people, or JSON, one line an event, for a log collector.
FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
_RENDERERS: dict[str, list[Processor]] = {
    "text": [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
        )
    ],
    "json": [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)],
}
# Celery logs each message when it comes and when it is done, and beat each sweep it asks for; Django each 4xx. Our own
# lines say what was done.
_QUIET = {
    "pikepdf": "WARNING",
    "django.request": "ERROR",
    "celery.beat": "WARNING",
    "celery.worker.strategy": "ERROR",
    "celery.app.trace": "ERROR",
    "fontTools": "ERROR",
}


# Of what a stranger has sent, in a line about it.
_SENT_CHARACTERS = 200


class InShort(logging.Filter):
    """One short line for a request that Django refuses before any view sees it: what it quotes is the sender's."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security"):
            said = record.getMessage()
            record.msg = said if len(said) <= _SENT_CHARACTERS else f"{said[:_SENT_CHARACTERS]}…"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


class ByRoute(logging.Filter):
    """Names requests by their route, where Django names them by their address: that may be a link to a report."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            match = getattr(request, "resolver_match", None)
            route = match.route if match else "(none)"
            escaped = path.encode("unicode_escape").decode("ascii")  # as Django writes it
            record.args = tuple(route if arg in (path, escaped) else arg for arg in record.args)
        return True


def configure(form: str, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, so that both end in the same lines.

    `form` is one of FORMATS, `level` (of LEVELS) the lowest that is written.
    """
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_RENDERERS[form]],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "filters": {"by route": {"()": ByRoute}, "in short": {"()": InShort}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["by route", "in short"]}
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {name: {"level": lowest} for name, lowest in _QUIET.items()}
        | {"django.server": {"propagate": True}},
    }
