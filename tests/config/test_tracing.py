"""Traces from POST to stored document, as a collector gets them; off unless one is named."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.harness.in_process import class_of, student
from tests.harness.stack import Stack
from tests.harness.waiting import until

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector:
    """What listens where OTEL_EXPORTER_OTLP_ENDPOINT says, as a real collector does: OTLP in protobuf over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.services |= {
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@contextmanager
def listening() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        collector.server.shutdown()
        thread.join()
        collector.server.server_close()


@pytest.mark.parametrize("way", ["services", "embedded"])
def test_one_trace_leads_from_the_post_to_every_stored_document(
    way: str, start_services: Callable[..., Stack], start_embedded: Callable[..., Stack]
) -> None:
    start = start_services if way == "services" else start_embedded
    with listening() as collector:
        stack = start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="200")
        answer = stack.client.post("/assignment/html", json=class_of(3), headers={"traceparent": PARENT})
        address = answer.headers["Location"]
        assert stack.finished(address).status_code == 200

        until(
            lambda: len(collector.named("make document")) == 4 and collector.named("POST assignment/<format:format_>")
        )
        trace = bytes.fromhex(PARENT.split("-")[1])
        (post,) = collector.named("POST assignment/<format:format_>")
        assert post.trace_id == trace
        assert post.parent_span_id == bytes.fromhex(PARENT.split("-")[2])
        made = collector.named("make document")
        assert {span.trace_id for span in made} == {trace}
        assert {span.parent_span_id for span in made} == {post.span_id}
        assert sorted(attribute(span, "kind") for span in made) == ["class", "student", "student", "student"]
        assert {attribute(span, "feedback.task_id") for span in made} == {address.rsplit("/", 1)[1]}
        until(lambda: sum(int(attribute(span, "number")) for span in collector.named("documents stored")) == 4)
        assert collector.services == {"feedback-generator"}

        if way == "services":
            # A span comes when it is over, from whichever process it was in: so in no order.
            rung, woken = partial(ids_of, collector, "ring"), partial(ids_of, collector, "wake")
            linked = {link.span_id for span in made for link in span.links}
            until(lambda: linked <= woken(), "the wake of each document")
            until(lambda: [span for span in collector.named("wake") if span.trace_id == trace], "a wake of this trace")
            wakes = [span for span in collector.named("wake") if span.trace_id == trace]
            until(lambda: {span.parent_span_id for span in wakes} <= rung(), "the ring of each wake")


def ids_of(collector: Collector, name: str) -> set[bytes]:
    return {span.span_id for span in collector.named(name)}


def attribute(span: Span, name: str) -> str:
    (value,) = [each.value for each in span.attributes if each.key == name]
    return value.string_value or str(value.int_value)


def test_no_span_says_who_a_student_is(start_embedded: Callable[..., Stack]) -> None:
    with listening() as collector:
        stack = start_embedded(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="200")
        body = student("ada-the-student") | {"namespace": "cs-of-ada", "name": "Ada Lovelace"}
        address = stack.client.post("/assignment/html", json=body).headers["Location"]
        assert stack.finished(address).status_code == 200
        stack.client.get(f"{address}?tz=Europe/Paris&who=ada-the-student")
        until(lambda: bool(collector.named("make document")) and len(collector.spans) > 3)
    told = "".join(map(str, collector.spans))
    for word in ("ada-the-student", "cs-of-ada", "Lovelace", "Paris"):
        assert word not in told


def test_a_span_that_an_exception_ends_says_so_and_not_its_words() -> None:
    with listening() as collector:
        code = (
            "import contextlib, sys; from feedback.config import tracing\n"
            "with contextlib.suppress(ValueError), tracing.span('work'): raise ValueError('ada-the-student')\n"
            "sys.stdin.read()"
        )
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100", "PATH": ""}
        with subprocess.Popen([sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE) as process:
            until(lambda: collector.named("work"))
            process.communicate()
        assert process.returncode == 0
    (span,) = collector.named("work")
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert "ada-the-student" not in str(span)


def test_a_collector_that_is_away_costs_nobody_anything(start_embedded: Callable[..., Stack]) -> None:
    stack = start_embedded(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_BSP_SCHEDULE_DELAY="200")
    address = stack.client.post("/assignment/html", json=student()).headers["Location"]
    assert stack.finished(address).status_code == 200


def test_without_an_endpoint_nothing_of_it_is_even_imported() -> None:
    code = (
        "import sys; from feedback.config import tracing\n"
        "with tracing.span('x', parent='y') as span: assert span is None\n"
        "assert tracing.traceparent() == ''; tracing.rename('z', {}); tracing.flush()\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": ""})


@pytest.mark.parametrize("sent", ["", "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "é", "0" * 4000])
def test_a_parent_that_is_not_understood_begins_a_new_trace(sent: str) -> None:
    code = (
        "import sys; from feedback.config import tracing\n"
        f"with tracing.span('x', parent={sent!r}, links=[{sent!r}]) as span:\n"
        "    assert span.parent is None and not span.links and len(tracing.traceparent()) == 55"
    )
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "PATH": ""}
    subprocess.run([sys.executable, "-c", code], check=True, env=endpoint)
