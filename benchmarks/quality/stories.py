"""Measures watch: stories, bursts, false alerts, speed and size of the state.

    .venv/bin/python benchmarks/quality/stories.py --data FOLDER

FOLDER holds labelled sets and streams that are not part of the project (JSON lines, gzip):
`dev/stories-*.jsonl.gz` (id, story, published, source, title, text) and `streams/*.jsonl.gz`
(id, title, text, published, source). Without it only speed and size are measured, on generated
mentions. Prints what it finds as a table; `--json` gives one object a line.
"""

import argparse
import gzip
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from processors.analyse import Analyser, load_analyser
from processors.articles.decode import DecodeLimits, decode
from processors.contracts import (
    Alert,
    Article,
    ArticleRef,
    LeaderRef,
    Mention,
    MentionContext,
    Sentiment,
    Versions,
)
from processors.errors import BadArticleError
from processors.families import Families, load_families
from processors.rules import Rules
from processors.stories import StoryBook, signature, unpack
from processors.stories import book as story_book
from processors.watch import HeldState, encode_state, load_rules, new_state, watch

HOUR_MS = 3_600_000
WINDOW_MS = 72 * HOUR_MS
CENTURY_MS = 100 * 366 * 24 * HOUR_MS
VERSIONS = Versions(tocsin="bench", registry="", lexicon="", scorer="")
NOW = datetime.now(UTC)
BURSTS_FROM = datetime(2020, 1, 6, tzinfo=UTC)
# The rules' own minimum of independent sources.
LEAST_ORIGINS = {"surge": 5, "breaking": 4}
UNDATED = datetime(2018, 2, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """An article, and the story that it was labelled with (None in a stream)."""

    article: Article
    moment: datetime
    story: int | None


def read(path: Path) -> Iterator[Labelled]:
    """Read a set; articles without a date come at one moment, far from nothing."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            story = row.pop("story", None)
            try:
                article = decode(json.dumps(row).encode(), [], None, DecodeLimits())
            except BadArticleError:
                continue
            yield Labelled(article, article.published or UNDATED, story)


def in_order(rows: Iterable[Labelled]) -> list[Labelled]:
    """Sort as watch gets them: by event time, ties by id."""
    return sorted(rows, key=lambda one: (one.moment, one.article.article_id))


# Stories.


def told(rows: Sequence[Labelled], least: float, open_ms: int) -> list[int]:
    """Place every article, and give the story's key of each."""
    keys = []
    before = story_book.MIN_SIMILARITY, story_book.MAX_STORIES
    story_book.MIN_SIMILARITY, story_book.MAX_STORIES = least, 10**9  # type: ignore[misc]
    try:
        book = StoryBook([])
        for number, one in enumerate(rows):
            signed = unpack(signature(one.article.title, one.article.text))
            moment_ms = round(one.moment.timestamp() * 1000)
            keys.append(book.place(number, moment_ms, signed, open_ms).story.key)
    finally:
        story_book.MIN_SIMILARITY, story_book.MAX_STORIES = before  # type: ignore[misc]
    return keys


def pairwise(found: Sequence[int], gold: Sequence[int | None], possible: Sequence[bool]) -> Any:
    """Precision and recall over pairs; `possible` says which pairs the window allows at all."""
    both = ours = theirs = reachable = 0
    for index, (one, two) in enumerate(combinations(range(len(gold)), 2)):
        same, right = found[one] == found[two], gold[one] == gold[two]
        both += same and right
        ours += same
        theirs += right
        reachable += right and possible[index]
    return both / max(1, ours), both / max(1, theirs), both / max(1, reachable)


def b_cubed(found: Sequence[int], gold: Sequence[int | None]) -> tuple[float, float]:
    """B-cubed precision and recall (Bagga and Baldwin 1998)."""
    size_found, size_gold = Counter(found), Counter(gold)
    shared = Counter(zip(found, gold, strict=True))
    precision = sum(n * n / size_found[key] for (key, _), n in shared.items()) / len(gold)
    recall = sum(n * n / size_gold[label] for (_, label), n in shared.items()) / len(gold)
    return precision, recall


def stories(path: Path) -> Iterator[Mapping[str, Any]]:
    """Compare the stories found with those labelled, over likeness, with and without window."""
    rows = in_order(read(path))
    gold = [one.story for one in rows]
    for window, open_ms in (("72 h", WINDOW_MS), ("none", CENTURY_MS)):
        possible = [
            abs((rows[i].moment - rows[j].moment).total_seconds()) * 1000 <= open_ms
            for i, j in combinations(range(len(rows)), 2)
        ]
        for least in (0.18, 0.20, 0.22, 0.24, 0.26, 0.30):
            found = told(rows, least, open_ms)
            precision, recall, of_reachable = pairwise(found, gold, possible)
            b_precision, b_recall = b_cubed(found, gold)
            yield {
                "measure": "stories", "set": path.stem.removesuffix(".jsonl"), "window": window,
                "likeness": least, "in_use": least == story_book.MIN_SIMILARITY,
                "articles": len(rows), "pairwise_precision": precision, "pairwise_recall": recall,
                "recall_of_pairs_within_window": of_reachable,
                "b_cubed_precision": b_precision, "b_cubed_recall": b_recall,
            }  # fmt: skip


# Bursts: every article is taken for one of an unknown leader.


def bursts(path: Path, rules: Rules) -> Iterator[Mapping[str, Any]]:
    """Return the delay from an event's first article to its alert, and alerts about no event.

    The labelled times are often wrong by days, so an event's articles are given times of their own:
    one every four minutes from its first one on, events six hours apart, after a quiet week. Once
    all are of one leader, who so becomes a headline name, and once each event has its own.
    """
    families = load_families()
    events: dict[int | None, list[Labelled]] = defaultdict(list)
    for one in in_order(read(path)):
        events[one.story].append(one)
    articles = sum(map(len, events.values()))
    for each in (False, True):
        rung: dict[str, list[float]] = {"surge": [], "breaking": []}
        false, wanted = Counter[str](), Counter[str]()
        state = _quiet(rules)
        for number, of_event in enumerate(events.values()):
            first = BURSTS_FROM + number * timedelta(hours=6)
            state = _quiet(rules) if each else state
            origins = {families.family(a.article.source, a.article.url, "") for a in of_event}
            delays = _delays(of_event, first, state, rules, families)
            for kind, least in LEAST_ORIGINS.items():
                wanted[kind] += len(origins) >= least
                if kind in delays and len(origins) >= least:
                    rung[kind].append(delays[kind])
                else:
                    false[kind] += kind in delays
        for kind, found in rung.items():
            yield {
                "measure": "bursts", "kind": kind,
                "leaders": "one for each event" if each else "one for all",
                "events": wanted[kind], "rung": len(found),
                "median_delay_minutes": sorted(found)[len(found) // 2] if found else None,
                "false_per_1000_articles": 1000 * false[kind] / articles,
            }  # fmt: skip


def _quiet(rules: Rules) -> HeldState:
    """Return the state of a leader who was named once, eight days ago."""
    state = new_state()
    watch(state, _mention("quiet", BURSTS_FROM - timedelta(days=8), "", b""), rules, NOW)
    return state


def _delays(
    of_event: Sequence[Labelled],
    first: datetime,
    state: HeldState,
    rules: Rules,
    families: Families,
) -> dict[str, float]:
    """Watch one event, and give the minutes to the first alert of each kind."""
    found: dict[str, float] = {}
    for position, one in enumerate(of_event):
        article = one.article
        mention = _mention(
            article.article_id,
            first + position * timedelta(minutes=4),
            families.family(article.source, article.url, article.text),
            signature(article.title, article.text),
        )
        for alert in watch(state, mention, rules, NOW).alerts:
            if alert.msg_type == "alert":
                found.setdefault(alert.kind, (alert.event_time - first).total_seconds() / 60)
    return found


def _mention(
    article_id: str, moment: datetime, family: str, signed: bytes, **changes: Any
) -> Mention:
    leader = changes.pop("leader_id", "Q1")
    polarity = changes.pop("polarity", 0.0)
    context = MentionContext(
        mention_id=f"{article_id}/{leader}",
        article=ArticleRef(
            article_id=article_id, title=f"Title of {article_id}", url="", source=family,
            family=family,
        ),
        revision=1,
        event_time=moment,
        published=moment,
        versions=VERSIONS,
        signature=signed,
        **changes,
    )  # fmt: skip
    label = "negative" if polarity < 0 else "positive" if polarity > 0 else "neutral"
    return Mention(
        leader_id=leader, leader_name="A Leader", country="", office="", status="in_office",
        relevance=60,
        sentiment=Sentiment(polarity=polarity, subjectivity=0.5, label=label, scored_words=5,
                            coverage=0.1),
        spans=[], evidence=[], context=context,
    )  # fmt: skip


# False alerts: what rings on a stream in which nothing is labelled.


def stream(path: Path, analyser: Analyser, rules: Rules) -> Iterator[Mapping[str, Any]]:
    """Count what rings on a stream under the built-in rules, and over limits."""
    rows = in_order(read(path))
    began = time.process_time()
    mentions = [
        mention for one in rows for mention in analyser.analyse(one.article, one.moment).mentions
    ]
    analysed = time.process_time() - began
    began = time.process_time()
    states: dict[str, HeldState] = {}
    alerts: list[Alert] = []
    for mention in mentions:
        state = states.setdefault(mention.leader_id, new_state())
        alerts += watch(state, mention, rules, NOW).alerts
    watched = time.process_time() - began
    days = max(1.0, (rows[-1].moment - rows[0].moment).total_seconds() / 86_400)
    sizes = sorted(len(encode_state(state)) for state in states.values())
    name = path.stem.removesuffix(".jsonl")
    yield {
        "measure": "stream", "set": name, "articles": len(rows), "mentions": len(mentions),
        "leaders": len(states), "days": round(days),
        "analyse_ms_per_article": 1000 * analysed / len(rows),
        "watch_ms_per_mention": 1000 * watched / max(1, len(mentions)),
        "state_bytes_median": sizes[len(sizes) // 2], "state_bytes_largest": sizes[-1],
    }  # fmt: skip
    counted = Counter((alert.kind, alert.msg_type, alert.severity) for alert in alerts)
    for (kind, msg_type, severity), count in sorted(counted.items()):
        yield {
            "measure": "alerts", "set": name, "kind": kind, "message": msg_type,
            "severity": severity, "count": count, "per_day": count / days,
            "per_1000_articles": 1000 * count / len(rows),
            "per_day_and_leader": count / days / len(states),
        }  # fmt: skip
    for limit in (1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10):
        surged = _surges(mentions, rules, limit)
        yield {
            "measure": "surge curve", "set": name, "p_value_at_most": limit,
            "count": len(surged), "per_day": len(surged) / days,
            "per_1000_articles": 1000 * len(surged) / len(rows),
        }  # fmt: skip
    for limit in (0.4, 0.5, 0.65, 0.75, 0.8, 0.9):
        count = sum(
            abs(alert.observed) >= limit for alert in alerts
            if alert.kind == "sentiment" and alert.msg_type == "alert"
        )  # fmt: skip
        yield {
            "measure": "sentiment curve", "set": name, "polarity_at_least": limit, "count": count,
            "per_day": count / days, "per_1000_articles": 1000 * count / len(rows),
        }  # fmt: skip


def _surges(mentions: Sequence[Mention], rules: Rules, limit: float) -> list[float]:
    """Return the observed numbers of the alerts that one limit alone sends."""
    (rule, *_) = rules.of_kind("surge")
    only = replace(rule, severities=(replace(rule.severities[0], limit=limit, severity="low"),))
    changed = Rules.of([only], rules.guards, rules.stories)
    states: dict[str, HeldState] = {}
    found: list[float] = []
    for mention in mentions:
        state = states.setdefault(mention.leader_id, new_state())
        alerts = watch(state, mention, changed, NOW).alerts
        found += [alert.observed for alert in alerts if alert.msg_type == "alert"]
    return found


# Speed and size, on generated mentions.


def load(count: int, rules: Rules) -> Iterator[Mapping[str, Any]]:
    """Watch so many mentions of one leader, with the state encoded after every 100th.

    A story has some ten reports, two hundred families write, and one mention in four is strong.
    """
    chance = random.Random(1)  # noqa: S311 - no secret
    state, largest, encoded = new_state(), 0, 0.0
    start = datetime(2020, 1, 6, tzinfo=UTC)
    spent = 0.0
    for number in range(count):
        event = chance.randrange(max(0, number // 10 - 20), number // 10 + 1)
        about = random.Random(event)  # noqa: S311
        terms = [about.randrange(1 << 24) for _ in range(25)]
        terms += [chance.randrange(1 << 24) for _ in range(15)]
        signed = b"".join((term << 8 | 60).to_bytes(4, "big") for term in dict.fromkeys(terms))
        mention = _mention(
            f"article-{number}", start + number * timedelta(seconds=45),
            f"family-{chance.randrange(200)}", signed,
            polarity=chance.choice((-0.9, -0.1, 0.0, 0.2)),
            companions=[
                LeaderRef(leader_id=f"Q{chance.randrange(2, 900)}", leader_name="Another")
                for _ in range(chance.randrange(3))
            ],
        )  # fmt: skip
        began = time.process_time()
        watch(state, mention, rules, NOW)
        spent += time.process_time() - began
        if number % 100 == 0:
            began = time.process_time()
            largest = max(largest, len(encode_state(state)))
            encoded += time.process_time() - began
    yield {
        "measure": "one leader", "mentions": count, "mentions_per_second": count / spent,
        "watch_ms_per_mention": 1000 * spent / count,
        "encode_ms": 1000 * encoded / max(1, (count + 99) // 100),
        "state_bytes_largest": largest,
    }  # fmt: skip


def main() -> None:
    """Run the measurements that the data allows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, help="folder with dev/ and streams/")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--mentions", type=int, default=100_000, help="of one leader, generated")
    given = parser.parse_args()
    rules = load_rules()
    found: list[Mapping[str, Any]] = []

    def show(lines: Iterable[Mapping[str, Any]]) -> None:
        for line in lines:
            found.append(line)
            rounded = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in line.items()}
            text = json.dumps(rounded) if given.json else "  ".join(
                f"{key}={value}" for key, value in rounded.items()
            )  # fmt: skip
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    if given.data:
        for path in sorted((given.data / "dev").glob("stories-*.jsonl.gz")):
            show(stories(path))
            show(bursts(path, rules))
        analyser = load_analyser("bench", "textblob-news", "off")
        for path in sorted((given.data / "streams").glob("*.jsonl.gz")):
            show(stream(path, analyser, rules))
    show(load(given.mentions, rules))


if __name__ == "__main__":
    main()
