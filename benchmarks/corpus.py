"""The articles that the benchmarks run on: the bundle varied, or any JSONL.

Varied means new articles of the bundle's sentences: each takes its headline from one article and
its sentences, shuffled and renumbered, from three others, so that no text comes twice. Seeded: the
same articles on every machine.
"""

import gzip
import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article
from processors.errors import BadArticleError
from streams.demo.bundle import load_bundle

SEED = 20261123
CHARACTERS = 2_000


def documents(corpus: Path | None, count: int) -> list[bytes]:
    """Give `count` flat JSON documents with ids of their own; a short corpus is repeated."""
    source = _from_file(corpus) if corpus else _varied()
    made = []
    for number, (title, text) in enumerate(itertools.islice(source, count)):
        document = {
            "id": f"bench-{number}",
            "title": title,
            "text": text,
            "source": f"Paper {number % 40}",
            "language": "en",
        }
        made.append(json.dumps(document).encode())
    return made


def _from_file(path: Path) -> Iterator[tuple[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    lines = [json.loads(line) for line in text.splitlines()]
    for line in itertools.cycle(lines):
        yield line.get("title", ""), line.get("text") or line.get("body", "")


def _varied() -> Iterator[tuple[str, str]]:
    random_ = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    articles = list(_bundled())
    while True:
        headline, *parts = random_.sample(articles, 4)
        sentences = [s for part in parts for s in re.split(r"(?<=[.!?])\s+", part.text)]
        random_.shuffle(sentences)
        text = ""
        for sentence in sentences:
            text += re.sub(r"\d+", lambda _: str(random_.randint(2, 999)), sentence) + " "
            if len(text) > CHARACTERS:
                break
        yield headline.title, text.strip()


def _bundled() -> Iterator[Article]:
    for record in load_bundle():
        try:
            article = decode(record.value, record.headers, record.key, DecodeLimits())
        except BadArticleError:
            continue
        if article.text and article.language in ("", "en"):
            yield article
