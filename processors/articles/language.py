"""Languages: tags as lower-case primary subtags ("en-GB" is "en"), and whether a text is English.

Tags are often missing or wrong, so a small check reads the text itself. The steps that read the
text decide whether a language is supported. The check counts letters of
other scripts, and the most frequent small words of large languages (our own lists). Well-formed
means BCP 47 (RFC 5646) with a primary subtag of two or three letters, as every registered one has;
ISO 639-2 codes are shortened as BCP 47 asks, and names of languages are read.
"""

import re
from typing import Any, Final

from processors.articles.document import describe, shorten
from processors.articles.names import language_code
from processors.errors import BadArticleError, DeadLetterReason

_TAG: Final = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8}){0,8}", re.ASCII | re.IGNORECASE)
# What says that the language is not known, or not one.
_NO_LANGUAGE: Final = frozenset(
    ["und", "mul", "mis", "zxx", "unknown", "none", "null", "n/a", "na", "other", "-"]
)
_LONGEST_NAME: Final = 60
_MOST_WORDS: Final = 2

_SAMPLE_CHARACTERS = 900
_MAX_PARTICLES = 2
_MAX_ABBREVIATION = 4
_OPENING_PARTICLES: Final = frozenset(
    [
        "al",
        "da",
        "de",
        "del",
        "di",
        "dos",
        "du",
        "el",
        "la",
        "las",
        "le",
        "les",
        "los",
        "van",
        "von",
    ]
)
_PARTICLES: Final = _OPENING_PARTICLES | {"das", "den", "der", "y", "zu"}
_FEWEST_WORDS = 8
"""Below this nothing is said: headlines of names are no language."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Frequent in English, and in none of the other languages below.
_ENGLISH: Final = _words(
    """
    the of and to that with were are it his her he she they by from this has have had would not
    which who been said be but their after more than about its or when out up you
    """
)
# Frequent in another language, and no word of English.
_OTHERS: Final = _words(
    """
    der das und ist nicht ein eine einen dem des mit auf für von zu im sich auch wird sie es
    le la les du et est une un que qui dans pour pas sur avec il elle au aux par ce cette ont de
    el los las y en una del se con para como más pero su al lo fue
    di che è gli della non sono nel alla dei ha anche più
    os um uma em não da dos na ao foi são mais pelo sua
    het een van niet zijn dat den op voor aan ook werd naar
    och att det som är på av inte till har ett om
    og er ikke til af med ble
    w z się nie jest że jak po przez od oraz był
    ve bir bu için ile çok olarak daha olan
    yang dan untuk dengan dari ini itu tidak pada dalam akan adalah
    și în cu nu pe este mai din
    az és hogy nem egy ez volt meg
    ja että oli mutta ei
    je v že s pro byl jsou
    ng sa ang mga ay
    và là có trong cho không được người với
    ya wa kwa ni katika za
    """
)


def is_english(title: str, text: str) -> bool | None:
    """Return whether an article is in English, by the first 900 characters of its title and text.

    Returns:
        None where there is too little to tell by: few words, or only names and numbers.
    """
    sample = f"{title[:_SAMPLE_CHARACTERS]} {text[:_SAMPLE_CHARACTERS]}"[:_SAMPLE_CHARACTERS]
    # Of Latin scripts at most a third of the letters is beyond ASCII, of others nearly all.
    if not sample.isascii() and 2 * len(sample.encode("ascii", "ignore")) < len(sample):
        return False if any(map(str.isalpha, sample)) else None
    words = sample.lower().split()
    if len(words) < _FEWEST_WORDS:
        return None
    if not _OTHERS.isdisjoint(words):
        # Only then a name can look like another language. Most English texts skip this.
        words = _without_names(sample.split())
    english = sum(map(_ENGLISH.__contains__, words))
    others = sum(map(_OTHERS.__contains__, words))
    if others > 2 * english:
        return False
    return True if english else None


def _without_names(written: list[str]) -> list[str]:
    """Return the words in lower case, without those inside names.

    A particle between two capitalised words belongs to a name ("Lula da Silva", "Ursula von der
    Leyen"), as does a capitalised one beside another ("Los Angeles", "Le Pen"). Short capitals are
    an abbreviation ("UN"), unless the text has capitals throughout.
    """
    capital = [word[:1].isupper() for word in written]
    in_capitals = sum(map(str.isupper, written)) * 2 > len(written)
    kept = []
    for index, word in enumerate(written):
        lower = word.lower()
        if in_capitals or lower not in _OTHERS:
            is_name = False
        elif word.isupper():
            is_name = len(word) <= _MAX_ABBREVIATION
        elif not capital[index]:
            is_name = lower in _PARTICLES and _is_particle(capital, index)
        else:
            is_name = lower in _OPENING_PARTICLES and (
                _opens_name(written, capital, index)
                or (index > 0 and capital[index - 1] and not _ends_sentence(written[index - 1]))
            )
        if not is_name:
            kept.append(lower)
    return kept


def _opens_name(written: list[str], capital: list[bool], index: int) -> bool:
    """Return whether a capital follows, or particles and then a capital: "Von der Leyen"."""
    following = index + 1
    while following - index <= _MAX_PARTICLES and following < len(written):
        if capital[following]:
            return True
        if written[following] not in _PARTICLES:
            return False
        following += 1
    return following < len(written) and capital[following]


def _ends_sentence(word: str) -> bool:
    return word[-1] in ".!?:"


def _is_particle(capital: list[bool], index: int) -> bool:
    """Return whether at most two words in lower case stand between capitalised ones here."""
    first = index
    while first > 0 and index - first < _MAX_PARTICLES and not capital[first - 1]:
        first -= 1
    last = index + 1
    while last < len(capital) and last - first <= _MAX_PARTICLES and not capital[last]:
        last += 1
    return first > 0 and last < len(capital) and capital[first - 1] and capital[last]


def read_language(value: Any, field: str = "language") -> str:
    """Read a language: a tag, a code of three letters, or a name ("English", "Deutsch").

    Returns:
        A primary subtag of two or three lower-case letters, or "" where none was given.

    Raises:
        BadArticleError: INVALID_LANGUAGE for text or numbers that are not a language, WRONG_TYPE
            for other types.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = value.strip()
        if not text or text.lower() in _NO_LANGUAGE:
            return ""
        if (language := _from_tag(text)) or (language := _from_name(text)):
            return language
    elif isinstance(value, bool | list | dict):
        raise BadArticleError(
            DeadLetterReason.WRONG_TYPE, f"{field} is {describe(value)}; send a tag such as en"
        )
    raise BadArticleError(
        DeadLetterReason.INVALID_LANGUAGE,
        f"{field} is {shorten(value)}, no BCP 47 tag; send one such as en or pt-BR, or null",
    )


def _from_tag(text: str) -> str:
    # "en_US.UTF-8", as systems call it.
    tag = _TAG.fullmatch(text.partition(".")[0])
    if tag is None:
        return ""
    primary = tag.group(1).lower()
    return primary if len(primary) == 2 else language_code(primary) or primary  # noqa: PLR2004 - letters


def _from_name(text: str) -> str:
    """Read a name, also with a region beside it: "English (US)", "Brazilian Portuguese"."""
    if len(text) > _LONGEST_NAME:
        return ""
    name = text.partition("(")[0].replace("-", " ").strip()
    words = name.split()
    if language := language_code(name):
        return language
    if len(words) != _MOST_WORDS:
        return ""
    return language_code(words[1]) or language_code(words[0])
