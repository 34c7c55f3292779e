"""Signatures: the same everywhere, small, and alike where texts are."""

import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.stories.signature import (
    MAX_TERMS,
    TERM_BYTES,
    copied,
    length,
    mark,
    pack,
    signature,
    unpack,
    without,
)

TITLE = "Ferry sinks off Norvane harbour, 214 drowned"
TEXT = (
    "The Kestrel, a ferry with 341 people on board, sank before dawn off Norvane harbour. "
    "Coastguards from Quillport recovered 214 bodies, the minister Odalys Verran said. Survivors "
    "spoke of a list to starboard and of lifeboats that jammed. Divers from Ostmark joined."
    " The shipowner Brandvik Lines had repaired a bow door in March; unions call for an inquest."
)
REWRITE = (
    "At least 214 people drowned when the ferry Kestrel went down near the port of Norvane, "
    "according to Odalys Verran. Passengers blamed jammed lifeboats. Brandvik Lines declined to "
    "comment on the bow door."
)
OTHER = (
    "Parliament in Zelmora rejected the Harrowgate budget by 87 votes to 61, and the coalition of "
    "premier Tilde Aske totters. Bond yields rose; the Treasury warned of a downgrade."
)


def likeness(one: bytes, another: bytes) -> float:
    ours, theirs = unpack(one), unpack(another)
    product = sum(weight * theirs.get(term, 0) for term, weight in ours.items())
    return product / (length(ours) * length(theirs))


def test_a_rewrite_is_alike_and_another_event_is_not() -> None:
    signed = signature(TITLE, TEXT)
    assert likeness(signed, signature("214 drown as ferry goes down", REWRITE)) > 0.22
    assert likeness(signed, signature("Budget rejected in Zelmora", OTHER)) < 0.1


def test_a_copy_is_known_under_another_headline_and_abridged_and_a_rewrite_is_none() -> None:
    whole = mark(unpack(signature(TITLE, TEXT)))
    abridged = mark(unpack(signature("Dozens missing", TEXT[: len(TEXT) * 6 // 10])))
    rewrite = mark(unpack(signature("214 drown as ferry goes down", REWRITE)))
    assert copied(whole, [rewrite, b"", abridged, whole]) == 2
    assert copied(abridged, [whole]) == 0
    assert copied(whole, [rewrite]) is None
    assert copied(b"", [b""]) is None


def test_a_signature_is_the_same_in_every_process_and_at_every_release() -> None:
    # Stories are found by it across workers and in replays; the state holds it.
    code = f"from processors.stories import signature; print(signature({TITLE!r}, {TEXT!r}).hex())"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert seen == {signature(TITLE, TEXT).hex()}
    assert signature(TITLE, TEXT).hex().startswith("f845597d689c9a7d0d1c137d")


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("MINISTER QUILL RESIGNS", "minister quill resigns"),
        ("minister’s “quill” resigns", "minister s quill resigns"),
        ("quill fired, resigns", "quill: fires... resigned"),
    ],
)
def test_case_punctuation_and_the_commonest_endings_do_not_count(one: str, another: str) -> None:
    assert set(unpack(signature("", one))) == set(unpack(signature("", another)))


def test_common_words_are_no_terms_and_nothing_gives_nothing() -> None:
    assert signature("The and of", "to be in the of and a") == b""
    assert signature("", "") == b""


def test_a_leaders_name_can_be_taken_out() -> None:
    terms = unpack(signature("Odalys Verran resigns over quarrel", ""))
    left = without(terms, "Odalys Verran")
    assert len(terms) - len(left) == 2
    assert without(left, "") == left


@given(st.text(max_size=300), st.text(max_size=3_000))
def test_any_text_has_a_signature_of_bounded_size_that_reads_back(title: str, text: str) -> None:
    signed = signature(title, text)
    assert len(signed) <= MAX_TERMS * TERM_BYTES
    terms = unpack(signed)
    assert all(0 <= term < 1 << 24 and 0 < weight < 256 for term, weight in terms.items())
    assert pack(terms) == signed


@given(st.binary(max_size=200))
def test_bytes_that_are_no_signature_are_read_without_an_error(value: bytes) -> None:
    assert len(unpack(value)) <= len(value) // TERM_BYTES


def test_long_words_leave_nothing_behind() -> None:
    tracemalloc.start()
    signature("warm", "up")
    before, _ = tracemalloc.get_traced_memory()
    for number in range(200):
        signature(" ".join(f"{number:03}{place:02}" * 400 for place in range(40)), "")
        without({1: 2}, f"{number:03}" * 700)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 1_000_000  # of 17 MB


def test_a_long_word_is_a_word() -> None:
    long, phrase = "x" * 70, "y" * 70
    assert len(unpack(signature(f"{long} {phrase}", ""))) == 2
    assert len(without(unpack(signature(f"{long} {phrase}", "")), phrase)) == 1
