"""The honest caller: a GET of a report, a POST of a single and /health/live, one after the other, until told to stop.

A process of its own, so that it shares no interpreter with the attack: what it feels is what the service does.
Prints one JSON object: `seconds` of every request, and the statuses that were `refused`.
"""

import json
import os
import sys
import threading
import time
from typing import Any

import httpx

from tests.harness.students import student


def main(url: str, document: str) -> None:
    seconds: list[float] = []
    refused: list[int] = []
    over = threading.Event()

    def wait_for_word() -> None:
        sys.stdin.readline()
        over.set()

    threading.Thread(target=wait_for_word, daemon=True).start()
    headers = {"Authorization": f"Bearer {os.environ['HONEST_KEY']}"}
    with httpx.Client(base_url=url, timeout=300, headers=headers, trust_env=False) as client:
        while not over.wait(0.02) or len(seconds) < 9:
            body = student(f"honest-{time.monotonic_ns()}")
            requests: tuple[tuple[str, str, dict[str, Any]], ...] = (
                ("GET", document, {}),
                ("POST", "/assignment/html", {"json": body}),
                ("GET", "/health/live", {}),
            )
            for method, path, options in requests:
                begun = time.monotonic()
                status = client.request(method, path, **options).status_code
                seconds.append(time.monotonic() - begun)
                if status not in (200, 202):
                    refused.append(status)
    sys.stdout.write(json.dumps({"seconds": seconds, "refused": refused}))


if __name__ == "__main__":
    main(*sys.argv[1:])
