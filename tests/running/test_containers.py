"""The image and the compose file, as far as they can be looked over without an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.config import load
from tests.running.tools import CONFIG, ROOT, run

COMPOSE = CONFIG / "compose.yml"
PASSWORDS = {"REPLYWATCH_PASSWORD": "not-told", "GRAFANA_PASSWORD": "nor-this"}


@pytest.fixture(scope="module")
def services() -> Any:
    return yaml.safe_load(COMPOSE.read_text())["services"]


@pytest.mark.check
def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    assert run("hadolint", ROOT / "Dockerfile") == ""


@pytest.mark.service
def test_compose_reads_its_file() -> None:
    told = run("docker-compose", "-f", COMPOSE, "config", env=PASSWORDS)

    assert set(yaml.safe_load(told)["services"]) == {
        *("replywatch", "prometheus", "alertmanager", "grafana"),
    }


def test_the_image_runs_as_nobody_in_particular_from_pinned_requirements() -> None:
    text = (ROOT / "Dockerfile").read_text()
    last = text.rpartition("\nFROM ")[2]

    assert "\nUSER 65532:65532\n" in last
    assert "HEALTHCHECK" in last
    assert "pip" not in last
    installs = [line for line in text.splitlines() if "install --no-cache-dir" in line]
    assert all("--require-hashes" in line or "/wheels/" in line for line in installs)


def test_the_image_takes_nothing_of_ones_own_with_it() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()

    assert lines[1] == "*"
    copied = {line.lstrip("!") for line in lines if line.startswith("!")}
    assert copied == {
        *("pyproject.toml", "README.md", "LICENSE"),
        *("requirements", "connectors", "monitor", "config", "dashboards"),
    }


def test_every_container_is_careful_and_reached_from_this_machine_alone(services: Any) -> None:
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert ":latest" not in service["image"]


def test_every_file_that_a_container_reads_is_there(services: Any) -> None:
    for service in services.values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert not source.startswith(".") or (CONFIG / source).exists()


def test_prometheus_keeps_what_was_brought_in(services: Any) -> None:
    assert "--storage.tsdb.retention.time=400d" in services["prometheus"]["command"]


def test_the_daemon_takes_the_configuration_of_its_container(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REPLYWATCH_PASSWORD", "not-told")
    config = load(CONFIG / "compose" / "replywatch.yml")

    assert (config.http.host, config.http.port) == ("0.0.0.0", 9877)
    assert "replywatch" in config.http.hosts
    assert len(config.accounts) == 2


@pytest.mark.service
def test_promtool_finds_nothing_in_the_configuration_of_the_container(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text((CONFIG / "prometheus/rules.yml").read_text())
    config = tmp_path / "prometheus.yml"
    config.write_text((CONFIG / "compose/prometheus.yml").read_text())

    assert "SUCCESS" in run("promtool", "check", "config", config)


@pytest.mark.check
def test_yaml_files_are_tidy() -> None:
    wanted = (
        "{extends: default, rules: {line-length: {max: 110}, document-start: disable,"
        " braces: {max-spaces-inside: 0}, truthy: {check-keys: false}}}"
    )
    assert run("yamllint", "--strict", "-d", wanted, CONFIG) == ""
