"""Counts mentions and sentiment of every leader in buckets of event time, for the ranking.

A window ends with the newest mention. The present time is an argument: a timestamp in the future
does not move the windows. Mentions may be repeated, articles may have new versions or be withdrawn:
each counts once, as long as it is remembered. Memory is bounded.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import Struct

from processors.contracts import Span

SPANS_SECONDS = (3_600, 21_600, 86_400)
BUCKETS = 24
MAX_LEADERS = 5_000
MAX_ARTICLES = 10_000
MAX_SHOWN = 12
FUTURE_SECONDS = 600.0


class MentionSeen(NamedTuple):
    """A mention for counting. `at` is Unix seconds. `polarity` is None if no word was scored.

    `revision` is the article's revision.
    """

    article_id: str
    revision: int
    leader_id: str
    name: str
    country: str
    at: float
    polarity: float | None
    spans: Sequence[Span] = ()


class RankedLeader(Struct, frozen=True):
    """A leader's numbers over one window.

    `buckets` has `BUCKETS` items, the oldest first: the number of mentions, and the mean polarity
    of the scored ones (None if there are none).
    """

    id: str
    name: str
    country: str
    mentions: int
    scored: int
    mean: float | None
    buckets: list[tuple[int, float | None]]


class Ranking(Struct, frozen=True):
    """The leaders of one window, the most mentioned first. Times are Unix seconds.

    `counted_from` is later than `start` if the page did not see the whole window.
    """

    seconds: int
    start: float
    end: float
    counted_from: float
    leaders_in_all: int
    leaders: list[RankedLeader]


@dataclass(slots=True)
class _Leader:
    """Buckets by number, for each span: mentions, scored mentions, sum of polarities."""

    name: str
    country: str
    series: tuple[dict[int, list[float]], ...] = field(
        default_factory=lambda: tuple({} for _ in SPANS_SECONDS)
    )


class LeaderBook:
    """Leaders by id."""

    def __init__(self) -> None:
        self._leaders: OrderedDict[str, _Leader] = OrderedDict()
        self._articles: OrderedDict[str, dict[str, MentionSeen]] = OrderedDict()
        self._newest = 0.0
        self._oldest = float("inf")
        self.countries: dict[str, str] = {}

    def take(self, mention: MentionSeen, now: float) -> bool:
        """Count a mention. Return False if it was counted before, or is dated in the future.

        Args:
            mention: The mention.
            now: Unix seconds.
        """
        if mention.at > now + FUTURE_SECONDS:
            return False
        of_article = self._articles.setdefault(mention.article_id, {})
        self._articles.move_to_end(mention.article_id)
        known = of_article.get(mention.leader_id)
        if known is not None and known.revision >= mention.revision:
            return False
        if known is not None:
            self._count(known, -1)
        of_article[mention.leader_id] = mention
        self._newest = max(self._newest, mention.at)
        self._oldest = min(self._oldest, mention.at)
        self._count(mention, 1)
        if len(self._articles) > MAX_ARTICLES:
            self._articles.popitem(last=False)
        return True

    def withdraw(self, article_id: str) -> bool:
        """Remove an article's mentions from the counts. Return False if there are none."""
        mentions = self._articles.get(article_id, {})
        for mention in mentions.values():
            self._count(mention, -1)
        # The versions stay, so that a repeated mention does not bring the article back.
        self._articles[article_id] = {
            key: one._replace(at=0.0, polarity=None) for key, one in mentions.items()
        }
        return bool(mentions)

    def spans(self, article_id: str, leader_id: str) -> Sequence[Span]:
        """Return where an article names a leader, as far as it is remembered."""
        mention = self._articles.get(article_id, {}).get(leader_id)
        return mention.spans if mention else ()

    def rankings(self, most: int = MAX_SHOWN) -> list[Ranking]:
        """Return the ranking of the leaders for every span."""
        return [self._ranking(number, most) for number in range(len(SPANS_SECONDS))]

    def _ranking(self, number: int, most: int) -> Ranking:
        width = SPANS_SECONDS[number] // BUCKETS
        last = int(self._newest // width)
        first = last - BUCKETS + 1
        counted = [
            (
                sum(cell[0] for key, cell in leader.series[number].items() if key >= first),
                key,
                leader,
            )
            for key, leader in self._leaders.items()
        ]
        counted = sorted(
            (one for one in counted if one[0] > 0), key=lambda one: (-one[0], one[2].name, one[1])
        )
        start = float(first * width)
        return Ranking(
            seconds=SPANS_SECONDS[number],
            start=start,
            end=self._newest,
            counted_from=max(start, min(self._oldest, self._newest)),
            leaders_in_all=len(counted),
            leaders=[_ranked(key, one, number, first) for _, key, one in counted[:most]],
        )

    def _count(self, mention: MentionSeen, sign: int) -> None:
        if not mention.at:
            return
        leader = self._leaders.get(mention.leader_id)
        if leader is None:
            if sign < 0:
                return
            leader = self._leaders[mention.leader_id] = _Leader(mention.name, mention.country)
        if sign > 0:
            leader.name, leader.country = mention.name, mention.country
            self.countries[mention.leader_id] = mention.country
        self._leaders.move_to_end(mention.leader_id)
        for seconds, cells in zip(SPANS_SECONDS, leader.series, strict=True):
            self._count_in(cells, seconds // BUCKETS, mention, sign)
        if len(self._leaders) > MAX_LEADERS:
            gone, _ = self._leaders.popitem(last=False)
            self.countries.pop(gone, None)

    def _count_in(
        self, cells: dict[int, list[float]], width: int, mention: MentionSeen, sign: int
    ) -> None:
        bucket, last = int(mention.at // width), int(self._newest // width)
        if bucket <= last - BUCKETS or (sign < 0 and bucket not in cells):
            return
        cell = cells.setdefault(bucket, [0, 0, 0.0])
        cell[0] += sign
        if mention.polarity is not None:
            cell[1] += sign
            cell[2] += sign * mention.polarity
        if cell[0] <= 0:
            del cells[bucket]
        if len(cells) > BUCKETS:
            for old in [key for key in cells if key <= last - BUCKETS]:
                del cells[old]


def _ranked(key: str, leader: _Leader, number: int, first: int) -> RankedLeader:
    cells = [leader.series[number].get(first + n, (0, 0, 0.0)) for n in range(BUCKETS)]
    mentions, scored, total = (sum(cell[n] for cell in cells) for n in range(3))
    return RankedLeader(
        id=key,
        name=leader.name,
        country=leader.country,
        mentions=int(mentions),
        scored=int(scored),
        mean=_mean(scored, total),
        buckets=[(int(count), _mean(n, total)) for count, n, total in cells],
    )


def _mean(scored: float, total: float) -> float | None:
    return round(max(-1.0, min(1.0, total / scored)), 3) if scored > 0 else None
