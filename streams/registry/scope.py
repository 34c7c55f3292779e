"""Which of the collected terms are carried over, and how the facts' own words map to ours.

Owns the named constants that decide the registry's size; widening them is how the registry grows.
Must not read or write files.
"""

SINCE_YEAR = 2000
"""Former holders of `FORMER_HOLDERS_OF` are carried over if their term reached this year."""

SINCE_YEAR_OF = {"US": 1989}
"""Earlier starts where a namesake would else be taken for the wrong person (the two Bushes)."""

_G20_MEMBERS = frozenset(
    [
        *("AR", "AU", "BR", "CA", "CN", "DE", "FR", "GB", "ID", "IN"),
        *("IT", "JP", "KR", "MX", "RU", "SA", "TR", "US", "ZA"),
    ]
)
_P5_MEMBERS = frozenset(["CN", "FR", "GB", "RU", "US"])
_OFTEN_IN_THE_NEWS = frozenset(["UA", "IL", "IR", "KP"])
# A prime minister Lee is Singapore's at least as often as Korea's, a president Fernández was the
# Dominican Republic's while another was Argentina's: without them their namesakes were taken.
_NAMESAKES = frozenset(["SG", "DO"])
_BODIES = frozenset(["EU-COM", "EU-COUNCIL", "NATO", "UN", "IMF", "WHO", "WB", "VA"])

FORMER_HOLDERS_OF = _G20_MEMBERS | _P5_MEMBERS | _OFTEN_IN_THE_NEWS | _NAMESAKES | _BODIES
"""Countries and bodies whose former holders are carried over, beside everyone's present ones."""

LEFT_OUT_SOURCES = ("world-leaders-current",)
"""Witnesses under a share-alike licence: their tag is dropped, nothing rests on them alone."""

ALIAS_KINDS = {
    "full": "name",
    "transliteration": "name",
    "native_order": "name",
    "nickname": "nickname",
    "surname": "surname",
    "second_reference": "surname",
}
"""The facts' kinds of alias, and ours."""

FAMILY_NAME_FIRST = frozenset(["CN", "KP", "KR", "TW"])
"""Where the first word of a name is the surname, and the facts often took the last."""

NOTES_AMONG_CAPITALS = frozenset(
    [
        "administrative capital",
        "legislative capital",
        "judicial capital",
        "royal and legislative capital",
        "city",
        "on Efate",
        "still used among English speakers",
    ]
)
"""Remarks that the facts' lists carry among the names."""


def in_scope(country: str, end: str) -> bool:
    """Whether a term alone brings its holder, with all terms, into the registry.

    Args:
        country: Code of the country or body.
        end: Exclusive end, `YYYY[-MM[-DD]]`; empty while the term runs.
    """
    if not end:
        return True
    since = SINCE_YEAR_OF.get(country, SINCE_YEAR)
    return country in FORMER_HOLDERS_OF and int(end[:4]) >= since
