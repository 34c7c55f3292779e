"""docker-compose.yml: valid by the specification, true to the code, and confined."""

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from streams.cli.main import app
from streams.kafka import topics
from streams.service.settings import Settings, describe
from streams.service.settings_loading import load
from tools.brokers.kafka_jars import KAFKA_VERSION

PINNED = re.compile(r"^[a-z0-9./-]+:v?\d+\.\d+\.\d+$")
LOOPBACK = "127.0.0.1"


def ours(compose: dict[str, Any]) -> dict[str, Any]:
    """Give the services that run Tocsin's own image."""
    return {name: s for name, s in compose["services"].items() if "build" in s}


def theirs(compose: dict[str, Any]) -> dict[str, Any]:
    """Give the services that run other images."""
    return {name: s for name, s in compose["services"].items() if "build" not in s}


def settings_of(service: dict[str, Any], image: Any) -> Settings:
    """Give the settings that a container of this service runs under."""
    environment = image.environment(image.final) | service["environment"]
    return load(environment).settings


def words(command: str | Sequence[str]) -> list[str]:
    """Give a command's words as compose reads them."""
    return shlex.split(command) if isinstance(command, str) else list(command)


def seconds(duration: str) -> float:
    """Read a duration such as 40s or 2m."""
    return sum(
        float(n) * {"s": 1, "m": 60}[unit] for n, unit in re.findall(r"(\d+)([sm])", duration)
    )


def check_schema(path: Path) -> subprocess.CompletedProcess[str]:
    """Hold a file to the compose specification's own schema, which the checker ships."""
    checker = Path(sys.executable).with_name("check-jsonschema")
    return subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", path],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_file_is_valid_by_the_compose_specification(root: Path) -> None:
    checked = check_schema(root / "docker-compose.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_file_with_a_misspelt_key_is_not_valid(root: Path, tmp_path: Path) -> None:
    text = (root / "docker-compose.yml").read_text()
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(text.replace("depends_on:", "depend_on:", 1))
    assert check_schema(broken).returncode != 0


def test_every_setting_is_known_and_its_value_accepted(compose: dict[str, Any], image: Any) -> None:
    for service in ours(compose).values():
        assert settings_of(service, image).broker


def test_every_variable_for_our_containers_is_a_setting(compose: dict[str, Any]) -> None:
    known = {d.variable for d in describe()}
    given = {name for service in ours(compose).values() for name in service["environment"]}
    assert given <= known


def test_no_variable_of_the_file_looks_like_a_setting(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text()
    head, body = text.split("name: tocsin", 1)
    used = set(re.findall(r"\$\{(\w+)", body))
    assert used
    assert not {name for name in used if name.startswith("TOCSIN_")}
    # Each one is explained at the top of the file.
    assert used == set(re.findall(r"^#     ([A-Z_]+)   ", head, flags=re.MULTILINE))


def test_every_command_is_one_of_the_programs(compose: dict[str, Any]) -> None:
    for service in ours(compose).values():
        command: Any = typer.main.get_command(app)
        rest = words(service["command"])
        while hasattr(command, "commands"):
            command, rest = command.commands[rest[0]], rest[1:]
        # Click refuses an option or argument that the command does not have.
        command.make_context(command.name, rest)


def test_topics_are_made_as_the_others_ask_for_them(compose: dict[str, Any], image: Any) -> None:
    plans = {
        name: topics.plan(settings_of(service, image)) for name, service in ours(compose).items()
    }
    assert plans["topics"]
    assert all(plan == plans["topics"] for plan in plans.values())


def test_replicas_of_topics_fit_on_the_one_broker(compose: dict[str, Any], image: Any) -> None:
    assert settings_of(compose["services"]["topics"], image).replication_factor == 1


def test_containers_reach_the_broker_where_it_says_it_is(
    compose: dict[str, Any], image: Any
) -> None:
    kafka = compose["services"]["kafka"]
    advertised = dict(
        listener.split("://")
        for listener in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    )
    for service in ours(compose).values():
        assert settings_of(service, image).broker == advertised["INTERNAL"]
    address, outside, inside = kafka["ports"][0].split(":")
    assert advertised["HOST"] == f"{address}:{outside}"
    assert f"HOST://:{inside}" in kafka["environment"]["KAFKA_LISTENERS"].split(",")


def test_the_worker_shows_its_page_where_the_others_look(
    compose: dict[str, Any], image: Any, scrape: dict[str, Any]
) -> None:
    worker = compose["services"]["worker"]
    settings = settings_of(worker, image)
    jobs = {job["job_name"]: job["dns_sd_configs"] for job in scrape["scrape_configs"]}
    (found,) = jobs["tocsin"]
    assert settings.http_host == "0.0.0.0"  # noqa: S104  # Prometheus is another container
    assert found["names"] == ["worker"]
    assert settings.http_port == found["port"] == worker["ports"][0]["target"]
    assert str(settings.http_port) in image.last("EXPOSE")
    assert f"http://{LOOPBACK}:{settings.http_port}/readyz" in image.last("HEALTHCHECK")[-1]


def test_a_replay_is_scraped_where_its_container_is(
    compose: dict[str, Any], image: Any, scrape: dict[str, Any]
) -> None:
    settings = settings_of(compose["services"]["replay"], image)
    jobs = {job["job_name"]: job["dns_sd_configs"] for job in scrape["scrape_configs"]}
    (found,) = jobs["tocsin-replay"]
    assert settings.http_host == "0.0.0.0"  # noqa: S104  # Prometheus is another container
    assert (found["names"], found["port"]) == (["replay"], settings.http_port)


def test_the_canary_shows_its_page_where_prometheus_and_the_image_look(
    compose: dict[str, Any], image: Any, scrape: dict[str, Any]
) -> None:
    settings = settings_of(compose["services"]["canary"], image)
    (job,) = [one for one in scrape["scrape_configs"] if one["job_name"] == "tocsin-canary"]
    (found,) = job["dns_sd_configs"]
    assert settings.http_host == "0.0.0.0"  # noqa: S104  # Prometheus is another container
    assert found["names"] == ["canary"]
    assert found["port"] == settings.http_port
    assert f"http://{LOOPBACK}:{settings.http_port}/readyz" in image.last("HEALTHCHECK")[-1]


def test_forwarding_is_scraped_where_its_container_is(
    compose: dict[str, Any], image: Any, scrape: dict[str, Any]
) -> None:
    settings = settings_of(compose["services"]["forward"], image)
    jobs = {job["job_name"]: job["dns_sd_configs"] for job in scrape["scrape_configs"]}
    (found,) = jobs["tocsin-forward"]
    assert settings.http_host == "0.0.0.0"  # noqa: S104  # Prometheus is another container
    assert (found["names"], found["port"]) == (["forward"], settings.http_port)


def test_the_rules_of_prometheus_are_in_its_container(
    compose: dict[str, Any], root: Path, scrape: dict[str, Any]
) -> None:
    source, target, mode = compose["services"]["prometheus"]["volumes"][0].split(":")
    assert (target, mode) == ("/etc/prometheus", "ro")
    for pattern in scrape["rule_files"]:
        assert list((root / source).glob(pattern)), pattern


def test_only_what_runs_on_is_asked_whether_it_is_ready(
    compose: dict[str, Any],
) -> None:
    asked = {
        name
        for name, service in ours(compose).items()
        if not service.get("healthcheck", {}).get("disable")
    }
    assert asked == {"worker", "canary", "forward", "feeder"}


def test_a_worker_may_finish_before_it_is_killed(compose: dict[str, Any], image: Any) -> None:
    worker = compose["services"]["worker"]
    assert seconds(worker["stop_grace_period"]) > settings_of(worker, image).stop_timeout_seconds


def test_nothing_prevents_a_second_worker(compose: dict[str, Any], image: Any) -> None:
    worker = compose["services"]["worker"]
    settings = settings_of(worker, image)
    assert "container_name" not in worker
    assert "published" not in worker["ports"][0]
    assert settings.group_instance_id == ""
    assert settings.partitions > 1


def test_workers_wait_for_the_broker_and_the_topics(compose: dict[str, Any]) -> None:
    assert "healthcheck" in compose["services"]["kafka"]
    for name in ("worker", "canary", "feeder", "forward"):
        waits = {n: w["condition"] for n, w in compose["services"][name]["depends_on"].items()}
        assert waits == {"kafka": "service_healthy", "topics": "service_completed_successfully"}


def test_feeder_forwarding_and_replays_are_left_out_of_a_plain_start(
    compose: dict[str, Any],
) -> None:
    profiles = {name: s.get("profiles") for name, s in compose["services"].items()}
    assert {name for name, given in profiles.items() if given} == {"feeder", "forward", "replay"}


def test_our_containers_write_nowhere_but_in_memory(compose: dict[str, Any]) -> None:
    for name, service in ours(compose).items():
        assert service["read_only"] is True
        assert service["tmpfs"][0].startswith("/tmp:")  # noqa: S108  # a path in the container
        # What was sent must outlive a container, or a new one sends it again.
        kept = ["feeder-state:/state"] if name == "feeder" else []
        assert service.get("volumes", []) == kept
        assert service["init"] is True


def test_every_container_is_confined(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service.get("privileged")
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
        assert "max-size" in service["logging"]["options"]


def test_what_serves_is_started_again_and_what_ends_is_not(compose: dict[str, Any]) -> None:
    policies = {name: s["restart"] for name, s in compose["services"].items()}
    assert policies.pop("topics").startswith("on-failure:")
    assert policies.pop("forward").startswith("on-failure:")
    assert policies.pop("replay") == "no"
    assert set(policies.values()) == {"unless-stopped"}


def test_no_port_is_open_to_other_machines(compose: dict[str, Any]) -> None:
    ports = [port for s in compose["services"].values() for port in s.get("ports", [])]
    assert ports
    for port in ports:
        address = port["host_ip"] if isinstance(port, dict) else port.split(":")[0]
        assert address == LOOPBACK


def test_images_of_others_are_pinned(compose: dict[str, Any]) -> None:
    for service in theirs(compose).values():
        assert PINNED.match(service["image"]), service["image"]


def test_the_broker_is_of_the_release_that_the_tests_run_against(compose: dict[str, Any]) -> None:
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


def test_files_and_volumes_that_are_mounted_exist(root: Path, compose: dict[str, Any]) -> None:
    mounts = [v.split(":") for s in compose["services"].values() for v in s.get("volumes", [])]
    for source, _, *mode in mounts:
        if source.startswith("."):
            assert (root / source).exists(), source
            assert mode == ["ro"]
        else:
            assert source in compose["volumes"]


@pytest.mark.parametrize("name", ["topics", "worker", "feeder", "forward", "replay"])
def test_our_services_share_one_image(compose: dict[str, Any], root: Path, name: str) -> None:
    service = compose["services"][name]
    assert service["image"] == "tocsin:local"
    assert (root / service["build"]["dockerfile"]).is_file()
