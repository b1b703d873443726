"""The home folder of the embedded way of running: its database and its secret."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from platformdirs import user_data_path

_OTHERS = 0o077
# What a home folder holds besides the database.
_OURS = ("secret_key", "queue", "serve.lock", "sweep-schedule")
_PACKAGE = Path(__file__).resolve().parents[1]


def default(package: Path = _PACKAGE) -> Path:
    """`var` in the checkout that holds the package; an installed package keeps it among the user's data (XDG)."""
    checkout = package.parent
    if (checkout / "manage.py").exists() and (checkout / "pyproject.toml").exists():
        return checkout / "var"
    return user_data_path("feedback-generator", appauthor=False)


def make(folder: Path) -> None:
    """Make a folder of the embedded way of running, for its owner alone. Raises ImproperlyConfigured."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise ImproperlyConfigured(
            f"{folder} cannot be made: {fault.strerror}. Without DATABASE_URL or POSTGRES_DB the service keeps its "
            "database there: set one of the two, or set FEEDBACK_HOME to a folder that it may write to."
        ) from None


def make_private(database: Path) -> None:
    """Make the database and its folder, unreadable for others however they or what is beside them came to be.

    A folder that was there already and holds more than ours stays as it is: each of our files is closed by itself.
    Raises ImproperlyConfigured.
    """
    make(database.parent)
    with contextlib.suppress(OSError):  # SQLite will say what is wrong
        # Before SQLite makes it, by the process's umask; what it writes beside it gets the same mode.
        os.close(os.open(database, os.O_CREAT | os.O_EXCL, 0o600))
    for tail in ("", "-wal", "-shm", "-journal"):
        close_to_others(database.with_name(database.name + tail))
    for name in _OURS:
        close_to_others(database.with_name(name))
    with contextlib.suppress(OSError):
        if all(one.name.startswith((database.name, *_OURS)) for one in database.parent.iterdir()):
            close_to_others(database.parent)


def close_to_others(path: Path) -> None:
    """Take from others what rights they have on a file or folder of ours."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        found = path.stat()
        if found.st_mode & _OTHERS and found.st_uid == os.geteuid():
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def secret_key(home: Path) -> str:
    """The key kept in `home` (mode 0600), made at the first call; safe when several processes start at once."""
    make(home)
    kept = home / "secret_key"
    if not kept.exists():
        draft = home / f"secret_key.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, kept)  # unlike a rename, never replaces the key of a process that was quicker
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    close_to_others(kept)
    return kept.read_text()
