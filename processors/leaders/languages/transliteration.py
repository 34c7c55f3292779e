"""Spells names of other scripts in the ways that newspapers do, by rule.

Owns the rules: the Arabic article ("al-Saud", "Al Saud", "el-Saud"), "bin", "Abdul", final "-eh",
and Korean syllables. The person's country decides which rules apply.
"""

import re
from collections.abc import Iterator
from itertools import islice, product

ARABIC = frozenset(
    [
        *("AE", "BH", "DZ", "EG", "EH", "IQ", "JO", "KW", "LB", "LY", "MA", "MR", "OM", "PS", "QA"),
        *("SA", "SD", "SO", "SY", "TD", "TN", "YE"),
    ]
)
KOREAN = frozenset(["KP", "KR"])

_MAX_SPELLINGS = 48
_ARTICLE = re.compile(r"(?<![\w-])([AaEe]l)([- ])(?=[A-Z])")
_ABD = re.compile(r"(?<!\w)Abd(?: al-|[ -]?[uea]l[ -]?)(?=[A-Za-z])")
_ENDING = re.compile(r"(?<=[a-z]{3})(?:eh|ah)\Z")
_BIN = re.compile(r"(?<=\w )[Bb]in(?= )")
_SYLLABLES = {"Jong": ("Jong", "Jung"), "Jung": ("Jung", "Jong"), "Un": ("Un", "Eun")}
_ARTICLES = ("al-", "Al-", "Al ", "al ", "el-", "El-", "El ")
_KOREAN_PARTS = 3


def spellings(name: str, home: str) -> list[str]:
    """Return other spellings of a name, at most 48, without the name itself.

    Args:
        name: A full name or a surname, folded or not.
        home: Code of the country that the person is best known with.
    """
    if home in ARABIC:
        found = islice(_arabic(name), _MAX_SPELLINGS)
    elif home in KOREAN:
        found = islice(_korean(name), _MAX_SPELLINGS)
    else:
        return []
    return [each for each in dict.fromkeys(found) if each != name]


def _arabic(name: str) -> Iterator[str]:
    choices: list[tuple[str, ...]] = []
    last = 0
    for pattern, forms in (
        (_ABD, ("Abdul ", "Abdel ", "Abdul", "Abdel")),
        (_BIN, ("bin", "Bin")),
        (_ENDING, ("eh", "ah", "a")),
    ):
        match = pattern.search(name, last)
        if match is None:
            continue
        choices += [(name[last : match.start()],), forms]
        last = match.end()
    choices.append((name[last:],))
    for parts in product(*choices):
        text = "".join(parts)
        if _ARTICLE.search(text) is None:
            yield text
            continue
        for article in _ARTICLES:
            yield _ARTICLE.sub(article, text)


def _korean(name: str) -> Iterator[str]:
    parts = re.split(r"[ -]", name)
    if len(parts) != _KOREAN_PARTS:
        return
    family, first, second = parts
    for one, two in product(
        _SYLLABLES.get(first, (first,)), _SYLLABLES.get(second.capitalize(), (second.capitalize(),))
    ):
        yield f"{family} {one} {two}"
        yield f"{family} {one}-{two}"
        yield f"{family} {one}-{two.lower()}"
