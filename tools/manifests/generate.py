"""Generates the manifests of Strimzi topics and users, and of the Prometheus operator's rules.

The settings of the Kustomize base decide the names and sizes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from streams.kafka.acls import roles
from streams.kafka.strimzi import to_yaml, topic, user
from streams.kafka.topics import plan
from streams.service.settings import Settings
from streams.service.settings_loading import FILE_SUFFIX, load

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPONENTS = DEPLOY / "kubernetes/components"
CLUSTER = "kafka"
_HEAD = "# Written by `make manifests`.\n"


def base_settings() -> Settings:
    """Return the settings of the base, without the secrets that are files in a pod."""
    read = yaml.safe_load((DEPLOY / "kubernetes/base/kustomization.yaml").read_text("utf-8"))
    (generated,) = read["configMapGenerator"]
    given = dict(literal.split("=", 1) for literal in generated["literals"])
    return load({k: v for k, v in given.items() if not k.endswith(FILE_SUFFIX)}).settings


def manifests() -> dict[str, str]:
    """Return the text of each generated manifest by its path among the components."""
    settings = base_settings()
    return {
        "strimzi/topics.yaml": _HEAD + to_yaml([topic(one, CLUSTER) for one in plan(settings)]),
        "strimzi/users.yaml": _HEAD + to_yaml([user(one, CLUSTER) for one in roles(settings)]),
        "prometheusrule/rules.yaml": _HEAD + yaml.safe_dump(rules(), sort_keys=False, width=100),
    }


def rules() -> Mapping[str, Any]:
    """Return all groups of rules as one resource of the Prometheus operator.

    Raises:
        FileNotFoundError: there is no file of rules.
    """
    files = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
    if not files:
        raise FileNotFoundError(f"no rules in {DEPLOY / 'prometheus/rules'}")
    groups = [
        group for file in files for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "tocsin", "labels": {"app.kubernetes.io/part-of": "tocsin"}},
        "spec": {"groups": groups},
    }
