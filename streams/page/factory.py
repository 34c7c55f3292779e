"""Builds the page of a deployment: its subscription and its options."""

from collections.abc import Callable, Mapping
from typing import Any

from streams.kafka.clients import consumer_client
from streams.kafka.deployment import Deployment
from streams.kafka.lag import Lag
from streams.page.feed import Subscription
from streams.page.live import LivePage, PageOptions
from streams.service.http_connections import visitors_allowed
from streams.service.metrics import PageMetrics

# Alerts and mentions are small, and a page has dozens of partitions.
FETCH_BYTES = 262_144


def page_of(
    deployment: Deployment,
    metrics: PageMetrics,
    lags: Callable[[], Mapping[Any, Lag] | None],
    on_failure: Callable[[BaseException], None] | None = None,
    *,
    is_eager: bool = False,
) -> LivePage:
    """Return a page.

    Args:
        deployment: The deployment whose alerts and mentions are shown.
        metrics: The page's metrics.
        lags: Returns the group's newest lag by partition, None where it is not known.
        on_failure: Called with an error that is a bug.
        is_eager: Whether the page reads before the first visitor, and after the last.
    """
    settings, names, connection = deployment.settings, deployment.names, deployment.connection
    subscription = Subscription(
        open_consumer=lambda: consumer_client(connection, settings, fetch_bytes=FETCH_BYTES),
        alerts=deployment.alerts.news,
        mentions=names.mentions,
        articles=names.articles,
    )
    options = PageOptions(
        max_visitors=visitors_allowed(settings.page_visitors),
        quiet_after_seconds=settings.page_quiet_seconds,
        stuck_after_seconds=settings.live_timeout_seconds,
        is_eager=is_eager,
    )
    return LivePage(subscription, options, metrics, lags, on_failure)
