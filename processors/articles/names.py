"""Names of languages and countries, and their codes of three letters.

The two tables have English names as in Unicode CLDR 48 (taken with Babel 2.19), languages in their
own words, ISO 639-2 and 3166-1 codes, and other names in use.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources


def language_code(name: str) -> str:
    """Return the code of a language by its name or longer code, or ""."""
    return _names("languages.csv").get(_folded(name), "")


def country_code(name: str) -> str:
    """Return the code of a country by its name or longer code, or ""."""
    return _names("countries.csv").get(_folded(name), "")


def _folded(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign for sign in text if not "\u0300" <= sign <= "\u036f")
    return unicodedata.normalize("NFC", kept).strip()


@cache
def _names(file_name: str) -> Mapping[str, str]:
    text = resources.files(__package__).joinpath("data", file_name).read_text("utf-8")
    rows = csv.reader(io.StringIO(text))
    next(rows)
    return {name: code for code, names in rows for name in names.split("|")}
