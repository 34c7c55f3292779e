"""Sets up the topic watch of one worker: which topics, rights and static name it checks."""

import asyncio
from collections.abc import Callable

from streams.kafka.deployment import Deployment
from streams.kafka.rights import Needs
from streams.kafka.static_member import AiokafkaMembership, StaticMember
from streams.kafka.topic_checks import TopicChecks
from streams.kafka.topic_watch import TopicWatch
from streams.service.health import Health
from streams.service.metrics import Metrics
from streams.worker.bounds import Bounds
from streams.worker.faust_app import FaustConsumerGroup


def worker_needs(deployment: Deployment, role: str) -> Needs:
    """Return what a live or a replaying worker needs at the cluster."""
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
    group: FaustConsumerGroup,
) -> TopicWatch:
    """Return the topic watch of a worker.

    Args:
        deployment: The worker's deployment.
        needs: See `worker_needs`.
        metrics: Where partitions and differences are shown.
        health: Where they are shown in words.
        fail: Ends the worker with an error. Called in the event loop that runs now.
        bounds: The range of a replay, or None.
        group: The worker in its consumer group.
    """
    loop = asyncio.get_running_loop()
    # A replay reads a fixed range of the articles.
    fixed = () if bounds is None else (deployment.names.articles,)
    checks = TopicChecks(deployment.topic_plans(), needs.grants, needs.group, fixed)
    member = None
    static_name = deployment.settings.group_instance_id
    if static_name:
        membership = AiokafkaMembership(group.aiokafka_consumer)
        member = StaticMember(static_name, needs.group, membership)

    def fail_in_loop(error: BaseException) -> None:
        loop.call_soon_threadsafe(fail, error)

    return TopicWatch(needs, checks, metrics, health, fail_in_loop, member)
