"""The receiver that the settings name."""

from pathlib import Path

import pytest

from processors.errors import MisconfigurationError
from streams.forward.sinks.file import FileSink
from streams.forward.sinks.selection import sink_of
from streams.forward.sinks.webhook import WebhookSink
from streams.service.settings import Settings

SECRET = "whsec_" + "A" * 32


@pytest.mark.parametrize(
    ("to", "path"),
    [
        ("-", None),
        ("file:/var/log/alerts.jsonl", "/var/log/alerts.jsonl"),
        ("file:///var/log/alerts.jsonl", "/var/log/alerts.jsonl"),
        ("FILE://localhost/var/log/a%20b.jsonl", "/var/log/a b.jsonl"),
        ("file:alerts.jsonl", "alerts.jsonl"),
    ],
)
def test_files_and_standard_output_need_no_secret(to: str, path: str | None) -> None:
    sink = sink_of(Settings(forward_to=to))
    assert sink == FileSink(None if path is None else Path(path), 15.0)


def test_an_address_is_a_webhook_that_signs() -> None:
    sink = sink_of(Settings(forward_to="https://hooks.example/T", forward_secret=SECRET))
    assert isinstance(sink, WebhookSink)
    assert len(sink.keys) == 1
    assert sink.address == "https://hooks.example"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("", "No receiver is named"),
        ("https://hooks.example/T", "nothing to sign alerts with"),
        ("file:", "must be of the form file:/path"),
        ("file://server/alerts.jsonl", "must be of the form file:/path"),
        ("file:/var/log/", "must be of the form file:/path"),
        ("ftp://hooks.example/T", "must be of the form https"),
    ],
)
def test_other_receivers_are_refused_with_what_to_do(to: str, why: str) -> None:
    with pytest.raises(MisconfigurationError, match=why):
        sink_of(Settings(forward_to=to))
