"""The book of one leader's stories: places each report in the most similar story.

A report
joins the open story whose centre is most like it, by the cosine of their weighed terms, if they are
alike enough; else it begins a story. This is single-pass clustering with a moving centre, as in
topic detection (Allan et al. 1998). A story stays open for a time from its first report on, so that
a story that goes on for weeks cannot swallow everything near it.

A centre is kept in whole numbers, so that a book that went through the changelog in the middle of a
batch is the same as one that did not.
"""

from collections import defaultdict
from dataclasses import dataclass

from msgspec import Struct

from processors.stories.signature import HASH_BITS, MAX_TERMS, Terms, length, pack, unpack
from processors.windows import counted

# Chosen on the 404 articles of Giveme5W1H: `benchmarks/quality/stories.py` has the curve.
MIN_SIMILARITY = 0.22
MAX_STORIES = 64
# A centre is that of so many first reports: then it is found, and moving it costs time.
CENTRE_REPORTS = 8
HOUR_MS = 3_600_000
LAST_HASH = (1 << HASH_BITS) - 1
KEPT_MS = 7 * 24 * HOUR_MS


class Story(Struct, array_like=True):
    """One story: its key, its times, how many reports it has and in which hours, and its centre.

    Moments are milliseconds of event time, hours are whole hours since the Unix epoch; `centre` is
    in the form of a signature. `opinion` says whether its tone was counted.
    """

    key: int
    first_ms: int
    last_ms: int
    reports: int
    centre: bytes
    hours: dict[int, int]
    opinion: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a report belongs. `similar` counts the reports of this and of like older stories.

    The counts are over the last 12 hours, 24 hours, 3 days and 7 days.
    """

    story: Story
    is_first: bool
    similar: list[int]


class StoryBook:
    """The stories of one leader, found by their terms.

    Args:
        stories: As kept in the state; the book changes this list and the stories in it. The one
            that was reported last is the last, and the first is dropped first: by moments, a story
            of the future would stay, and the others go.
    """

    __slots__ = ("_by_key", "_centres", "_lengths", "_postings", "stories")

    def __init__(self, stories: list[Story]) -> None:
        self.stories = stories
        self._by_key = {story.key: story for story in stories}
        self._centres: dict[int, Terms] = {}
        self._lengths: dict[int, float] = {}
        self._postings: dict[int, dict[int, int]] = defaultdict(dict)
        for story in stories:
            self._index(story.key, unpack(story.centre))

    def place(
        self, key: int, moment_ms: int, signed: Terms, open_ms: int, *, counts: bool = True
    ) -> Placed:
        """Put a report into its story.

        Args:
            key: The new story's key, if the report begins one.
            moment_ms: The report's event time.
            signed: The report's terms; without any it is like nothing.
            open_ms: How long after its first report a story takes reports.
            counts: False for an article that was placed before: an edit is no further report.
        """
        found = self._find(moment_ms, signed, open_ms)
        older = [story for story in found if abs(moment_ms - story.first_ms) > open_ms]
        story = next((one for one in found if abs(moment_ms - one.first_ms) <= open_ms), None)
        # Without terms there is nothing to find a report by but its key: the same article again.
        story = story or (None if signed else self._by_key.get(key))
        is_first = story is None
        if story is None:
            story = self._begin(key, moment_ms, signed)
        elif counts:
            self._join(story, moment_ms, signed)
        hour = moment_ms // HOUR_MS
        if counts or is_first:
            story.hours[hour] = story.hours.get(hour, 0) + 1
        reported = [pair for one in (story, *older) for pair in one.hours.items()]
        return Placed(story, is_first, counted(reported, hour))

    def get(self, key: int) -> Story | None:
        """Return a story by its key, if it is still known."""
        return self._by_key.get(key)

    def _find(self, moment_ms: int, signed: Terms, open_ms: int) -> list[Story]:
        """Return the known stories similar to these terms, the most similar first."""
        products: dict[int, int] = {}
        known, product_of = self._postings.get, products.get
        for term, weight in signed.items():
            postings = known(term)
            if postings:
                for story_key, other in postings.items():
                    products[story_key] = product_of(story_key, 0) + weight * other
        ours, lengths = length(signed), self._lengths
        least = MIN_SIMILARITY * ours
        alike = [
            (-product / lengths[story_key], story_key)
            for story_key, product in products.items()
            if product >= least * lengths[story_key]
        ]
        alike.sort()
        furthest = max(open_ms, KEPT_MS)
        stories = [self._by_key[story_key] for _, story_key in alike]
        return [one for one in stories if abs(moment_ms - one.first_ms) <= furthest]

    def _begin(self, key: int, moment_ms: int, signed: Terms) -> Story:
        while key in self._by_key:  # an article whose new version tells another story
            key += 1
        story = Story(key, moment_ms, moment_ms, 1, pack(signed), {})
        self.stories.append(story)
        self._by_key[key] = story
        self._index(key, signed)
        if len(self.stories) > MAX_STORIES:
            self._drop_first()
        return story

    def _join(self, story: Story, moment_ms: int, signed: Terms) -> None:
        story.reports += 1
        story.first_ms = min(story.first_ms, moment_ms)
        story.last_ms = max(story.last_ms, moment_ms)
        at = next(n for n in range(len(self.stories) - 1, -1, -1) if self.stories[n] is story)
        self.stories.append(self.stories.pop(at))
        if story.reports <= CENTRE_REPORTS:
            self._move(story, signed)

    def _move(self, story: Story, signed: Terms) -> None:
        """Draw a story's centre towards its newest report."""
        share, before = story.reports, story.reports - 1
        sums = {term: before * weight for term, weight in self._centres[story.key].items()}
        for term, weight in signed.items():
            sums[term] = sums.get(term, 0) + weight
        # The heaviest first, of equal ones that of the smaller hash: as one number each, which is
        # three times as fast to sort as a pair.
        ranked = [(total // share << HASH_BITS) + LAST_HASH - term for term, total in sums.items()]
        ranked.sort(reverse=True)
        centre = {
            LAST_HASH - (one & LAST_HASH): one >> HASH_BITS
            for one in ranked[:MAX_TERMS]
            if one > LAST_HASH
        }
        story.centre = pack(centre)
        self._index(story.key, centre)

    def _index(self, key: int, centre: Terms) -> None:
        postings = self._postings
        for term in self._centres.get(key, {}).keys() - centre.keys():
            self._unpost(term, key)
        for term, weight in centre.items():
            postings[term][key] = weight
        self._centres[key] = centre
        self._lengths[key] = length(centre) or 1.0

    def _unpost(self, term: int, key: int) -> None:
        posted = self._postings[term]
        del posted[key]
        if not posted:
            del self._postings[term]

    def _drop_first(self) -> None:
        story = self.stories.pop(0)
        del self._by_key[story.key]
        del self._lengths[story.key]
        for term in self._centres.pop(story.key):
            self._unpost(term, story.key)


def novelty(reports: int) -> int:
    """Rate the n-th report of a story: 100, 75, 56, 42, 32 …, as users of news analytics know it.

    The steps are those of RavenPack's event novelty score.
    """
    return round(100 * 0.75 ** (reports - 1))
