"""Documents of every format, cut and damaged: nothing is raised but that it is no feed."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.errors import BadArticleError
from streams.ingest.formats.entry import NotAFeedError

SAMPLES = sorted(path.name for path in (Path(__file__).parents[3] / "data" / "feeds").iterdir())
PIECES = (
    *(b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"&#xD83D;", b"\x00", b"\xff\xfe", b'"'),
    *(b"{", b"}", b"[", b"null", b"1e999", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"xmlns:", b"\xc3"),
)


def mutations(body: bytes, seed: int) -> Iterator[bytes]:
    """Give damaged copies: cut short, pieces taken out, put in, exchanged and repeated."""
    rng = random.Random(seed)  # noqa: S311 - the same ones each time
    for _ in range(25):
        yield body[: rng.randrange(len(body))]
        start = rng.randrange(len(body))
        end = min(len(body), start + rng.randrange(1, 80))
        yield body[:start] + body[end:]
        yield body[:start] + rng.choice(PIECES) + body[start:]
        yield body[:start] + rng.choice(PIECES) + body[end:]
        yield body[:end] + body[start:end] * 50 + body[end:]
        flipped = bytearray(body)
        for _ in range(5):
            flipped[rng.randrange(len(body))] = rng.randrange(256)
        yield bytes(flipped)
    yield body.decode().encode("utf-16")
    yield body.decode().encode("windows-1252", "replace")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_document_is_read_in_part_or_is_no_feed(
    name: str,
    sample: Callable[[str], bytes],
    articles: Callable[[bytes | str], list[dict[str, str]]],
) -> None:
    found = 0
    for body in mutations(sample(name), len(name)):
        try:
            read = articles(body)
        except NotAFeedError:
            continue
        for article in read:
            try:
                decode(json.dumps(article).encode(), (), None, DecodeLimits())
            except BadArticleError:
                continue
            found += 1
    # Damage in one place must not cost everything: a page and an index have no articles.
    assert found > 25 or not list(articles(sample(name)))
