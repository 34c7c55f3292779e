"""The signature of an article: its telling words, hashed and weighed, in at most 160 bytes.

Copies share
nearly all telling words of their beginning, and so do abridged copies; rewrites of one event share
names, places and numbers, but few word sequences, so words are compared and no shingles.

A word's weight is its inverse document frequency times one plus the logarithm of its count.
`data/words.csv` has the frequencies of common words, counted over Reuters-21578 (1987) and the
articles of Article-Bias-Prediction (2018-2019), in steps of 0.25; every other word is rare.
Hashes are CRC-32, which is the same in every process; Python's own `hash` is not.
"""

import csv
import io
import math
import re
import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from operator import mul
from zlib import crc32

Terms = dict[int, int]
"""24-bit hash of a word to its weight, 1 to 255."""

MAX_TERMS = 40
TERM_BYTES = 4
# News tells first what happened; what stands below tells stories apart less well, and costs time.
LEAD_CHARACTERS = 1_500
# Two texts that share so many of their telling words are copies. Of the pairs of one event in
# Giveme5W1H, 3 in 100 are so much alike, and nearly all of those are agency texts; of copies that
# were cut to half their length, 86 in 100 are found (79 under another headline).
COPY_SHARE = 0.65
SHORT_COPY_SHARE = 0.9
ENOUGH_SHARED = 16
_RARE = 7.5
_TITLE_COUNTS = 2
_MAX_COUNTED = 64
_SCALE = 8.0
HASH_BITS = 24
_HASH_MASK = (1 << HASH_BITS) - 1
_LONG_WORD = 5
_LONGEST_REMEMBERED = 64
_ENDINGS = (b"ed", b"ing", b"e")
_FREQUENCY = [0.0, *(_SCALE * (1 + math.log(count)) for count in range(1, _MAX_COUNTED + 1))]
# Bytes: every punctuation mark of ASCII becomes a space, every capital small.
_SEPARATED = bytes(
    code if not chr(code).isascii() else ord(chr(code).lower()) if chr(code).isalnum() else ord(" ")
    for code in range(0x100)
)
_TYPOGRAPHY = re.compile(r"[\u2010-\u2026\u00ab\u00bb\u2039\u203a\u00a0]")


def signature(title: str, text: str) -> bytes:
    """Sign an article; `b""` if it has no telling word.

    Returns:
        Up to 40 terms of 4 bytes, the heaviest first: three of hash and one of weight.
    """
    head = f"{title} " * _TITLE_COUNTS + text[:LEAD_CHARACTERS]
    if not head.isascii():
        head = _TYPOGRAPHY.sub(" ", head).lower()
    weights = _words()
    counted = Counter(head.encode("utf-8", "replace").translate(_SEPARATED).split())
    weight_of = weights.get
    weighed = [
        (weight * (_FREQUENCY[count] if count < _MAX_COUNTED else _FREQUENCY[-1]), word)
        for word, count in counted.items()
        if (weight := weight_of(word, _RARE))
    ]
    weighed.sort(reverse=True)
    terms: Terms = {}
    for weight, word in weighed[:MAX_TERMS]:
        term = _term(word)
        terms[term] = min(255, terms.get(term, 0) + int(weight))
    return pack(terms)


def pack(terms: Mapping[int, int]) -> bytes:
    """Return terms as bytes, in their order."""
    return struct.pack(f">{len(terms)}I", *[term << 8 | weight for term, weight in terms.items()])


def unpack(value: bytes) -> Terms:
    """Read terms; what is no whole term at the end is left out."""
    count = len(value) // TERM_BYTES
    words = struct.unpack_from(f">{count}I", value)
    return {word >> 8: word & 0xFF for word in words}


def length(terms: Mapping[int, int]) -> float:
    """Return the Euclidean length of a signature."""
    weights = terms.values()
    return math.sqrt(sum(map(mul, weights, weights)))


def mark(terms: Iterable[int]) -> bytes:
    """Return a signature's hashes without their weights, which identify copies of the text."""
    hashes = sorted(terms)
    return struct.pack(f">{len(hashes)}I", *hashes)


def copied(one: bytes, others: Iterable[bytes]) -> int | None:
    """Return the index of the first mark that is of the same text as this one, or None.

    What counts is the share of the smaller of the two, so that an abridged copy is known too. Short
    texts on one event share most words without being copies, so they must share nearly all.
    """
    ours = set(_hashes_of(one))
    for index, another in enumerate(others):
        theirs = _hashes_of(another)
        fewest = min(len(ours), len(theirs))
        shared = len(ours.intersection(theirs))
        wanted = COPY_SHARE if shared >= ENOUGH_SHARED else SHORT_COPY_SHARE
        if fewest > 0 and shared >= wanted * fewest:
            return index
    return None


def _hashes_of(marked: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(marked) // TERM_BYTES}I", marked)


def without(terms: Terms, phrase: str) -> Terms:
    """Return terms without the words of a phrase.

    Every article of a leader's has the leader's name: it tells no story from another.
    """
    others = dict(terms)
    for term in _hashes(phrase):
        others.pop(term, None)
    return others


# Names of leaders, which the registry bounds; but anyone may write into a topic.
def _hashes(phrase: str) -> frozenset[int]:
    if len(phrase) > _LONGEST_REMEMBERED:
        return _hash_phrase(phrase)
    return _remembered_hashes(phrase)


@lru_cache(maxsize=4_096)
def _remembered_hashes(phrase: str) -> frozenset[int]:
    return _hash_phrase(phrase)


def _hash_phrase(phrase: str) -> frozenset[int]:
    lowered = phrase.lower().encode("utf-8", "replace").translate(_SEPARATED)
    return frozenset(_term(word) for word in lowered.split())


def _term(word: bytes) -> int:
    return _remembered_term(word) if len(word) <= _LONGEST_REMEMBERED else _hash(word)


# Words come again and again, but for the longest; with these bounds it is some megabytes.
@lru_cache(maxsize=32_768)
def _remembered_term(word: bytes) -> int:
    return _hash(word)


def _hash(word: bytes) -> int:
    return crc32(_stem(word)) & _HASH_MASK


def _stem(word: bytes) -> bytes:
    """Take the commonest endings off: a rewrite says "fires" where the first report said "fired".

    Crude on purpose: the same ending always goes, and nothing else is asked of it.
    """
    if len(word) < _LONG_WORD:
        return word
    if word.endswith(b"s"):
        word = word[:-1]
    for ending in _ENDINGS:
        if word.endswith(ending):
            return word[: -len(ending)]
    return word


@cache
def _words() -> Mapping[bytes, float]:
    text = resources.files(__package__).joinpath("data/words.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return {row["word"].encode(): float(row["weight"]) for row in rows}
