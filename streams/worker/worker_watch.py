"""The watch of one worker: which topics, rights and static name it is about.

Owns what is put together from the settings. Must not know how the watch works
(`streams.kafka.topic_watch`).
"""

import asyncio
from collections.abc import Callable
from typing import Any

from streams.kafka.deployment import Deployment
from streams.kafka.rights import Needs
from streams.kafka.static_member import AiokafkaMembership, StaticMember
from streams.kafka.topic_checks import TopicChecks
from streams.kafka.topic_watch import TopicWatch
from streams.service.health import Health
from streams.service.metrics import Metrics
from streams.worker.bounds import Bounds


def worker_needs(deployment: Deployment, role: str) -> Needs:
    """Say what a worker needs at the cluster, live or of a replay."""
    group = deployment.settings.application_id
    return Needs(deployment.connection, role, deployment.worker_grants(), group)


def role_of(bounds: Bounds | None) -> str:
    """Return the role under which a worker runs."""
    return "worker" if bounds is None else "replay"


def worker_watch(
    deployment: Deployment,
    needs: Needs,
    metrics: Metrics,
    health: Health,
    fail: Callable[[BaseException], None],
    bounds: Bounds | None,
    faust_app: Any,
) -> TopicWatch:
    """Make the watch of a worker.

    Args:
        deployment: The worker's deployment.
        needs: See `worker_needs`.
        metrics: Where partitions and differences are shown.
        health: Where they stand in words.
        fail: Ends the worker with an error; called in the event loop that runs now.
        bounds: Of a replay.
        faust_app: The app, which has the consumer once it is started.
    """
    loop = asyncio.get_running_loop()
    # A replay reads a fixed range of the articles.
    fixed = () if bounds is None else (deployment.names.articles,)
    checks = TopicChecks(deployment.topic_plans(), needs.grants, needs.group, fixed)
    member = None
    static_name = deployment.settings.group_instance_id
    if static_name:
        membership = AiokafkaMembership(lambda: _consumer(faust_app))
        member = StaticMember(static_name, needs.group, membership)

    def fail_in_loop(error: BaseException) -> None:
        loop.call_soon_threadsafe(fail, error)

    return TopicWatch(needs, checks, metrics, health, fail_in_loop, member)


def _consumer(faust_app: Any) -> tuple[Any, asyncio.AbstractEventLoop] | None:
    # Faust has no other name for them; both are there once the app is started.
    thread = getattr(faust_app.consumer, "_thread", None)
    consumer = getattr(thread, "_consumer", None)
    return None if thread is None or consumer is None else (consumer, thread.thread_loop)
