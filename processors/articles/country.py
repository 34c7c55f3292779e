"""Codes of countries: where an article is at home.

Owns the form of a country. Whether the registry knows it is for the step that looks for leaders.
"""

from typing import Final

_LETTERS: Final = 2


def read_country(text: str) -> str:
    """Read the code of a country.

    The country is a hint that can only help: what is no code is left out, never refused.

    Returns:
        An ISO 3166-1 code of two capitals, or "". "UK" is read as "GB".
    """
    code = text.strip().upper()
    if not (len(code) == _LETTERS and code.isascii() and code.isalpha()):
        return ""
    return "GB" if code == "UK" else code
