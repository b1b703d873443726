"""What operators watch by: alert rules that fire when they should, and a dashboard of metrics that there are."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from feedback.api import metrics
from feedback.submissions import tallies
from tests.harness.in_process import Post, student, work_off
from tests.harness.tools import tool

ROOT = Path(__file__).parents[2]
RULES, RULES_TEST = (ROOT / "deploy" / "prometheus" / name for name in ("alerts.yaml", "alerts.test.yaml"))
DASHBOARD = ROOT / "deploy" / "grafana" / "feedback-generator.json"
WATCH = ROOT / "docs" / "how-to" / "watch.md"


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return list(group["rules"])


def panels() -> list[dict[str, Any]]:
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels() for target in panel["targets"]]


def promtool(*arguments: str, folder: Path) -> None:
    command = [tool("promtool"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", [("check", "rules", RULES.name), ("test", "rules", RULES_TEST.name)])
def test_promtool_takes_the_rules_and_each_alert_fires_when_it_should(command: tuple[str, ...]) -> None:
    promtool(*command, folder=RULES.parent)


def test_promtool_takes_the_configuration_that_the_page_for_operators_shows(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```yaml\n(scrape_configs:.*?)^```", WATCH.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "prometheus.yml").write_text(shown)
    (scrape,) = yaml.safe_load(shown)["scrape_configs"]
    (tmp_path / scrape["authorization"]["credentials_file"]).write_text("fbk_a-key")
    shutil.copy(RULES, tmp_path)
    promtool("check", "config", "prometheus.yml", folder=tmp_path)


def test_every_alert_is_seen_firing_and_seen_silent() -> None:
    fired, silent = set[str](), set[str]()
    for case in yaml.safe_load(RULES_TEST.read_text())["tests"]:
        for check in case["alert_rule_test"]:
            (fired if check.get("exp_alerts") else silent).add(check["alertname"])
    names = {rule["alert"] for rule in rules()}
    assert fired == names
    assert silent == names


def test_every_alert_says_what_it_means_and_has_its_place_on_the_page_for_operators() -> None:
    page = WATCH.read_text()
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "warn")
        assert rule["annotations"].keys() == {"summary", "description"}
        assert f"### {rule['alert']}\n" in page


def test_rules_and_dashboard_ask_for_metrics_that_there_are(post: Post, client: Client) -> None:
    post("html", student("ada"))
    work_off()
    tallies.tally(timedelta())
    metrics.tables.forget()
    there = {
        sample.name
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    asked = {name for expression in expressions() for name in re.findall(r"\bfeedback_\w+", expression)}
    assert asked - there == set()


def test_a_panel_is_a_place_of_its_own_with_something_to_show() -> None:
    found = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in found}) == len(found)
    taken: set[tuple[int, int]] = set()
    for panel in found:
        at = panel["gridPos"]
        place = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not place & taken
        assert max(x for x, _ in place) < 24
        taken |= place
    assert all(panel["targets"] and panel["title"] for panel in panels())
