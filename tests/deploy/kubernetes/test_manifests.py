"""The manifests: valid by the published schemas, true to the code, and confined."""

import copy
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import typer
from prometheus_client import CollectorRegistry

from streams.cli import context
from streams.cli.main import app
from streams.kafka import topics
from streams.kafka.acls import roles
from streams.service.health import Health
from streams.service.http_server import HttpServer
from streams.service.settings import Settings, describe
from streams.service.settings_loading import FILE_SUFFIX, load

# The oldest release that is still looked after, and the newest that there is a schema of.
KUBERNETES = ("1.34", "1.37")
# `streams.worker.worker`: the commit under way, the batch in flight, its commit, the group, the
# agents.
STEPS_OF_A_STOP = 5


def problems(manifest: Mapping[str, Any], crds: Mapping[tuple[str, str], Any]) -> list[str]:
    """Say what a schema finds wrong with a manifest."""
    schema = crds.get((manifest["apiVersion"], manifest["kind"]))
    if schema is not None:
        found = jsonschema.Draft202012Validator(schema).iter_errors(manifest)
        return [f"{error.json_path}: {error.message}" for error in found]
    found_problems = []
    for version in KUBERNETES:
        try:
            kubernetes_validate.validate(dict(manifest), version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found_problems.append(f"{version}: {list(error.path)}: {error.message}")
    return found_problems


def settings_of(build: Any, workload: str, folder: Path) -> Settings:
    """Give the settings that a pod runs under; its files stand in a folder, each with its name."""
    given = {}
    for name, value in build.environment(workload).items():
        path = folder / Path(value).name
        if value.startswith("/"):
            path.write_text("secret")
        given[name] = str(path) if value.startswith("/") else value
    return load(given).settings


def pod(build: Any, workload: str) -> dict[str, Any]:
    spec: dict[str, Any] = build.workloads[workload]["spec"]["template"]["spec"]
    return spec


def container(build: Any, workload: str) -> dict[str, Any]:
    (one,) = pod(build, workload)["containers"]
    return dict(one)


def labels(build: Any, workload: str) -> dict[str, str]:
    return dict(build.workloads[workload]["spec"]["template"]["metadata"]["labels"])


def selected(build: Any, selector: Mapping[str, Any]) -> set[str]:
    """Name the workloads whose pods a selector selects."""
    wanted = {key: [value] for key, value in selector.get("matchLabels", {}).items()}
    wanted |= {one["key"]: one["values"] for one in selector.get("matchExpressions", [])}
    return {
        name
        for name in build.workloads
        if all(labels(build, name).get(key) in values for key, values in wanted.items())
    }


def serving(build: Any) -> set[str]:
    return {name for name in build.workloads if container(build, name).get("ports")}


@pytest.mark.parametrize("which", ["example", "everything"])
def test_every_manifest_is_valid_by_the_published_schema(
    which: str, crds: Any, request: pytest.FixtureRequest
) -> None:
    build = request.getfixturevalue(which)
    assert build.manifests
    wrong = {
        f"{m['kind']} {m['metadata']['name']}": found
        for m in build.manifests
        if (found := problems(m, crds))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("kind", "name", "path", "value"),
    [
        ("StatefulSet", "tocsin-worker", ["spec", "podManagmentPolicy"], "Parallel"),
        ("PodDisruptionBudget", "tocsin-worker", ["spec", "maxUnavailable"], [1]),
        ("ScaledObject", "tocsin-worker", ["spec", "maxReplicas"], 12),
        ("ScaledObject", "tocsin-worker", ["spec", "maxReplicaCount"], "12"),
        ("KafkaTopic", "news.articles", ["spec", "partitions"], 0),
        ("KafkaUser", "tocsin-ingest", ["spec", "authorization", "type"], "complex"),
        ("KafkaUser", "tocsin-ingest", ["spec", "authorisation"], {}),
        ("PodMonitor", "tocsin", ["spec", "podMetricsEndpoints", 0, "intervall"], "15s"),
        ("PodMonitor", "tocsin", ["spec", "podMetricsEndpoints", 0, "interval"], "often"),
    ],
)
def test_what_is_misspelt_or_mistyped_is_found(
    everything: Any, crds: Any, kind: str, name: str, path: list[Any], value: Any
) -> None:
    wrong = copy.deepcopy(everything.one(kind, name))
    where = wrong
    for step in path[:-1]:
        where = where[step]
    where[path[-1]] = value
    assert problems(wrong, crds)


def test_every_variable_is_a_setting_and_its_value_accepted(
    everything: Any, tmp_path: Path
) -> None:
    known = {d.variable for d in describe()}
    for name in everything.workloads:
        given = everything.environment(name)
        assert {v if v in known else v.removesuffix(FILE_SUFFIX) for v in given} <= known
        settings = settings_of(everything, name, tmp_path)
        # TLS, SASL, user, password and files go together, or this says what does not.
        connection = context.connection_to(settings.broker, settings)
        assert connection.security_protocol == "SASL_SSL"


def test_every_file_that_a_setting_names_is_mounted(everything: Any) -> None:
    for name in everything.workloads:
        mounts = {m["name"]: m["mountPath"] for m in container(everything, name)["volumeMounts"]}
        there = {
            f"{mounts[volume['name']]}/{item['path']}"
            for volume in pod(everything, name)["volumes"]
            for source in volume.get("projected", {}).get("sources", [])
            for item in source["secret"]["items"]
        }
        named = {v for v in everything.environment(name).values() if v.startswith("/")}
        assert named == there, name


def test_every_pod_has_a_user_of_its_own_with_the_rights_of_its_command(everything: Any) -> None:
    known = {role.user: role for role in roles(Settings())}
    for name in everything.workloads:
        user = everything.environment(name)["TOCSIN_SASL_USERNAME"]
        command = container(everything, name)["args"][0]
        assert f"tocsin {command}" in known[user].purpose
        secrets = {
            source["secret"]["name"]
            for volume in pod(everything, name)["volumes"]
            for source in volume.get("projected", {}).get("sources", [])
        }
        assert user in secrets
        assert everything.one("KafkaUser", user)


def test_every_command_is_one_of_the_programs(everything: Any) -> None:
    for name in everything.workloads:
        command: Any = typer.main.get_command(app)
        rest = container(everything, name)["args"]
        while hasattr(command, "commands"):
            command, rest = command.commands[rest[0]], rest[1:]
        # Click refuses an option or argument that the command does not have.
        command.make_context(command.name, rest)


def test_every_pod_asks_for_the_topics_that_are_made(everything: Any, tmp_path: Path) -> None:
    made = {
        m["spec"].get("topicName", m["metadata"]["name"]): m["spec"]
        for m in everything.kind("KafkaTopic")
    }
    for name in everything.workloads:
        planned = topics.plan(settings_of(everything, name, tmp_path))
        assert {topic.name for topic in planned} == set(made)
        for topic in planned:
            assert made[topic.name]["partitions"] == topic.partitions
            assert made[topic.name]["replicas"] == topic.replication_factor


def test_the_port_that_probes_and_services_ask_is_the_programs(
    everything: Any, tmp_path: Path
) -> None:
    for name in serving(everything):
        settings = settings_of(everything, name, tmp_path)
        one = container(everything, name)
        assert one["ports"] == [{"name": "http", "containerPort": settings.http_port}]
        assert settings.http_host == "0.0.0.0"  # noqa: S104 - the kubelet is outside of the pod
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert one[probe]["httpGet"]["port"] == "http"
    for service in everything.kind("Service"):
        assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]
        assert selected(everything, {"matchLabels": service["spec"]["selector"]})


def test_the_pages_that_are_asked_for_are_there(everything: Any) -> None:
    asked = {
        container(everything, name)[probe]["httpGet"]["path"]
        for name in serving(everything)
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    (endpoint,) = everything.one("PodMonitor", "tocsin")["spec"]["podMetricsEndpoints"]
    assert asked == {"/livez", "/readyz"}
    health = Health(lambda: 0.0, 60.0, lambda: None)
    server = HttpServer("127.0.0.1", 0, CollectorRegistry(), health)
    address = server.start()
    try:
        for path in (*asked, endpoint["path"]):
            assert status_of(address + path) in {200, 503}
        assert status_of(address + "/healthz") == 404
    finally:
        server.stop()


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_worker_is_alive_while_it_starts_and_may_finish_before_it_is_killed(
    base: Any, tmp_path: Path
) -> None:
    settings = settings_of(base, "tocsin-worker", tmp_path)
    one = container(base, "tocsin-worker")
    grace = pod(base, "tocsin-worker")["terminationGracePeriodSeconds"]
    assert grace > STEPS_OF_A_STOP * settings.stop_timeout_seconds + 10
    # What is ready is asked of /readyz; whether to start again is asked of /livez alone.
    assert one["startupProbe"]["httpGet"]["path"] == "/livez"
    assert one["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert one["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_a_worker_is_the_static_member_of_its_pods_name(base: Any, tmp_path: Path) -> None:
    worker = base.workloads["tocsin-worker"]
    assert worker["kind"] == "StatefulSet"
    (named,) = [
        one
        for one in container(base, "tocsin-worker")["env"]
        if one["name"] == "TOCSIN_GROUP_INSTANCE_ID"
    ]
    assert named["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    assert settings_of(base, "tocsin-worker", tmp_path).group_instance_id == "tocsin-worker-0"
    service = base.one("Service", worker["spec"]["serviceName"])
    assert service["spec"]["clusterIP"] == "None"
    budget = base.one("PodDisruptionBudget", "tocsin-worker")["spec"]
    assert selected(base, budget["selector"]) == {"tocsin-worker"}


def test_only_workers_have_names_that_stay(everything: Any) -> None:
    # A name that changes with every start would keep its partitions until its session ends.
    for name, workload in everything.workloads.items():
        is_named = "TOCSIN_GROUP_INSTANCE_ID" in everything.environment(name)
        assert is_named == (workload["kind"] == "StatefulSet")


def test_there_are_never_more_workers_than_partitions(everything: Any, tmp_path: Path) -> None:
    settings = settings_of(everything, "tocsin-worker", tmp_path)
    scaled = everything.one("ScaledObject", "tocsin-worker")["spec"]
    assert scaled["scaleTargetRef"]["name"] == "tocsin-worker"
    assert scaled["scaleTargetRef"]["kind"] == everything.workloads["tocsin-worker"]["kind"]
    assert scaled["maxReplicaCount"] == settings.partitions
    assert "replicas" not in everything.workloads["tocsin-worker"]["spec"]


def test_workers_are_scaled_by_the_lag_of_their_group(everything: Any, tmp_path: Path) -> None:
    settings = settings_of(everything, "tocsin-worker", tmp_path)
    (trigger,) = everything.one("ScaledObject", "tocsin-worker")["spec"]["triggers"]
    told = trigger["metadata"]
    assert told["bootstrapServers"] == settings.broker
    assert told["consumerGroup"] == settings.application_id
    assert told["topic"] == topics.TopicNames.of(settings).articles
    assert told["sasl"].replace("_", "") == settings.sasl_mechanism.lower().replace("-", "")
    credentials = everything.one("TriggerAuthentication", trigger["authenticationRef"]["name"])
    secrets = {one["parameter"]: one for one in credentials["spec"]["secretTargetRef"]}
    assert everything.one("KafkaUser", secrets["password"]["name"])
    assert set(secrets) == {"username", "password", "ca"}


def test_every_pod_is_confined(everything: Any, image: Any) -> None:
    user, group = map(int, image.last("USER")[0].split(":"))
    for name in everything.workloads:
        spec, one = pod(everything, name), container(everything, name)
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": group,
            "fsGroup": group,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not {"hostNetwork", "hostPID", "hostIPC", "serviceAccountName"} & set(spec)
        # What feeds have given must outlive a pod, or a new one sends it again.
        is_feeder = name == "tocsin-feeder"
        kept = {"persistentVolumeClaim"} if is_feeder else set()
        assert {"emptyDir", "projected"} | kept >= {
            kind for volume in spec["volumes"] for kind in volume if kind != "name"
        }
        home = image.environment(image.final)["HOME"]
        writable = [m["mountPath"] for m in one["volumeMounts"] if not m.get("readOnly")]
        assert writable == [home, *(["/state"] if is_feeder else [])]
        assert set(one["resources"]["requests"]) == {"cpu", "memory"}
        assert "memory" in one["resources"]["limits"]


def test_no_secret_is_in_the_manifests(everything: Any) -> None:
    for secret in everything.kind("Secret"):
        assert set(secret["data"]) == {"username"}
    secret_settings = {d.variable for d in describe() if d.secret}
    for name in everything.workloads:
        assert not secret_settings & set(everything.environment(name))


def test_nobody_speaks_with_a_pod_but_who_must(everything: Any, tmp_path: Path) -> None:
    policies = {m["metadata"]["name"]: m["spec"] for m in everything.kind("NetworkPolicy")}
    every = policies["tocsin"]
    assert selected(everything, every["podSelector"]) == set(everything.workloads)
    assert every["policyTypes"] == ["Ingress", "Egress"]
    dns, kafka = every["egress"]
    assert {port["port"] for port in dns["ports"]} == {53}
    brokers = settings_of(everything, "tocsin-worker", tmp_path).broker
    assert [f":{port['port']}" for port in kafka["ports"]] == [brokers[brokers.rindex(":") :]]
    (outside,) = policies["tocsin-outside"]["egress"]
    assert selected(everything, policies["tocsin-outside"]["podSelector"]) == {
        "tocsin-feeder",
        "tocsin-forward",
    }
    assert {port["port"] for port in outside["ports"]} == {80, 443}
    assert "169.254.0.0/16" in outside["to"][0]["ipBlock"]["except"]
    assert selected(everything, policies["tocsin-page"]["podSelector"]) == {"tocsin-page"}


def test_prometheus_finds_every_pod_that_serves_under_the_job_of_the_rules(
    everything: Any, scrape: dict[str, Any]
) -> None:
    monitor = everything.one("PodMonitor", "tocsin")["spec"]
    assert selected(everything, monitor["selector"]) >= serving(everything)
    jobs = {labels(everything, name)[monitor["jobLabel"]] for name in serving(everything)}
    known = {one["job_name"] for one in scrape["scrape_configs"]}
    assert {"tocsin", "tocsin-canary"} <= jobs & known
    (endpoint,) = monitor["podMetricsEndpoints"]
    assert endpoint["port"] == "http"


def test_the_example_changes_image_and_namespace_everywhere(example: Any, project: Any) -> None:
    images = {container(example, name)["image"] for name in example.workloads}
    assert images == {f"registry.example/tocsin:{project['project']['version']}"}
    assert {m["metadata"]["namespace"] for m in example.manifests} == {"tocsin"}


def test_the_base_names_the_version_of_the_project(everything: Any, project: Any) -> None:
    images = {container(everything, name)["image"] for name in everything.workloads}
    assert images == {f"tocsin:{project['project']['version']}"}


def test_every_component_is_explained(root: Path) -> None:
    text = (root / "deploy/README.md").read_text()
    for component in (root / "deploy/kubernetes/components").iterdir():
        assert f"| `kubernetes/components/{component.name}` |" in text
