"""Open transactions: measured from the first look, logged once when they take long."""

from typing import Any

import pytest
from kafka import TopicPartition
from prometheus_client import CollectorRegistry, Gauge
from structlog.testing import capture_logs

from streams.kafka.transactions import WARNING_SECONDS, OpenTransactions

FIRST, SECOND = TopicPartition("news.articles", 0), TopicPartition("news.articles", 1)


class Watched:
    """What is said of two partitions as time goes by."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        gauge = Gauge("open", "", ["topic", "partition"], registry=self.registry)
        self.now = 1_000.0
        self.transactions = OpenTransactions(gauge, lambda: self.now)

    def after(self, seconds: float, first: int | None, second: int | None = None) -> list[Any]:
        """Observe so much later; return the log."""
        self.now += seconds
        with capture_logs() as logs:
            self.transactions.observe({FIRST: first, SECOND: second})
        return logs

    def seconds(self, partition: int = 0) -> float | None:
        labels = {"topic": "news.articles", "partition": str(partition)}
        return self.registry.get_sample_value("open", labels)


def test_a_partition_without_one_is_measured_as_0() -> None:
    watched = Watched()
    assert watched.after(0, None) == []
    assert watched.seconds() == 0


def test_a_transaction_is_as_old_as_its_first_sight_and_0_when_it_ends() -> None:
    watched = Watched()
    for _ in range(3):
        watched.after(2, 7)
    assert (watched.seconds(0), watched.seconds(1)) == (4, 0)
    watched.after(2, None)
    assert watched.seconds() == 0


def test_the_next_transaction_begins_at_0() -> None:
    watched = Watched()
    watched.after(0, 7)
    watched.after(5, 9)
    assert watched.seconds() == 0
    watched.after(5, 9)
    assert watched.seconds() == 5


def test_one_that_takes_long_is_logged_once_with_the_remedy_and_again_when_it_ends() -> None:
    watched = Watched()
    assert watched.after(0, None, 41) == []
    assert watched.after(WARNING_SECONDS - 1, None, 41) == []
    (entry,) = watched.after(1, None, 41)
    assert entry["event"] == "transaction.open"
    assert (entry["topic"], entry["partition"]) == ("news.articles", 1)
    assert entry["last_stable_offset"] == 41
    assert entry["since"] == "1970-01-01T00:16:40+00:00"
    assert "kafka-transactions.sh" in entry["note"]
    assert watched.after(60, None, 41) == []
    (entry,) = watched.after(5, None, None)
    assert (entry["event"], entry["seconds"]) == ("transaction.ended", WARNING_SECONDS + 65)


@pytest.mark.parametrize("next_offset", [None, 9])
def test_a_short_one_is_not_logged(next_offset: int | None) -> None:
    watched = Watched()
    watched.after(0, 7)
    assert watched.after(1, next_offset) == []
