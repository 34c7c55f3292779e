"""Metrics: the catalogue of what Tocsin counts, and its instruments."""

from streams.service.metrics.catalogue import CATALOGUE, STAGES, Kind, Metric
from streams.service.metrics.instruments import (
    CanaryMetrics,
    FeedMetrics,
    ForwardMetrics,
    LagMetrics,
    Metrics,
    PageMetrics,
)

__all__ = [
    "CATALOGUE",
    "STAGES",
    "CanaryMetrics",
    "FeedMetrics",
    "ForwardMetrics",
    "Kind",
    "LagMetrics",
    "Metric",
    "Metrics",
    "PageMetrics",
]
