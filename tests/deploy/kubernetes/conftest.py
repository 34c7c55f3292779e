"""The manifests as kustomize builds them, and the schemas that they are held to.

Owns the tools and where they come from. The schemas of Kubernetes' own resources are those of the
package kubernetes-validate; those of the operators' resources come from what their makers publish:
KEDA's and the Prometheus operator's Go modules hold them as YAML, and Strimzi's own generator makes
them from its API classes. They are fetched once, into `~/.cache/tocsin/crds`.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
MANIFESTS = ROOT / "deploy/kubernetes"
CACHE = Path.home() / ".cache/tocsin/crds"
FETCH_SECONDS = 240

KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.8.1"
MODULES = {
    "github.com/kedacore/keda/v2@v2.20.2": [
        "config/crd/bases/keda.sh_scaledobjects.yaml",
        "config/crd/bases/keda.sh_triggerauthentications.yaml",
    ],
    "github.com/prometheus-operator/prometheus-operator@v0.92.1": [
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ],
}
# The generator is not published any more; this one reads the newer classes, too.
STRIMZI = {"api": "0.51.0", "crd-generator": "0.45.0"}
STRIMZI_CLASSES = {
    "kafkatopics.yaml": "io.strimzi.api.kafka.model.topic.KafkaTopic",
    "kafkausers.yaml": "io.strimzi.api.kafka.model.user.KafkaUser",
}
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"
# The generator's jar has in itself all that it needs.
STRIMZI_POM = (
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    "<groupId>tocsin</groupId><artifactId>crds</artifactId><version>1</version>"
    "<packaging>pom</packaging><dependencies>"
    + "".join(
        f"<dependency><groupId>io.strimzi</groupId><artifactId>{artifact}</artifactId>"
        f"<version>{version}</version><exclusions><exclusion><groupId>*</groupId>"
        "<artifactId>*</artifactId></exclusion></exclusions></dependency>"
        for artifact, version in STRIMZI.items()
    )
    + "</dependencies></project>"
)

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Build:
    """What kustomize makes of a folder."""

    manifests: Sequence[Manifest]

    def one(self, kind: str, name: str) -> Any:
        """Give the manifest of this kind and name; names with a hash are found without it."""
        (found,) = [m for m in self.kind(kind) if _plain_name(m) == name]
        return found

    def kind(self, kind: str) -> list[Any]:
        """List the manifests of a kind."""
        return [m for m in self.manifests if m["kind"] == kind]

    @property
    def workloads(self) -> dict[str, Any]:
        """Give what runs containers, by name."""
        kinds = {"StatefulSet", "Deployment", "Job"}
        return {m["metadata"]["name"]: m for m in self.manifests if m["kind"] in kinds}

    def environment(self, workload: str) -> dict[str, str]:
        """Give the variables of a workload's container as they are in a pod of that name."""
        spec = self.workloads[workload]["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        given: dict[str, str] = {}
        for source in container["envFrom"]:
            (found,) = [
                m
                for m in self.kind("ConfigMap")
                if m["metadata"]["name"] == source["configMapRef"]["name"]
            ]
            given |= found["data"]
        for one in container["env"]:
            given[one["name"]] = one.get("value", f"{workload}-0")
        return given


def _plain_name(manifest: Manifest) -> str:
    return re.sub(r"-[a-z0-9]{10}$", "", manifest["metadata"]["name"])


def missing(reason: str) -> None:
    """Skip on a developer's machine; fail in CI, where silence would look like success."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; in CI it must be there")
    pytest.skip(reason)


def run(command: Sequence[str | Path], folder: Path | None = None) -> str:
    """Run a program and give what it prints."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@cache
def kustomize() -> list[str]:
    """Find kustomize, or the kubectl that has it in itself, or build it from its Go module."""
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    built = CACHE.with_name("kustomize") / "kustomize"
    if not built.exists():
        if shutil.which("go") is None:
            missing("neither kustomize, kubectl nor go is on the PATH")
        subprocess.run(
            ["go", "install", KUSTOMIZE], env=os.environ | {"GOBIN": str(built.parent)}, check=True
        )
    return [str(built), "build"]


@cache
def build(folder: Path) -> Build:
    """Build a folder with kustomize."""
    text = run([*kustomize(), folder])
    return Build([one for one in yaml.safe_load_all(text) if one])


@pytest.fixture(scope="session")
def base() -> Build:
    """Give the base alone."""
    return build(MANIFESTS / "base")


@pytest.fixture(scope="session")
def example() -> Build:
    """Give the example overlay: nearly all components."""
    return build(MANIFESTS / "overlays/example")


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Give the base with every component that there is."""
    folder = tmp_path_factory.mktemp("everything")
    shutil.copytree(MANIFESTS, folder / "kubernetes")
    overlay = folder / "kubernetes/overlays/everything"
    overlay.mkdir()
    components = sorted(path.name for path in (MANIFESTS / "components").iterdir())
    (overlay / "kustomization.yaml").write_text(
        yaml.safe_dump(
            {
                "resources": ["../../base"],
                "components": [f"../../components/{name}" for name in components],
            }
        )
    )
    return build(overlay)


@pytest.fixture(scope="session")
def crds() -> dict[tuple[str, str], Any]:
    """Give the strict schema of each of the operators' resources, by API version and kind."""
    schemas: dict[tuple[str, str], Any] = {}
    for path in _crd_files():
        definition = yaml.safe_load(path.read_text())["spec"]
        for version in definition["versions"]:
            if version["served"]:
                key = (f"{definition['group']}/{version['name']}", definition["names"]["kind"])
                schemas[key] = strict(version["schema"]["openAPIV3Schema"], at_top=True)
    return schemas


def _crd_files() -> list[Path]:
    found = []
    for module, paths in MODULES.items():
        folder = CACHE / module.replace("/", "-")
        if not all((folder / Path(path).name).exists() for path in paths):
            _fetch_module(module, paths, folder)
        found += [folder / Path(path).name for path in paths]
    folder = CACHE / f"strimzi-{STRIMZI['api']}"
    if not all((folder / name).exists() for name in STRIMZI_CLASSES):
        _fetch_strimzi(folder)
    return [*found, *(folder / name for name in STRIMZI_CLASSES)]


def _fetch_module(module: str, paths: Sequence[str], folder: Path) -> None:
    if shutil.which("go") is None:
        missing(f"the schemas of {module} need go on the PATH")
    with tempfile.TemporaryDirectory() as scratch:
        answer = json.loads(run(["go", "mod", "download", "-json", module], Path(scratch)))
    for path in paths:
        keep(Path(answer["Dir"]) / path, folder)


def _fetch_strimzi(folder: Path) -> None:
    if shutil.which("java") is None or shutil.which("mvn") is None:
        missing("the schemas of Strimzi need java and mvn on the PATH")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "pom.xml").write_text(STRIMZI_POM)
        run(["mvn", "--batch-mode", "--quiet", MAVEN_COPY, "-DoutputDirectory=jars"], scratch)
        # The newer API's classes come first: the generator's jar has old ones in itself.
        classes = ":".join(str(scratch / "jars" / f"{a}-{v}.jar") for a, v in STRIMZI.items())
        made = [f"{of}={scratch / file}" for file, of in STRIMZI_CLASSES.items()]
        run(["java", "-cp", classes, "io.strimzi.crdgenerator.CrdGenerator", "--yaml", *made])
        for file in STRIMZI_CLASSES:
            keep(scratch / file, folder)


def keep(file: Path, folder: Path) -> None:
    """Put a copy into a folder in one step: others may fetch the same at the same time."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as half:
        half.write(file.read_bytes())
    Path(half.name).replace(folder / file.name)


def strict(schema: Any, *, at_top: bool = False) -> Any:
    """Turn a structural schema into one of JSON that refuses what it does not name.

    The API server drops such fields in silence, or refuses them if it is asked to be strict.
    """
    if not isinstance(schema, dict):
        return schema
    out = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    out.pop("format", None)
    if schema.get("x-kubernetes-int-or-string"):
        out.pop("anyOf", None)
        out["type"] = ["integer", "string"]
    properties = schema.get("properties")
    if properties is not None:
        out["properties"] = {key: strict(value) for key, value in properties.items()}
        kept = (
            schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
        )
        if not kept:
            out["additionalProperties"] = False
    if at_top:
        # The schema of metadata is the API server's.
        out["properties"] |= {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
        }
    for key in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(key), dict):
            out[key] = strict(schema[key])
    if schema.get("nullable"):
        out["type"] = [schema["type"], "null"]
        out.pop("nullable")
    return out
