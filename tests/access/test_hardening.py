"""What stands between a careless start and the students' records."""

import json
import os
import re
from pathlib import Path

import pytest
import yaml
from django.core import checks as django_checks
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from feedback.access import checks
from feedback.config import env
from tests.harness.processes import ROOT, manage


def documented_settings(folder: Path) -> dict[str, str]:
    """The block of docs/production.md, with secrets where it says that they are."""
    block = re.search(r"```sh\n(.*?)```", (ROOT / "docs" / "production.md").read_text(), re.DOTALL)
    assert block
    settings = dict(line.split("=", 1) for line in block[1].splitlines())
    secrets = {
        "SECRET_KEY_FILE": "x-long-and-random-0123456789-abcdefghijklmnopqrstuvwxyz-enough\n",
        "DATABASE_URL_FILE": "postgresql://feedback:not-a-placeholder@db.invalid/feedback\n",
        "CELERY_BROKER_URL_FILE": "redis://:not-a-placeholder@redis.invalid/0\n",
    }
    for name, secret in secrets.items():
        assert settings[name].startswith("/run/secrets/")
        (folder / name).write_text(secret)
        settings[name] = str(folder / name)
    return settings


def test_the_deployment_check_is_clean_with_the_documented_settings(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **documented_settings(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues (1 silenced)" in done.stdout


def test_the_deployment_check_rejects_every_placeholder_by_name(tmp_path: Path) -> None:
    settings = documented_settings(tmp_path) | {
        "SECRET_KEY_FILE": "",
        "SECRET_KEY": "change-me-to-a-long-random-text-that-nobody-else-knows",
        "DATABASE_URL_FILE": "",
        "DATABASE_URL": "postgresql://feedback:change-me-database-password@db.invalid/feedback",
        "CELERY_BROKER_URL_FILE": "",
        "CELERY_BROKER_URL": "redis://:change-me-broker-password@redis.invalid/0",
        "FLOWER_BASIC_AUTH": "feedback:change-me-flower-password",
    }
    done = manage("check", "--deploy", **settings)

    assert done.returncode == 1
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "CELERY_BROKER_URL", "FLOWER_BASIC_AUTH"):
        assert f"(feedback.E001) {name} is still the placeholder" in done.stderr
    assert done.stderr.count("HINT: Replace it") == 4


def test_the_deployment_check_warns_of_an_open_service(settings: Settings) -> None:
    settings.FEEDBACK_AUTH = "open"
    [warning] = checks.open_to_anyone()
    assert isinstance(warning, django_checks.Warning)
    assert (warning.id, "apikey create" in str(warning.hint)) == ("feedback.W001", True)
    settings.FEEDBACK_AUTH = "keys"
    assert checks.open_to_anyone() == []


def test_no_check_repeats_a_secret(settings: Settings) -> None:
    settings.SECRET_KEY = "change-me-and-then-something-secret"
    [error] = checks.placeholders()

    assert isinstance(error, Error)
    assert "something-secret" not in f"{error.msg} {error.hint}"


def test_https_makes_cookies_secure_and_keeps_browsers_there(tmp_path: Path) -> None:
    names = (
        "SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE SESSION_COOKIE_NAME CSRF_COOKIE_SECURE "
    )
    names += "CSRF_COOKIE_HTTPONLY CSRF_COOKIE_SAMESITE CSRF_COOKIE_NAME SECURE_SSL_REDIRECT DEBUG"
    print_them = f"import json; print(json.dumps({{name: getattr(settings, name) for name in {names.split()!r}}}))"
    done = manage(
        "shell", "-v0", "-c", f"from django.conf import settings; {print_them}", **documented_settings(tmp_path)
    )

    assert json.loads(done.stdout) == {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SECURE_SSL_REDIRECT": True,
        "DEBUG": False,
    }


def test_a_secret_is_read_from_a_file_without_its_last_line_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("très secret \n")
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "secret"))
    assert env.secret("A_SECRET") == "très secret"

    monkeypatch.setenv("A_SECRET", "another")
    with pytest.raises(ImproperlyConfigured, match="both set") as refused:
        env.secret("A_SECRET")
    assert "another" not in str(refused.value)
    monkeypatch.delenv("A_SECRET_FILE")
    assert env.secret("A_SECRET") == "another"


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff", "not text")]
)
def test_a_secret_file_that_says_nothing_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, why: str
) -> None:
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "secret"))
    if content is not None:
        (tmp_path / "secret").write_bytes(content)

    with pytest.raises(ImproperlyConfigured, match=why):
        env.secret("A_SECRET")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/health/live", "/nowhere", "/assignment/html/never-issued", "/admin/login/"])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_every_answer_is_private_and_tells_the_browser_to_be_careful(client: Client, address: str, accept: str) -> None:
    response = client.get(address, headers={"Accept": accept})

    assert response["Cache-Control"] in ("no-store", "max-age=0, no-cache, no-store, must-revalidate, private")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "noindex" in response["X-Robots-Tag"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "Server" not in response


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [("ALLOWED_HOSTS", "*", "feedback.E002"), ("FEEDBACK_RETENTION_DAYS", "", "feedback.W002")],
)
def test_the_deployment_check_names_what_is_careless(tmp_path: Path, name: str, value: str, check: str) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **documented_settings(tmp_path) | {name: value})

    assert done.returncode == 1
    assert f"({check})" in done.stderr


@pytest.mark.parametrize("before", [None, 0o755], ids=["new", "made by others before"])
def test_a_home_is_unreadable_for_others_however_it_came_to_be(tmp_path: Path, before: int | None) -> None:
    home = tmp_path / "home"
    if before is not None:
        home.mkdir(mode=before)
        for name in ("feedback.sqlite3", "secret_key"):
            (home / name).touch(0o644)
        (home / "secret_key").write_text("a long secret that was written by hand, long ago, in this test")
        (home / "queue").mkdir(before)
    umask = os.umask(0o022)
    try:
        done = manage("migrate", "-v0", FEEDBACK_HOME=str(home))
    finally:
        os.umask(umask)

    assert done.returncode == 0, done.stderr
    readable = [path.name for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
    assert readable == []


def test_a_folder_with_other_things_in_it_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "somebody's").touch()
    assert manage("migrate", "-v0", FEEDBACK_HOME=str(tmp_path)).returncode == 0
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "feedback.sqlite3").stat().st_mode & 0o777 == 0o600


def test_sqlite_overwrites_what_is_erased(tmp_path: Path) -> None:
    asked = "from django.db import connection as c; print(c.cursor().execute('PRAGMA secure_delete').fetchone())"
    done = manage("shell", "-v0", "-c", asked, FEEDBACK_HOME=str(tmp_path / "home"))
    assert done.stdout.strip() == "(1,)"


def test_what_is_erased_from_sqlite_leaves_its_log_with_the_next_sweep_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert manage("migrate", "-v0", FEEDBACK_HOME=str(home)).returncode == 0
    story = f"""
from pathlib import Path
from django.db import connection
from feedback.access.models import AuditEntry
from feedback.submissions import tasks
def files():
    found = [one for one in Path({str(home)!r}).iterdir() if one.is_file()]
    return sorted(one.name for one in found if b"lovelace" in one.read_bytes())
AuditEntry.objects.create(actor="lovelace", action="read", what="task")
AuditEntry.objects.all().delete()
print(files())
tasks._sweep()
print(files(), connection.cursor().execute("PRAGMA busy_timeout").fetchone())
"""
    done = manage("shell", "-v0", "-c", story, FEEDBACK_HOME=str(home))
    assert done.stdout.splitlines() == ["['feedback.sqlite3-wal']", "[] (30000,)"], done.stderr


@pytest.mark.django_db
def test_whoever_found_a_hole_is_told_where_to_write(client: Client, settings: Settings) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.FEEDBACK_SECURITY_CONTACT = "mailto:security@example.edu"
    settings.FEEDBACK_PUBLIC_URL = "https://feedback.example.edu"
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())

    assert lines["Contact"] == "mailto:security@example.edu"
    assert lines["Canonical"] == "https://feedback.example.edu/.well-known/security.txt"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines["Expires"])


@pytest.mark.parametrize("value", ["feedback.example.edu", "ftp://x", "https://", "https://x?y", "https://x#y"])
def test_a_public_address_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AN_ADDRESS", value)
    with pytest.raises(ImproperlyConfigured, match="an address such as"):
        env.web_address("AN_ADDRESS")


def test_each_service_of_compose_has_a_limit_of_memory_and_of_processes() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {name for name, one in services.items() if not {"mem_limit", "pids_limit"} <= set(one)} == set()
