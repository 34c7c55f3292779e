"""TextBlob's tokenizer, one stretch between white space at a time, in linear time.

Owns what `textblob._text.find_tokens` does to a stretch and how emoticons glue tokens together
again. Must not know the lexicon. A port of that function (textblob 0.20, adapted there from the
pattern library, BSD): every oddity is kept on purpose, because the engine must equal TextBlob to
the last bit. TextBlob treats each stretch by itself but for emoticons and "(!)", which may reach
over white space: `PAIRS` says where that can happen, `glue` does it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from textblob import _text

END_OF_SENTENCE: str = _text.EOS
EMOTICONS: dict[tuple[str, float], set[str]] = _text.EMOTICONS

_EMOTICON: re.Pattern[str] = _text.RE_EMOTICONS
_SARCASM: re.Pattern[str] = _text.RE_SARCASM
_ABBREVIATIONS: set[str] = _text.ABBREVIATIONS
_CONTRACTIONS: dict[str, str] = _text.replacements
PUNCTUATION: str = _text.PUNCTUATION
_PUNCTUATION: str = _text.PUNCTUATION.replace(".", "")
_PUNCTUATION_SET = frozenset(_PUNCTUATION)
_QUOTES = tuple("\u201c\u201d\u2018\u2019'\"")
_ANY_QUOTE = re.compile("[\u201c\u201d\u2018\u2019'\"]")
# The longest beginnings that TextBlob's second and third pattern of abbreviations could take.
_DOTTED = re.compile(r"(?:[A-Za-z]\.)*")
_CONSONANTS = re.compile(r"[A-Z][bcdfghjklmnpqrstvwxz|]*")
_ENDS = frozenset(["...", ".", "!", "?", END_OF_SENTENCE])
_CLOSES = _ENDS | {"\u201d", "\u2019", ")"}


def _pairs() -> frozenset[str]:
    """Every two characters that stand side by side in an emoticon or in "(!)"."""
    glued = [emoticon for kind in EMOTICONS.values() for emoticon in kind]
    glued.append("(!)")
    return frozenset(a + b for emoticon in glued for a, b in pairwise(emoticon))


PAIRS = _pairs()
"""Tokens can only be glued where one's last and the next one's first character make a pair."""
FIRSTS = frozenset(pair[0] for pair in PAIRS)


def _inner_tokens() -> frozenset[str]:
    """What a whole token must be to follow a space inside an emoticon."""
    glued = [emoticon for kind in EMOTICONS.values() for emoticon in kind]
    glued.append("(!)")
    return frozenset(
        emoticon[start:end]
        for emoticon in glued
        for start in range(1, len(emoticon))
        for end in range(start + 1, len(emoticon) + 1)
    )


INNER_TOKENS = _inner_tokens()


def tokens(chunk: str) -> list[str]:
    """The tokens of a stretch without white space, before emoticons are glued.

    Time is linear in the length, where TextBlob's own is quadratic for runs of punctuation.
    """
    if chunk.isalnum():
        return [chunk]
    if _ANY_QUOTE.search(chunk) is not None:
        if "'" in chunk:
            for contraction, spaced in _CONTRACTIONS.items():
                chunk = chunk.replace(contraction, spaced)
        for quote in _QUOTES:
            chunk = chunk.replace(quote, f" {quote} ")
        return [token for part in chunk.split() for token in _trim(part)]
    return _trim(chunk)


def plain_words(core: str) -> list[str]:
    """The tokens that are words, of a stretch of nothing else but single quotation marks inside.

    Empty where there is more to it. Between words such marks are tokens of their own, which no
    emoticon takes in.
    """
    if not core or not core[0].isalnum() or not core[-1].isalnum():
        return []
    if core.isalnum() or _ANY_QUOTE.search(core) is None:
        return [] if core == END_OF_SENTENCE else [core]
    words = core.replace("n't", " n't").replace("'", " ").replace("\u2019", " ").split()
    if any(
        word == END_OF_SENTENCE or not (word[0].isalnum() and word[-1].isalnum()) for word in words
    ):
        return []
    return [] if _ANY_QUOTE.search("".join(words)) is not None else words


def is_full_stop(word: str) -> bool:
    """Whether the stop that ends a word, only letters and digits before it, is split off."""
    return word[:-1].isalnum() and not (
        len(word) <= 2  # noqa: PLR2004 - an initial
        or word in _ABBREVIATIONS
        or len(word) <= _beginning(_CONSONANTS, word) + 1
    )


def _trim(part: str) -> list[str]:
    """Splits punctuation off both ends of a part that holds no quotation mark inside."""
    trimmed = part.lstrip(_PUNCTUATION)
    found = list(part[: len(part) - len(trimmed)])
    end = len(trimmed)
    dotted = consonants = -1
    tail: list[str] = []
    while end and (trimmed[end - 1] == "." or trimmed[end - 1] in _PUNCTUATION_SET):
        if trimmed[end - 1] in _PUNCTUATION_SET:
            end -= 1
            tail.append(trimmed[end])
        if trimmed.endswith("...", 0, end):
            tail.append("...")
            while end and trimmed[end - 1] == ".":
                end -= 1
        if end and trimmed[end - 1] == ".":
            if dotted < 0:
                dotted = _beginning(_DOTTED, trimmed)
                consonants = _beginning(_CONSONANTS, trimmed)
            initials = end <= dotted and end % 2 == 0
            shortened = 3 <= end <= consonants + 1  # noqa: PLR2004 - a capital, a consonant, a stop
            if initials or shortened or (end <= 5 and trimmed[:end] in _ABBREVIATIONS):  # noqa: PLR2004 - the longest abbreviation
                break
            end -= 1
            tail.append(".")
    if end:
        found.append(trimmed[:end])
    tail.reverse()
    return found + tail


def _beginning(pattern: re.Pattern[str], text: str) -> int:
    """How far from its start a text goes along with a pattern."""
    match = pattern.match(text)
    return 0 if match is None else match.end()


def spoken(words: list[str]) -> list[str]:
    """The tokens without the marks of a paragraph's end, which emoticons can reach over."""
    if END_OF_SENTENCE in words:
        return [word for word in words if word != END_OF_SENTENCE]
    return words


def glues(words: Sequence[str]) -> bool:
    """Whether an emoticon could stand across two of these neighbouring tokens."""
    return any(a[-1] + b[0] in PAIRS for a, b in pairwise(words))


def glue(words: Sequence[str]) -> list[str]:
    """Puts split emoticons and "(!)" together again, as TextBlob does in each of its sentences."""
    glued: list[str] = []
    for sentence in _sentences(words):
        joined = _SARCASM.sub("(!)", " ".join(sentence))
        joined = _EMOTICON.sub(_unspaced, joined)
        glued += joined.split()
    return glued


def _unspaced(match: re.Match[str]) -> str:
    return match.group(1).replace(" ", "") + match.group(2)


def _sentences(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """TextBlob's own rough sentences: they only say which tokens cannot be glued."""
    start = at = 0
    while at < len(words):
        if words[at] in _ENDS:
            while at < len(words) and words[at] in _CLOSES:
                at += 1
            yield [word for word in words[start:at] if word != END_OF_SENTENCE]
            start = at
        else:
            at += 1
    yield words[start:]
