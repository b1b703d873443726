"""A process that starts with settings it cannot work with says so, in words, last."""

import subprocess
from pathlib import Path

import pytest

from tests.harness.processes import manage


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FEEDBACK_RETENTION_DAY", "did you mean FEEDBACK_RETENTION_DAYS?"),
        ("FEEDBACK_MAX_STUDENT", "did you mean FEEDBACK_MAX_STUDENTS?"),
        ("FEEDBACK_WHATEVER", "docs/configuration.md"),
    ],
)
def test_a_variable_that_no_setting_has_is_named_with_the_one_that_was_meant(
    name: str, meant: str, tmp_path: Path
) -> None:
    done = manage("check", FEEDBACK_HOME=str(tmp_path), **{name: "3"})

    assert done.returncode == 0, done.stderr
    assert f"{name} is set, and no setting has this name" in done.stderr
    assert meant in done.stderr


def test_every_variable_of_ours_is_known(tmp_path: Path) -> None:
    ours = {
        "FEEDBACK_LOG_LEVEL": "debug",
        "FEEDBACK_RETENTION_DAYS": "30",
        "SECRET_KEY_FILE": "",
        "FEEDBACK_API_KEY": "fbk_for_the_client",
    }
    assert "no setting has this name" not in manage("check", FEEDBACK_HOME=str(tmp_path), **ours).stderr


def test_a_level_of_logging_that_there_is_not_stops_the_start(tmp_path: Path) -> None:
    done = manage("check", FEEDBACK_HOME=str(tmp_path), FEEDBACK_LOG_LEVEL="loud")

    assert done.returncode == 1
    assert "FEEDBACK_LOG_LEVEL='loud' is not understood: set it to debug or info or warning" in last_line(done)


@pytest.mark.parametrize("level", ["info", "warning"])
def test_the_level_says_what_is_logged(level: str, tmp_path: Path) -> None:
    code = "import logging; log = logging.getLogger('feedback.x'); log.info('said'); log.warning('warned')"
    done = manage("shell", "-c", code, FEEDBACK_HOME=str(tmp_path), FEEDBACK_LOG_LEVEL=level)

    assert ("said" in done.stderr) is (level == "info")
    assert "warned" in done.stderr


def test_a_home_that_cannot_be_made_says_that_no_database_is_set(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = manage("check", FEEDBACK_HOME=str(tmp_path / "file" / "home"))

    assert done.returncode == 1
    assert "cannot be made: Not a directory" in last_line(done)
    assert "Without DATABASE_URL or POSTGRES_DB" in last_line(done)


def test_a_broker_of_another_kind_stops_the_start(tmp_path: Path) -> None:
    done = manage("check", FEEDBACK_HOME=str(tmp_path), CELERY_BROKER_URL="amqp://user:hidden@rabbit/")

    assert done.returncode == 1
    assert "CELERY_BROKER_URL is not understood (it begins with amqp://…)" in last_line(done)
    assert "hidden" not in done.stderr


def test_a_database_that_refuses_us_or_is_not_there_is_named_in_the_last_line(postgres: str) -> None:
    address, _, _ = postgres.rpartition("/")
    done = manage("migrate", DATABASE_URL=f"{address}/no_such_database", SECRET_KEY="x" * 50)

    assert done.returncode == 1
    assert 'database "no_such_database" does not exist' in last_line(done)
    assert "mend DATABASE_URL" in last_line(done)
    assert "Traceback" not in done.stderr

    nowhere = manage("migrate", DATABASE_URL="postgresql://me:hidden@127.0.0.1:1/feedback", SECRET_KEY="x" * 50)
    assert "Connection refused" in last_line(nowhere)
    assert "hidden" not in last_line(nowhere)
