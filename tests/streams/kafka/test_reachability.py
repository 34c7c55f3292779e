"""The wait for a cluster that is away: what is waited for, for how long, and what is said."""

import socket
import threading
from collections.abc import Iterator

import aiokafka.errors
import pytest

from processors.errors import MisconfigurationError
from streams.errors import BrokerUnavailableError, exit_code
from streams.kafka.connection import Connection
from streams.kafka.reachability import connection_fault, wait_until_reachable


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.pauses_seconds: list[float] = []

    def clock(self) -> float:
        return sum(self.pauses_seconds)

    def sleep(self, seconds: float) -> None:
        self.pauses_seconds.append(seconds)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that stays bound, so that nobody takes it, and refuses every connection."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_a_broker_that_is_away_is_waited_for_with_growing_pauses(closed_port: int) -> None:
    time, reasons = FakeTime(), list[str]()
    with pytest.raises(BrokerUnavailableError, match=r"within 20 s.*refused"):
        wait_until_reachable(
            Connection.plaintext(f"127.0.0.1:{closed_port}"),
            give_up_after_seconds=20,
            sleep=time.sleep,
            clock=time.clock,
            on_waiting=reasons.append,
        )
    assert time.pauses_seconds == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    assert len(reasons) == 8
    assert all(f"127.0.0.1:{closed_port}" in reason for reason in reasons)


def test_every_server_is_tried_and_named(closed_port: int) -> None:
    servers = f"127.0.0.1:{closed_port},no-such-host.invalid:9092"
    with pytest.raises(BrokerUnavailableError, match=r"refused; no-such-host\.invalid:9092"):
        wait_until_reachable(Connection.plaintext(servers), give_up_after_seconds=0)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", BrokerUnavailableError, "not of the Kafka protocol"),
        (b"", BrokerUnavailableError, "closed before an answer"),
        (b"\x15\x03\x03\x00\x02\x02\x50", MisconfigurationError, "speaks TLS"),
        (b"\x00\x00\x00\x00", BrokerUnavailableError, "not of the Kafka protocol"),
        (b"\x00\x00\x00\x04\x00\x00\x00\x63", BrokerUnavailableError, "not of the Kafka protocol"),
    ],
    ids=["http", "closes", "tls", "empty frame", "other correlation id"],
)
def test_what_does_not_speak_kafka_is_told_apart(
    answer: bytes, error: type[Exception], words: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(1024)
                client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(error, match=words):
            wait_until_reachable(Connection.plaintext(address), give_up_after_seconds=0)
        thread.join()


def test_a_connection_that_is_lost_while_a_client_starts_is_a_transient_error() -> None:
    lost = aiokafka.errors.KafkaConnectionError("Unable to bootstrap")
    fault = connection_fault(lost)
    assert exit_code(fault) == 3
    assert fault.__cause__ is lost
    assert "Start the process again" in str(fault)


def test_any_other_error_stays_as_it_is() -> None:
    error = RuntimeError("a bug")
    assert connection_fault(error) is error
