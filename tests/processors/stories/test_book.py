"""A leader's book of stories: what joins, what does not, and what is forgotten."""

import random
from itertools import pairwise

from processors.stories import MAX_STORIES, StoryBook, novelty, signature, unpack

HOUR_MS = 3_600_000
OPEN_MS = 72 * HOUR_MS
START_MS = 500_000 * HOUR_MS


def terms(event: int, paper: int = 0) -> dict[int, int]:
    about, own = random.Random(event), random.Random((event + 1) * 1_000 + paper)  # noqa: S311
    told = " ".join(f"e{about.randrange(10**9)}" for _ in range(14))
    words = " ".join(f"p{own.randrange(10**9)}" for _ in range(16))
    return unpack(signature("", f"{told} {words}"))


def test_reports_of_one_event_are_one_story_until_its_time_is_over() -> None:
    book = StoryBook([])
    first = book.place(1, START_MS, terms(1), OPEN_MS)
    second = book.place(2, START_MS + OPEN_MS, terms(1, 1), OPEN_MS)
    late = book.place(3, START_MS + OPEN_MS + 1, terms(1, 2), OPEN_MS)
    assert (first.is_first, second.is_first, late.is_first) == (True, False, True)
    assert second.story.key == 1
    assert late.story.key == 3


def test_counts_of_similar_reach_back_into_like_older_stories() -> None:
    book = StoryBook([])
    for key, hours in enumerate((0, 1, 80, 81), start=1):
        placed = book.place(key, START_MS + hours * HOUR_MS, terms(1, key), OPEN_MS)
    assert placed.story.reports == 2
    assert placed.similar == [2, 2, 2, 4]


def test_an_edit_is_no_further_report() -> None:
    book = StoryBook([])
    book.place(1, START_MS, terms(1), OPEN_MS)
    edited = book.place(1, START_MS + 1, terms(1), OPEN_MS, counts=False)
    assert (edited.is_first, edited.story.reports, edited.similar[0]) == (False, 1, 1)
    # Without a word to find it by, the article itself is what its edit is like.
    silent = book.place(7, START_MS, {}, OPEN_MS)
    assert book.place(7, START_MS, {}, OPEN_MS, counts=False).story is silent.story


def test_an_article_whose_new_version_tells_another_story_begins_one() -> None:
    book = StoryBook([])
    book.place(1, START_MS, terms(1), OPEN_MS)
    other = book.place(1, START_MS, terms(2), OPEN_MS, counts=False)
    assert other.is_first
    assert other.story.key != 1


def test_a_book_is_bounded_and_forgets_the_story_that_was_quiet_longest() -> None:
    book = StoryBook([])
    for n in range(MAX_STORIES + 5):
        book.place(n, START_MS + n, terms(n), OPEN_MS)
    assert len(book.stories) == MAX_STORIES
    assert book.get(0) is None
    assert book.get(5) is not None
    again = StoryBook(book.stories)
    assert again.place(99, START_MS + 99, terms(6, 3), OPEN_MS).story.key == 6


def test_a_book_made_anew_goes_on_where_the_old_one_was() -> None:
    chance = random.Random(3)  # noqa: S311
    straight, kept = StoryBook([]), StoryBook([])
    for n in range(300):
        event = chance.randrange(40)
        a = straight.place(n, START_MS + n * HOUR_MS // 4, terms(event, n), OPEN_MS)
        b = kept.place(n, START_MS + n * HOUR_MS // 4, terms(event, n), OPEN_MS)
        assert (a.story.key, a.story.centre) == (b.story.key, b.story.centre)
        kept = StoryBook(kept.stories)


def test_novelty_falls_by_a_quarter_a_report() -> None:
    rated = [novelty(n) for n in range(1, 40)]
    assert rated[:5] == [100, 75, 56, 42, 32]
    assert all(one >= two for one, two in pairwise(rated))
    assert rated[-1] == 0
