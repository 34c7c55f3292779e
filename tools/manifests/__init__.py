"""Generates those Kubernetes manifests that follow from code: topics, users and rules."""

from tools.manifests.generate import COMPONENTS, manifests

__all__ = ["COMPONENTS", "manifests"]
