"""How a Faust message is read: its timestamp and its headers.

Owns the forms that these two come in. Must not know what a message means.
"""

from typing import Any

from streams.envelope import Headers


def timestamp_ms(message: Any) -> int:
    """Give a message's timestamp in Unix milliseconds; 0 where it has none."""
    return round((message.timestamp or 0.0) * 1000)


def headers_of(message: Any) -> Headers:
    """Give a message's headers as pairs, in their order."""
    headers = message.headers or ()
    return list(headers.items()) if hasattr(headers, "items") else list(headers)
