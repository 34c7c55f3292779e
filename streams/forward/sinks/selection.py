"""The sink that the settings name: an HTTP receiver, a file, or standard output."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from processors.errors import MisconfigurationError
from streams.forward.sinks.file import FileSink
from streams.forward.sinks.http_target import target_of
from streams.forward.sinks.signing import key_of
from streams.forward.sinks.sink import Sink
from streams.forward.sinks.webhook import WebhookSink
from streams.service.settings import Settings

STANDARD_OUTPUT: Final = "-"
_FILE: Final = "file:"


def sink_of(settings: Settings) -> Sink:
    """Return the sink that `forward_to` names.

    Raises:
        MisconfigurationError: it names none, or one that cannot be used.
    """
    receiver = settings.forward_to
    if not receiver:
        raise MisconfigurationError(
            "No receiver is named: give --to URL, or set TOCSIN_FORWARD_TO or "
            "TOCSIN_FORWARD_TO_FILE."
        )
    if receiver == STANDARD_OUTPUT:
        return FileSink(None, settings.forward_timeout_seconds)
    if receiver.lower().startswith(_FILE):
        return FileSink(_path_of(receiver), settings.forward_timeout_seconds)
    target = target_of(
        receiver,
        allow_http=settings.forward_allow_http,
        allow_private=settings.forward_allow_private,
    )
    keys = tuple(_keys(settings))
    return WebhookSink(target, keys, settings.forward_mode, settings.forward_timeout_seconds)


def _path_of(receiver: str) -> Path:
    parts = urlsplit(receiver)
    path = unquote(parts.path)
    if parts.netloc not in {"", "localhost"} or not path or "\x00" in path or path.endswith("/"):
        raise MisconfigurationError(
            "The file that alerts go to must be of the form file:/path/to/alerts.jsonl, on this "
            "machine."
        )
    return Path(path)


def _keys(settings: Settings) -> Iterator[bytes]:
    if not settings.forward_secret:
        raise MisconfigurationError(
            "There is nothing to sign alerts with: set TOCSIN_FORWARD_SECRET_FILE, or "
            "TOCSIN_FORWARD_SECRET=whsec_$(openssl rand -base64 32), and give the receiver the "
            "same."
        )
    for name in ("forward_secret", "forward_previous_secret"):
        secret = getattr(settings, name)
        if secret:
            try:
                yield key_of(secret)
            except ValueError as error:
                raise MisconfigurationError(
                    f"TOCSIN_{name.upper()} is no secret of the Standard Webhooks: {error}."
                ) from None
