"""Language tags as lower-case primary subtags ("en-GB" is "en"), and codes of countries.

Owns the form of a language and a country; whether a language is supported is for the steps that
read the text.
Well-formed means BCP 47 (RFC 5646) with a primary subtag of two or three letters, as every
registered one has; ISO 639-2 codes of large languages are shortened as BCP 47 asks.
"""

import re
from typing import Any, Final

from processors.articles.document import describe, shorten
from processors.errors import BadArticleError, DeadLetterReason

_TAG: Final = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8}){0,8}", re.ASCII | re.IGNORECASE)
_COUNTRY_LETTERS: Final = 2
_SHORTER: Final = {
    "ara": "ar",
    "chi": "zh",
    "deu": "de",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "ger": "de",
    "heb": "he",
    "hin": "hi",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "pol": "pl",
    "por": "pt",
    "rus": "ru",
    "spa": "es",
    "tur": "tr",
    "ukr": "uk",
    "zho": "zh",
    "und": "",  # undetermined: the same as not saying
}


def read_country(text: str) -> str:
    """Read the code of a country, or of a body that the registry knows ("UN").

    The country is a hint that can only help: what is no code is left out, never refused.

    Returns:
        An ISO 3166-1 code of two capitals, or "".
    """
    code = text.strip().upper()
    if not (len(code) == _COUNTRY_LETTERS and code.isascii() and code.isalpha()):
        return ""
    return "GB" if code == "UK" else code


def read_language(value: Any, field: str = "language") -> str:
    """Read a language tag.

    Returns:
        A primary subtag of two or three lower-case letters, or "" where none was given.

    Raises:
        BadArticleError: INVALID_LANGUAGE for text or numbers that are no tag, WRONG_TYPE for
            other types.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return ""
        if tag := _TAG.fullmatch(text):
            primary = tag.group(1).lower()
            return _SHORTER.get(primary, primary)
    elif isinstance(value, bool | list | dict):
        raise BadArticleError(
            DeadLetterReason.WRONG_TYPE, f"{field} is {describe(value)}; send a tag such as en"
        )
    raise BadArticleError(
        DeadLetterReason.INVALID_LANGUAGE,
        f"{field} is {shorten(value)}, no BCP 47 tag; send one such as en or pt-BR, or null",
    )
