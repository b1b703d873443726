"""Our settings, with the addresses of `static_page`: all else, the middleware first, is the same."""

from feedback.settings import *  # noqa: F403 - all of them

ROOT_URLCONF = "benchmarks.peers.static_page"
