"""How a Faust message is read: its timestamp and its headers.

Owns the forms that these two come in. Must not know what a message means.
"""

from typing import Any

from streams.kafka.envelope import Headers

_MAX_INT64 = 2**63 - 1


def timestamp_ms(message: Any) -> int:
    """Return a message's timestamp in Unix milliseconds; 0 where it has none.

    Faust keeps seconds as a float, which rounds the largest timestamp of Kafka up, out of the 64
    bits that every reader of a dead letter may expect.
    """
    rounded = round((message.timestamp or 0.0) * 1000)
    return max(-_MAX_INT64 - 1, min(rounded, _MAX_INT64))


def headers_of(message: Any) -> Headers:
    """Give a message's headers as pairs, in their order."""
    headers = message.headers or ()
    return list(headers.items()) if hasattr(headers, "items") else list(headers)
