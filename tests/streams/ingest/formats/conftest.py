"""The sample documents of tests/data/feeds, read as `tocsin ingest` reads them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.ingest.entries import article_of
from streams.ingest.feed_messages import FeedTask
from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import Reading
from streams.ingest.formats.recognition import read_document

FOLDER = Path(__file__).parents[3] / "data" / "feeds"
TASK = FeedTask(url="https://x.example/f", base="https://x.example/f")


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """Give the bytes of a sample by its name."""
    return lambda name: (FOLDER / name).read_bytes()


@pytest.fixture
def reading() -> Callable[[bytes | str], Reading]:
    """Read a document; its entries are not asked for yet."""

    def read(body: bytes | str) -> Reading:
        data = body if isinstance(body, bytes) else body.encode()
        return read_document(Document.of(data, TASK.base))

    return read


@pytest.fixture
def articles(
    reading: Callable[[bytes | str], Reading],
) -> Callable[[bytes | str], list[dict[str, str]]]:
    """Read a document's articles."""

    def read(body: bytes | str) -> list[dict[str, str]]:
        found = reading(body)
        return [article_of(entry, found, TASK)[0] for entry in found.entries]

    return read
