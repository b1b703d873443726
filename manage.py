#!/usr/bin/env python
"""Django's command line for this project: `feedback manage`, for a checkout."""

from feedback.cli.manage import manage

if __name__ == "__main__":
    manage()
