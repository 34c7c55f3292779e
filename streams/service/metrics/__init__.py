"""Metrics: what is counted, and with what.

Owns the catalogue and its instruments. Must not know who counts.
"""

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
