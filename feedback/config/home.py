"""The home folder of the embedded way of running: its database and its secret."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from platformdirs import user_data_path

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
    return kept.read_text()
