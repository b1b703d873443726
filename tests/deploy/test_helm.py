"""The Helm chart, rendered by Helm itself: Kubernetes takes every manifest, and none asks for rights."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from django.db import connection
from django.db.models.functions import Now

from feedback.store.models import Task
from tests.harness.in_process import Post, class_of, work_off
from tests.harness.tools import tool

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "feedback-generator"
SETTINGS = ROOT / "feedback" / "settings.py"
KUBERNETES = ("1.27", "1.33", "1.37")
LEAST = {
    "secretName": "feedback",
    "allowedHosts": ["feedback.example.edu", "feedback"],
    "postgres": {"host": "db.example.edu"},
}
SETTINGS_IN_MOST = {
    "FEEDBACK_HTTPS": "true",
    "FEEDBACK_PATH_PREFIX": "/reports",
    "FEEDBACK_RETENTION_DAYS": "400",
    "FEEDBACK_DOCUMENTS_URL": "s3://feedback/documents",
    "AWS_REGION": "eu-central-1",
    "FEEDBACK_MAIL_FROM": "exams@example.edu",
    "FEEDBACK_MAILS_PER_MINUTE": "60",
}
MOST = {
    **LEAST,
    "publicUrl": "https://feedback.example.edu/reports",
    "settings": SETTINGS_IN_MOST,
    "image": {"repository": "images.example.edu/feedback", "digest": f"sha256:{'0123456789abcdef' * 4}"},
    "imagePullSecrets": [{"name": "pull"}],
    "web": {
        "ingress": {"enabled": True, "className": "nginx", "annotations": {"a/b": "c"}, "tls": [{"secretName": "t"}]}
    },
    "worker": {"keda": {"enabled": True}},
    "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/feedback"}},
    "nodeSelector": {"kubernetes.io/arch": "arm64"},
    "tolerations": [{"key": "exams", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}


def helm(*arguments: str, values: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    command = [tool("helm"), *arguments, str(CHART), "--values", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def manifests(values: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    done = helm("template", "exams", values=values, folder=folder)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@pytest.fixture(params=[LEAST, MOST], ids=["least", "most"])
def rendered(request: pytest.FixtureRequest, tmp_path: Path) -> list[dict[str, Any]]:
    return manifests(request.param, tmp_path)


def pods(rendered: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in rendered:
        if each["kind"] in ("Deployment", "Job"):
            template = each["spec"]["template"]
            yield template["metadata"]["labels"]["app.kubernetes.io/component"], template["spec"]


@pytest.mark.parametrize("values", [LEAST, MOST], ids=["least", "most"])
def test_helm_finds_nothing_to_complain_about(values: dict[str, Any], tmp_path: Path) -> None:
    done = helm("lint", "--strict", values=values, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_manifest_is_one_that_kubernetes_takes(rendered: list[dict[str, Any]], version: str) -> None:
    kinds = set()
    for each in rendered:
        kinds.add(each["kind"])
        if each["kind"] != "ScaledObject":  # KEDA's own
            kubernetes_validate.validate(each, version, strict=True)
    assert {"Deployment", "Job", "Service", "PodDisruptionBudget", "ServiceAccount"} <= kinds


def test_the_services_are_those_of_compose(rendered: list[dict[str, Any]]) -> None:
    assert {name for name, _ in pods(rendered)} == {"web", "worker", "beat", "flower", "migrate"}


def test_no_pod_has_rights_or_writes_to_its_image(rendered: list[dict[str, Any]]) -> None:
    for name, pod in pods(rendered):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"], name
        mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounted - {"/tmp", "/var/lib/flower"} == set()  # noqa: S108 - a folder of the container


def test_what_stays_has_a_probe_and_what_serves_says_when_it_is_ready(rendered: list[dict[str, Any]]) -> None:
    for name, pod in pods(rendered):
        (container,) = pod["containers"]
        assert ("livenessProbe" in container) == (name != "migrate"), name
        assert ("readinessProbe" in container) == (name == "web")


def test_probes_ask_with_a_host_that_is_allowed_below_the_prefix(tmp_path: Path) -> None:
    web = dict(pods(manifests(MOST, tmp_path)))["web"]["containers"][0]
    for probe, path in (("livenessProbe", "live"), ("readinessProbe", "accepting"), ("startupProbe", "live")):
        asked = web[probe]["httpGet"]
        assert asked["path"] == f"/reports/health/{path}"
        assert {"name": "Host", "value": "feedback.example.edu"} in asked["httpHeaders"]


def test_every_variable_is_one_that_the_service_knows_and_none_is_a_secret(rendered: list[dict[str, Any]]) -> None:
    known = set(re.findall(r"^(?:# )?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    for _, pod in pods(rendered):
        (container,) = pod["containers"]
        names = [variable["name"] for variable in container["env"]]
        assert len(names) == len(set(names))
        assert set(names) <= known
        assert not set(names) & secrets()
        assert container["envFrom"] == [{"secretRef": {"name": "feedback"}}]


def secrets() -> set[str]:
    """The variables that hold a secret: those that the settings read as one, and Flower's own."""
    calls = [node for node in ast.walk(ast.parse(SETTINGS.read_text())) if isinstance(node, ast.Call)]
    read = [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "env.secret"]
    return {*read, "FLOWER_BASIC_AUTH"}


def test_the_chart_refuses_every_secret_among_the_settings() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    refused = [each["required"] for each in schema["properties"]["settings"]["not"]["anyOf"]]
    assert len(secrets()) > 5
    assert {name for (name,) in refused} == secrets()


def test_an_object_store_and_mail_are_settings_that_every_pod_is_given(tmp_path: Path) -> None:
    for _, pod in pods(manifests(MOST, tmp_path)):
        given = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
        assert given.items() >= SETTINGS_IN_MOST.items()


def test_the_database_is_migrated_before_anything_starts_by_a_job_that_needs_nothing_of_the_chart(
    rendered: list[dict[str, Any]],
) -> None:
    (job,) = [each for each in rendered if each["kind"] == "Job"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["serviceAccountName"] == "default", "the chart's own is not there yet"
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == [
        "python",
        "manage.py",
        "migrate",
        "--no-input",
    ]


def test_keda_counts_the_documents_that_are_ready_and_nothing_else_says_how_many_workers(tmp_path: Path) -> None:
    found = manifests(MOST, tmp_path)
    (scaled,) = [each for each in found if each["kind"] == "ScaledObject"]
    (workers,) = [
        each for each in found if each["metadata"]["name"].endswith("-worker") and each["kind"] == "Deployment"
    ]
    assert scaled["apiVersion"] == "keda.sh/v1alpha1"
    assert scaled["spec"]["scaleTargetRef"] == {"name": workers["metadata"]["name"]}
    assert "replicas" not in workers["spec"]
    (trigger,) = scaled["spec"]["triggers"]
    assert trigger["type"] == "postgresql"
    assert trigger["metadata"]["host"] == "db.example.edu"
    assert trigger["metadata"]["passwordFromEnv"] == "POSTGRES_PASSWORD"
    assert all(isinstance(value, str) for value in trigger["metadata"].values()), "KEDA takes texts alone"


def test_the_query_of_keda_counts_what_a_worker_would_find(post: Post, tmp_path: Path) -> None:
    (scaled,) = [each for each in manifests(MOST, tmp_path) if each["kind"] == "ScaledObject"]
    query = scaled["spec"]["triggers"][0]["metadata"]["query"]
    for number, students in enumerate((3, 4)):
        with connection.cursor() as cursor:
            cursor.execute(query)
            assert cursor.fetchone() == (4 * number,), "three students and their class report"
        post("html", class_of(students))
    Task.objects.filter(upload__students=4).update(expired_at=Now())
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchone() == (4,), "nobody works on a class that is past its time"
    Task.objects.update(expired_at=None)
    work_off()
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"secretName": ""}, "secretName"),
        ({"allowedHosts": []}, "allowedHosts"),
        ({"allowedHosts": ["*"]}, "allowedHosts"),
        ({"settings": {"SECRET_KEY": "x"}}, "settings"),
        ({"settings": {"AWS_SESSION_TOKEN": "x"}}, "settings"),
        ({"settings": {"FEEDBACK_MAX_STUDENTS": 9}}, "FEEDBACK_MAX_STUDENTS"),
        ({"worker": {"replica": 3}}, "worker"),
        ({"worker": {"keda": {"minReplicas": 0}}}, "minReplicas"),
        ({"image": {"digest": "sha256:abc"}}, "digest"),
        ({"publicUrl": "https://feedback.example.edu/"}, "publicUrl"),
    ],
)
def test_values_that_cannot_work_are_refused_by_name(change: dict[str, Any], fault: str, tmp_path: Path) -> None:
    done = helm("template", "exams", values={**LEAST, **change}, folder=tmp_path)
    assert done.returncode != 0
    assert fault in done.stderr
