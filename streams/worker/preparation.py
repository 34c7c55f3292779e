"""Waits for the broker and checks the topics before a worker starts."""

import time
from collections.abc import Callable

import structlog
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from streams.errors import PassingFaultError
from streams.kafka.deployment import Deployment
from streams.kafka.reachability import wait_until_reachable
from streams.kafka.rights import Needs, is_refusal
from streams.kafka.topic_differences import apply, require

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.1


def prepare_topics(deployment: Deployment, needs: Needs, is_stopped: Callable[[], bool]) -> None:
    """Wait for the broker, check the topics, and create missing ones if the settings say so.

    Args:
        deployment: The worker's deployment.
        needs: What the worker needs at the cluster.
        is_stopped: Returns whether to end the wait.

    Raises:
        MisconfigurationError: the broker refuses us, or a topic is not right.
        PassingFaultError: stopped, or the broker was unavailable for too long.
    """
    settings = deployment.settings

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if is_stopped():
                raise PassingFaultError("stopped while waiting for the broker")
            time.sleep(POLL_SECONDS)

    wait_until_reachable(
        needs.connection,
        give_up_after_seconds=settings.broker_wait_seconds or None,
        sleep=pause,
        on_waiting=lambda reason: log.warning("worker.waiting_for_broker", reason=reason),
    )
    admin = KafkaAdminClient(**needs.connection.kafka_python())
    try:
        wanted = deployment.topic_plans()
        if settings.create_topics:
            for done in apply(admin, wanted):
                log.info("worker.topic_changed", topic=done.name, was=done.message)
        for other in require(admin, wanted):
            log.warning("worker.other_partitions", topic=other.name, note=other.message)
        needs.require(admin)
    except KafkaError as error:
        if is_refusal(error):
            raise needs.refused(admin, error) from error
        raise
    finally:
        admin.close()
