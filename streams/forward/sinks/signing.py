"""Signatures of the Standard Webhooks: HMAC-SHA256 over id, time and body.

Owns the form of secrets and signatures. Must not know what is signed, nor the clock. No error here
ever holds a secret. Source: the Standard Webhooks specification 1.0 (symmetric signatures, `v1`).
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the prefix of secrets, and none
MIN_KEY_BYTES: Final = 24
MAX_KEY_BYTES: Final = 64


def key_of(secret: str) -> bytes:
    """Read a secret: `whsec_` and 24 to 64 bytes in base64.

    Raises:
        ValueError: it is none; the message does not show it.
    """
    encoded = secret.strip()
    if not encoded.startswith(SECRET_PREFIX):
        raise ValueError(f"it does not begin with {SECRET_PREFIX}")
    try:
        key = base64.b64decode(encoded.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        # Not chained: the cause's frames hold the secret.
        raise ValueError(f"what follows {SECRET_PREFIX} is not base64") from None
    if not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise ValueError(
            f"it holds {len(key)} bytes; {MIN_KEY_BYTES} to {MAX_KEY_BYTES} are needed"
        )
    return key


def signatures(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a message with every key: the value of `webhook-signature`.

    Args:
        keys: The newest first; a receiver accepts what one of them signed.
        message_id: The value of `webhook-id`.
        timestamp: The value of `webhook-timestamp`, in Unix seconds.
        body: The request's body.
    """
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    digests = (hmac.digest(key, signed, "sha256") for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
