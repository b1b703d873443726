"""`python -m feedback.cli.worker`: the worker of `feedback serve`.

What `celery -A feedback worker` does, but gone once the work is: after an orderly stop billiard would take
seconds more to take down, at the exit of the interpreter, a pool that has ended already.
"""

import logging
import os

from feedback.celery import app
from feedback.cli.workers import cores


def main() -> None:
    # The one worker on this machine has nobody to gossip with.
    worker = app.Worker(concurrency=cores(), quiet=True, without_gossip=True, without_mingle=True)
    worker.start()
    logging.shutdown()
    os._exit(worker.exitcode or 0)


if __name__ == "__main__":
    main()
