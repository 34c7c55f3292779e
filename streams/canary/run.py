"""Runs a canary: it sends, listens, and continues when the broker comes back.

It listens without a consumer group, from before the first article. After a lost connection it
listens from the oldest open round.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from processors.canary import CANARY_KIND
from streams.canary.article import canary_article
from streams.canary.health import CanaryHealth
from streams.canary.rounds import Round, Rounds
from streams.errors import BrokerUnavailableError
from streams.kafka import clients, subscriber
from streams.kafka.deployment import Deployment
from streams.kafka.envelope import Record
from streams.reading.alerts import decode_alert

log = structlog.get_logger(__name__)

POLL_MS = 100
PAUSE_SECONDS = 2.0
# A send without metadata would block the loop for kafka-python's default of one minute.
MAX_BLOCK_SECONDS = 10.0
# The clocks of this machine and of the broker may differ.
CLOCK_SKEW = timedelta(minutes=1)


class Canary:
    """Sends articles and listens for their alerts.

    Args:
        deployment: The deployment that is tested.
        name: Identifies its articles among those of other canaries.
        rounds: Records and counts the rounds.
        health: Is kept up to date.
    """

    def __init__(
        self,
        deployment: Deployment,
        name: str,
        rounds: Rounds,
        health: CanaryHealth,
    ) -> None:
        self._settings = deployment.settings
        self._connection = deployment.connection
        self._name = name
        self._rounds = rounds
        self._health = health
        self._names = deployment.names
        self._sending: list[tuple[Round, Any]] = []
        self._stopped = False

    def stop(self) -> None:
        """Ask the loop to end. Safe in a signal handler."""
        self._stopped = True

    def check(self) -> Round:
        """Send one article, and return its round when it is over.

        Raises:
            BrokerUnavailableError: no broker answers.
            MisconfigurationError: the broker denies access, or a topic is missing.
        """
        with self._clients() as (consumer, producer):
            one = self._send(producer)
            while one.outcome == "waiting":
                self._listen(consumer)
            return one

    def run(self, every_seconds: float, check: Callable[[], None] = lambda: None) -> None:
        """Send an article at an interval, until stopped.

        Args:
            every_seconds: The interval.
            check: Called regularly. It raises the error that ended another part of the process.

        Raises:
            MisconfigurationError: the broker denies access, or a topic is missing.
        """
        due = time.monotonic()
        while not self._stopped:
            try:
                with self._clients() as (consumer, producer):
                    while not self._stopped:
                        if time.monotonic() >= due:
                            due = _next(due, every_seconds)
                            self._send(producer)
                        self._listen(consumer)
                        check()
            except BrokerUnavailableError as error:
                log.warning("canary.broker_away", reason=str(error))
                if time.monotonic() >= due:
                    due = _next(due, every_seconds)
                    self._rounds.refused(self._begin()[0], "no broker answers")
                self._pause(check)

    @contextmanager
    def _clients(self) -> Iterator[tuple[Any, Any]]:
        settings, connection = self._settings, self._connection
        with (
            clients.consumer_client(connection, settings) as consumer,
            clients.producer_client(connection, settings, MAX_BLOCK_SECONDS) as producer,
        ):
            partitions = subscriber.partitions_of(consumer, [self._names.canary])
            # Without this check, a missing topic would fail each send only after a timeout.
            subscriber.partitions_of(consumer, [self._names.articles])
            starts = consumer.end_offsets(partitions)
            since = self._rounds.since
            if since is not None:
                starts = subscriber.offsets_since(consumer, starts, since - CLOCK_SKEW)
            subscriber.place(consumer, starts)
            self._health.is_connected = True
            try:
                yield consumer, producer
            finally:
                self._health.is_connected = False
                # Articles in flight are decided by their alert, or by the timeout.
                self._sending.clear()

    def _begin(self) -> tuple[Round, Any]:
        moment = datetime.now(UTC)
        article_id, record = canary_article(self._names.articles, self._name, moment)
        return self._rounds.begin(article_id, moment), record

    def _send(self, producer: Any) -> Round:
        one, record = self._begin()
        future = producer.send(record.topic, key=record.key, value=record.value)
        self._sending.append((one, future))
        return one

    def _listen(self, consumer: Any) -> None:
        for records in consumer.poll(timeout_ms=POLL_MS).values():
            for record in records:
                self._hear(subscriber.readable_record(record))
        for one, future in [pair for pair in self._sending if pair[1].is_done]:
            if future.succeeded():
                self._rounds.sent(one)
            else:
                why = future.exception
                self._rounds.refused(one, str(why) or type(why).__name__)
        self._sending = [pair for pair in self._sending if not pair[1].is_done]
        self._rounds.expire()
        self._health.ticked()

    def _hear(self, record: Record) -> None:
        alert = decode_alert(record.value)
        if alert is None or alert.kind != CANARY_KIND:
            log.warning("canary.no_alert_of_a_canary", topic=record.topic, offset=record.offset)
            return
        for article in alert.articles:
            self._rounds.heard(article.article_id, alert.alert_id)

    def _pause(self, check: Callable[[], None]) -> None:
        until = time.monotonic() + PAUSE_SECONDS
        while time.monotonic() < until and not self._stopped:
            self._rounds.expire()
            self._health.ticked()
            check()
            time.sleep(POLL_MS / 1000)


def _next(due: float, every_seconds: float) -> float:
    """Return the time of the next article. Missed times are skipped."""
    return max(due + every_seconds, time.monotonic())
