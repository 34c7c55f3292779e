"""A client is opened when it is needed, and again after the broker did not answer."""

import pytest
from kafka.errors import KafkaConnectionError

from streams.kafka.polled_client import PolledClient


class Client:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("error", [KafkaConnectionError("gone"), OSError("gone"), KeyError("p")])
def test_a_broker_that_does_not_answer_costs_the_client(error: Exception) -> None:
    opened: list[Client] = []

    def open_client() -> Client:
        opened.append(Client())
        return opened[-1]

    def fail(_: Client) -> None:
        raise error

    client = PolledClient(open_client, "test.not_answered")
    assert client.use(lambda _: None)
    assert client.use(lambda _: None)
    assert len(opened) == 1
    assert not client.use(fail)
    assert opened[0].closed
    assert client.use(lambda _: None)
    client.close()
    assert [one.closed for one in opened] == [True, True]


def test_a_broker_that_is_unavailable_at_first_is_asked_again() -> None:
    tries: list[int] = []

    def open_client() -> Client:
        tries.append(1)
        if len(tries) == 1:
            raise KafkaConnectionError("nobody")
        return Client()

    client = PolledClient(open_client, "test.not_answered")
    assert not client.use(lambda _: None)
    assert client.use(lambda _: None)


def test_another_error_is_raised() -> None:
    client = PolledClient(Client, "test.not_answered")
    with pytest.raises(ZeroDivisionError):
        client.use(lambda _: 1 // 0)  # type: ignore[arg-type, return-value]
