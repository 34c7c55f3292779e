"""The headers of a webhook: the alert's own, and a signature of the moment of each attempt."""

from streams.forward.events import Event
from streams.forward.sinks.http_target import Target
from streams.forward.sinks.signing import signatures
from streams.forward.sinks.webhook import WebhookSink

KEYS = [b"n" * 24, b"o" * 24]
TARGET = Target("https://hooks.example/T0KEN", "https://hooks.example", "", 443, False)


def test_each_attempt_is_signed_with_every_key_at_its_own_time() -> None:
    moments = iter([1_000_000_100.9, 1_000_000_200.0])
    sink = WebhookSink(TARGET, KEYS, "binary", 15.0, lambda: next(moments))
    event = Event("a-1", {"content-type": "application/json"}, b"{}")
    assert sink.headers(event) == {
        "content-type": "application/json",
        "webhook-id": "a-1",
        "webhook-timestamp": "1000000100",
        "webhook-signature": signatures(KEYS, "a-1", 1_000_000_100, b"{}"),
    }
    again = sink.headers(event)
    assert again["webhook-id"] == "a-1"
    assert again["webhook-timestamp"] == "1000000200"


def test_the_address_that_is_shown_holds_no_token() -> None:
    assert "T0KEN" not in f"{WebhookSink(TARGET, KEYS, 'binary', 15.0).address}"
