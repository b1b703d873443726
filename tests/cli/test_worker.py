"""A worker process of `feedback serve`: whatever ends its work, what it sends is told to end and waited for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.environment import without_ours
from tests.harness.processes import ROOT

# The poller and the senders are stand-ins that say what is asked of them: a report that never ends, or one that ends
# when it is told to, and mail that takes longer than a stop lets a report take.
SCRIPT = """
import sys, time
import django
django.setup()
from feedback.cli import worker
from feedback.queue import poller
from feedback.submissions import tasks

class Poller:
    def __init__(self, *_):
        self.over = False
    def stop(self):
        self.over = True
    def run(self):
        print("at work", flush=True)
        while not (self.over and sys.argv[1] == "a report that ends"):
            time.sleep(0.01)

def stop_sending():
    print("told to end", flush=True)
    time.sleep(1.5)
    print("waited for", flush=True)

poller.Poller, tasks.begin_sending, tasks.stop_sending = Poller, lambda: None, stop_sending
worker.main()
"""


@pytest.mark.parametrize("report", ["a report that ends", "a report without end"])
def test_what_sends_is_told_to_end_and_waited_for(tmp_path: Path, report: str) -> None:
    ours = {
        "DJANGO_SETTINGS_MODULE": "feedback.settings",
        "FEEDBACK_HOME": str(tmp_path),
        "FEEDBACK_STOP_SECONDS": "1",
        "PYTHONPATH": str(ROOT),
        "SECRET_KEY": "x" * 50,
    }
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, report],
        stdin=subprocess.PIPE,  # it lives as long as this is open
        stdout=subprocess.PIPE,
        text=True,
        env=without_ours(dict(os.environ)) | ours,
    )
    with running:
        assert running.stdout
        assert running.stdout.readline() == "at work\n"
        running.send_signal(signal.SIGTERM)
        assert running.stdout.read() == "told to end\nwaited for\n"
    assert running.returncode == 0
