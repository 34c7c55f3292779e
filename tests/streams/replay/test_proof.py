"""The proof of a replay: what became of each offset of its range, and what is missing."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.replay.proof import LISTED_RANGES, NEAR_OFFSETS, Account
from streams.replay.range import Span

TOPIC = "news.articles"
# What an offset of a partition can be: each with the outputs that it leaves.
OUTCOMES: Mapping[str, tuple[int, int]] = {
    "analysed": (1, 0),
    "repeated": (3, 0),
    "dead": (0, 1),
    "dead twice": (0, 2),
    "analysed and dead": (1, 1),
    "excluded": (0, 0),
    "no record": (0, 0),
    "missing": (0, 0),
}


def looked_up(account: Account, outcomes: Mapping[int, list[str]], start: int) -> None:
    """Look up what has no output, as a reader of the articles does."""
    for partition, several in outcomes.items():
        for first, end in account.without_output(partition):
            for offset in range(first, end):
                outcome = several[offset - start]
                if account.has(partition, offset) or outcome == "no record":
                    continue
                if outcome == "excluded":
                    account.add_excluded()
                else:
                    account.add_missing(partition, offset)


@given(
    st.integers(0, 20),
    st.lists(st.lists(st.sampled_from(sorted(OUTCOMES)), max_size=60), min_size=1, max_size=3),
)
def test_every_offset_is_counted_once_as_what_it_is(start: int, made: list[list[str]]) -> None:
    outcomes = dict(enumerate(made))
    account = Account(TOPIC, [Span(p, start, start + len(one)) for p, one in outcomes.items()])
    for partition, several in outcomes.items():
        for offset, outcome in enumerate(several, start):
            analyses, letters = OUTCOMES[outcome]
            for _ in range(analyses):
                account.add_analysis(TOPIC, partition, offset)
            for _ in range(letters):
                account.add_dead_letter(TOPIC, partition, offset)
    looked_up(account, outcomes, start)
    proof = account.proof()
    flat = [outcome for several in made for outcome in several]
    assert proof.analysed == sum(OUTCOMES[one][0] > 0 for one in flat)
    assert proof.dead_letters == flat.count("dead") + flat.count("dead twice")
    assert proof.excluded == flat.count("excluded")
    assert proof.without_record == flat.count("no record")
    assert proof.missing == flat.count("missing")
    assert proof.records == len(flat) - flat.count("no record")
    assert proof.complete == ("missing" not in flat)
    assert bool(proof.why_incomplete) != proof.complete
    named = {
        (int(p), offset)
        for p, first, end in (one.replace("-", ":").split(":") for one in proof.missing_offsets)
        for offset in range(int(first), int(end))
    }
    lacking = {
        (p, offset)
        for p, several in outcomes.items()
        for offset, one in enumerate(several, start)
        if one == "missing"
    }
    # All of them, as long as not too many ranges are to be named.
    assert named == lacking or (len(proof.missing_offsets) == LISTED_RANGES and named < lacking)


def test_many_missing_ranges_are_counted_and_the_first_are_named() -> None:
    account = Account(TOPIC, [Span(0, 0, 1_000)])
    for offset in range(0, 1_000, 2):
        account.add_missing(0, offset)
    proof = account.proof()
    assert proof.missing == 500
    assert len(proof.missing_offsets) == LISTED_RANGES
    assert proof.why_incomplete.endswith("0:38-39 and more")


def test_ranges_without_an_output_that_are_near_are_read_at_once() -> None:
    far = 3 * NEAR_OFFSETS
    account = Account(TOPIC, [Span(0, 0, far)])
    lacking = {5, 8, 9, far - 2}
    for offset in set(range(far)) - lacking:
        account.add_analysis(TOPIC, 0, offset)
    assert list(account.without_output(0)) == [(5, 10), (far - 2, far - 1)]


@pytest.mark.parametrize(
    ("topic", "partition", "offset"), [("archive", 0, 5), (TOPIC, 1, 5), (TOPIC, 0, 10)]
)
def test_an_output_of_what_is_not_of_the_range_is_told(
    topic: str, partition: int, offset: int
) -> None:
    account = Account(TOPIC, [Span(0, 0, 10)])
    account.add_analysis(topic, partition, offset)
    proof = account.proof()
    assert (proof.outside, proof.complete) == (1, False)
    assert "outside the range" in proof.why_incomplete


def test_a_dead_letter_of_a_mention_says_nothing_of_an_article() -> None:
    account = Account(TOPIC, [Span(0, 0, 1)])
    account.add_dead_letter("replay.one.news.mentions", 0, 0)
    assert not account.has(0, 0)
    assert account.proof().outside == 0
    account.add_dead_letter(TOPIC, 3, 0)
    assert account.proof().outside == 1


def test_what_retention_removed_is_no_proof() -> None:
    account = Account(TOPIC, [Span(0, 0, 10)])
    account.add_unchecked(4)
    proof = account.proof()
    assert (proof.unchecked, proof.without_record, proof.complete) == (4, 6, False)
    assert "removed 4 offsets" in proof.why_incomplete
    account.add_removed(2)
    assert "removed 2 outputs" in account.proof().why_incomplete
