"""The compose file keeps its promises: nothing published beyond this machine, and everything says how it fares."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
import yaml

from tests.harness import servers
from tests.harness.environment import Reservation, without_ours
from tests.harness.processes import Process

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
STAYING = sorted(SERVICES.keys() - {"migrate"})


def test_the_services_are_those_of_the_design() -> None:
    assert set(SERVICES) == {"web", "db", "redis", "celery", "beat", "flower", "migrate"}


@pytest.mark.parametrize("name", STAYING)
def test_every_service_that_stays_has_a_health_check_and_comes_back_after_a_fall(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["restart"] == "unless-stopped"
    assert re.fullmatch(r"\d+s", service["stop_grace_period"])


def test_only_web_and_flower_are_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["${FEEDBACK_PUBLISH:-127.0.0.1:8000}:8000"], "flower": ["127.0.0.1:5555:5555"]}


@pytest.mark.parametrize("name", ["web", "celery", "beat", "flower"])
def test_nothing_starts_before_the_database_is_migrated(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


@pytest.mark.parametrize("name", ["web", "celery", "beat", "flower", "migrate"])
def test_what_runs_our_image_has_no_rights_and_can_write_to_its_tmp_alone(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    written = [mount.partition(":")[0] for mount in service["tmpfs"]]
    mounted = [volume.partition(":")[2] for volume in service.get("volumes", [])]
    assert "/run/broker:ro" in mounted
    written += [mount for mount in mounted if not mount.endswith(":ro")]
    kept = ["/var/lib/flower"] if name == "flower" else []
    assert written == ["/tmp", *kept]  # noqa: S108 - inside a container


def test_a_worker_process_for_each_of_many_cores_has_room_for_its_threads() -> None:
    cores, others = 32, 12  # others: threads for leases, webhooks, mail, traces
    code = (
        "import os\n"
        "from benchmarks import findings\n"
        "from feedback.contract.formats import Format\n"
        "from feedback.rendering import render\n"
        "render(next(findings.students('threads', 20, 1)), Format.PDF)\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    as_if = dict(os.environ) | {"RAYON_NUM_THREADS": str(cores)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=as_if, capture_output=True, text=True, check=True)
    assert int(done.stdout) > cores, "a PDF is set by a thread a core"
    assert SERVICES["celery"]["pids_limit"] >= cores * (int(done.stdout) + others)


def test_what_is_kept_is_kept_in_named_volumes() -> None:
    assert SERVICES["db"]["volumes"] == ["db:/var/lib/postgresql/data"]
    assert "redis:/data" in SERVICES["redis"]["volumes"]


def test_the_variables_that_compose_asks_for_stand_in_the_example_environment() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    given = set(re.findall(r"^(?:# )?(\w+)=.", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked
    assert asked <= given


def test_four_variables_are_enough() -> None:
    """SECRET_KEY reaches the services through the file itself; Compose asks for these and has defaults for the rest."""
    required = set(re.findall(r"\$\{(\w+)(?::\?|\?|\})", (ROOT / "docker-compose.yml").read_text()))
    assert required == {"POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"}


def test_the_example_is_open_to_this_machine_alone() -> None:
    """Publishing it elsewhere is then refused (tests/cli/test_exposure.py): nothing in it says that open is meant."""
    example = dict(re.findall(r"^(\w+)=(.*)", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example["FEEDBACK_PUBLISH"] == "127.0.0.1:8000"
    assert "FEEDBACK_ALLOW_OPEN" not in example


def test_flower_makes_a_password_once_and_says_it_at_every_start(broker: str, tmp_path: Path) -> None:
    said = [flower_started(tmp_path, broker) for _ in range(2)]

    assert said[0] == said[1]
    assert (tmp_path / "kept" / "basic_auth").stat().st_mode & 0o077 == 0


def flower_started(folder: Path, broker: str) -> tuple[str, str]:
    """Start Flower, look at a page without and with what its log says, and stop it; the name and the password."""
    (folder / "kept").mkdir(exist_ok=True)
    port = Reservation()
    command = [sys.executable, "deploy/flower.py", str(folder / "kept"), f"--port={port.port}"]
    port.release()
    environment = without_ours(dict(os.environ)) | {
        "CELERY_BROKER_URL": broker,
        "DATABASE_URL": f"sqlite:///{folder}/none.sqlite3",
        "FEEDBACK_HOME": str(folder),
    }
    flower = Process("flower", command, environment, folder / f"log-{port.port}")
    try:
        flower.until(lambda: "Visit me at" in flower.words())
        (found,) = re.findall(r"log in as (\S+) with the password (\S+)", flower.words())
        page = f"http://127.0.0.1:{port.port}/workers"
        assert httpx.get(page).status_code == 401
        assert httpx.get(page, auth=(found[0], "another")).status_code == 401
        assert httpx.get(page, auth=found).status_code == 200
    finally:
        flower.stop()
    return found[0], found[1]


@pytest.mark.parametrize("given", ["", "of-our-own"])
def test_the_broker_is_behind_a_password_that_outlives_its_restart(tmp_path: Path, given: str) -> None:
    addresses = [broker_started(tmp_path, given) for _ in range(2)]

    assert addresses[0] == addresses[1]
    assert re.fullmatch(r"redis://:(\S{10,})@127\.0\.0\.1:6379/1", addresses[0])
    assert (given or "@") in addresses[0]


def broker_started(folder: Path, given: str) -> str:
    """Start the broker, try it with and without its password, and stop it; the address for the services."""
    port = Reservation()
    command = ["sh", "deploy/redis-start.sh", str(folder), *redis_at(port.port, folder)]
    port.release()
    environment = dict(os.environ) | {"REDIS_PASSWORD": given, "REDIS_HOST": "127.0.0.1"}
    server = Process("redis", command, environment, folder / f"log-{port.port}")
    try:
        server.until(lambda: "Ready to accept" in server.words())
        address = (folder / "url").read_text()
        with redis.Redis.from_url(address.replace(":6379/", f":{port.port}/")) as client:
            assert client.ping()
        with redis.Redis(port=port.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    finally:
        server.stop()
    return address


def redis_at(port: int, folder: Path) -> list[str]:
    """As in the container, with what is elsewhere here changed."""
    configuration = (ROOT / "deploy" / "redis.conf").read_text()
    local = configuration.replace("/run/broker", str(folder)).replace("dir /data", f"dir {folder}")
    (folder / "local.conf").write_text(local.replace("bind * -::*", "bind 127.0.0.1") + f"port {port}\n")
    return [servers.binary("redis-server", "redis-server", "TEST_REDIS_URL"), str(folder / "local.conf")]


def test_a_password_that_could_not_stand_in_an_address_is_refused(tmp_path: Path) -> None:
    environment = dict(os.environ) | {"REDIS_PASSWORD": "a/b@c"}
    command = ["sh", "deploy/redis-start.sh", str(tmp_path), "echo", "started"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "letters, digits" in done.stderr


def test_poetry_run_in_the_image_runs_the_command() -> None:
    shim = ROOT / "deploy" / "poetry" / "run"
    done = subprocess.run([shim, "run", "echo", "a b"], capture_output=True, text=True, check=True)
    assert done.stdout == "a b\n"
    refused = subprocess.run([shim, "install"], capture_output=True, text=True, check=False)
    assert (refused.returncode, "everything is installed" in refused.stderr) == (2, True)


def test_every_secret_of_the_example_environment_is_a_placeholder_that_the_deployment_check_knows() -> None:
    example = (ROOT / ".env.example").read_text()
    names = "SECRET_KEY|POSTGRES_PASSWORD|FLOWER_BASIC_AUTH|REDIS_PASSWORD"
    secrets = re.findall(rf"^(?:# )?({names})=(.*)", example, re.MULTILINE)
    assert len(secrets) == 4
    assert all("change-me" in value for _, value in secrets)


def test_the_broker_refuses_messages_rather_than_drop_them() -> None:
    assert "maxmemory-policy noeviction" in (ROOT / "deploy" / "redis.conf").read_text().splitlines()


def test_the_image_runs_without_rights_and_takes_no_secrets_in() -> None:
    last_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER feedback$", last_stage, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not [line for line in ignored if line.startswith("!.")]
