"""Traces by OpenTelemetry, from a POST to the stored documents: web process, wake-up and worker.

Off, and then nothing of OpenTelemetry is imported, unless `OTEL_EXPORTER_OTLP_ENDPOINT` (or that of traces alone) is
set; the SDK reads its other `OTEL_` variables by itself. No span says who a student is: no ids of students, no paths,
no words of an exception.
"""

import atexit
import functools
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# The header of a request, and of a message in the broker, that says which trace it belongs to (W3C Trace Context).
TRACEPARENT = "traceparent"
Part = Literal["server", "producer", "consumer", "internal"]
Attribute = str | int | bool
_NOTHING = nullcontext(None)
_PATIENCE_SECONDS = 1.0


def is_on() -> bool:
    return any(os.environ.get(name) for name in ENDPOINTS)


def span(
    name: str,
    part: Part = "internal",
    *,
    parent: str = "",
    links: Sequence[str] = (),
    about: Mapping[str, Attribute] = MappingProxyType({}),
) -> "AbstractContextManager[Span | None]":
    """A context that is one span, None where traces are off.

    `parent` is a traceparent from elsewhere; without one, or with one that is not understood, it is the span around
    this one, or the first of a new trace. `links` are other spans that had a part in it, `about` are attributes.
    """
    return _span(name, part, parent, links, about) if is_on() else _NOTHING


def rename(name: str, about: Mapping[str, Attribute]) -> None:
    """Give the span that is under way the name, and the attributes, that are known by now."""
    if is_on():
        from opentelemetry import trace  # noqa: PLC0415 - see above

        under_way = trace.get_current_span()
        under_way.update_name(name)
        under_way.set_attributes(about)


def traceparent() -> str:
    """The span that is under way, for those elsewhere who go on with it; empty where there is none."""
    if not is_on():
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - see above

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT, "")


@contextmanager
def _span(name: str, part: Part, parent: str, links: Sequence[str], about: Mapping[str, Attribute]) -> "Iterator[Span]":
    from opentelemetry import trace  # noqa: PLC0415 - see above
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - see above

    def context_of(text: str) -> "Context":
        return TraceContextTextMapPropagator().extract({TRACEPARENT: text})

    linked = [trace.get_current_span(context_of(text)).get_span_context() for text in links if text]
    with _tracer().start_as_current_span(
        name,
        context=context_of(parent) if parent else None,
        kind=trace.SpanKind[part.upper()],
        links=[trace.Link(of) for of in linked if of.is_valid],
        attributes=about,
        # The words of an exception may be a student's; the log has them.
        record_exception=False,
        set_status_on_exception=False,
    ) as begun:
        try:
            yield begun
        except BaseException:
            begun.set_status(trace.StatusCode.ERROR)
            raise


@functools.cache
def _tracer() -> "Tracer":
    return _provider().get_tracer("feedback", version("feedback-generator"))


@functools.cache
def _provider() -> "TracerProvider":
    """This process's own, made when the first span is: its thread would not survive a fork."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    name = os.environ.get("OTEL_SERVICE_NAME", "feedback-generator")
    resource = Resource.create({"service.name": name, "service.version": version("feedback-generator")})
    made = TracerProvider(resource=resource, shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    atexit.register(flush)
    return made


def flush() -> None:
    """Send what has not been sent, before this process ends; a collector that is away holds it up for a second."""
    if is_on() and _provider.cache_info().currsize:
        sending = threading.Thread(target=_provider().force_flush, daemon=True)
        sending.start()
        sending.join(_PATIENCE_SECONDS)
