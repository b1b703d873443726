"""Start Flower behind a password: `python deploy/flower.py FOLDER [an option of Flower …]`.

The password is that of FLOWER_BASIC_AUTH (name:password) where it is set. Otherwise the first start makes one and keeps
it in FOLDER, and every start prints it: without any, all who reach Flower could look at the tasks and stop the workers.
"""

import os
import secrets
import sys
from pathlib import Path


def kept(folder: Path) -> str:
    """`feedback:password` from the file in `folder`, made with mode 0600 where it is missing."""
    file = folder / "basic_auth"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write(made := f"feedback:{secrets.token_urlsafe(18)}")
    return made


def main() -> None:
    folder, *options = sys.argv[1:]
    if not os.environ.get("FLOWER_BASIC_AUTH"):
        os.environ["FLOWER_BASIC_AUTH"] = kept(Path(folder))
        name, _, password = os.environ["FLOWER_BASIC_AUTH"].partition(":")
        sys.stderr.write(f"Flower: log in as {name} with the password {password}\n")
        sys.stderr.flush()
    os.execvp(sys.executable, [sys.executable, "-m", "celery", "-A", "feedback", "flower", *options])  # noqa: S606


if __name__ == "__main__":
    main()
