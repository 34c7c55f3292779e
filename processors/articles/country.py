"""Reads the country of an article.

It checks the form only. The detector checks whether the registry has the country.
"""

from typing import Final

from processors.articles.names import country_code

_LETTERS: Final = 2
_LONGEST: Final = 80


def read_country(text: str) -> str:
    """Read the code of a country.

    The country is a hint that can only help: what is no country is left out, never refused.

    Args:
        text: A code of two or three letters, or an English name.

    Returns:
        An ISO 3166-1 code of two capitals, or "". "UK" is read as "GB".
    """
    code = text.strip().upper()
    if len(code) == _LETTERS and code.isascii() and code.isalpha():
        return "GB" if code == "UK" else code
    return country_code(code) if len(code) <= _LONGEST else ""
