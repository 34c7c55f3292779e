"""Which of the collected terms are carried over, and how the facts' own words map to ours.

Owns the named constants that decide the registry's size; widening them is how the registry grows.
Must not read or write files.
"""

SINCE_YEAR = 1945
"""People who held an office in this year or later are carried over, with all terms."""

ROLE_OF_OFFICE = {"general-secretary": "party"}
"""Offices whose role the facts give as another: a party's head is no head of government."""

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

_COMMON_WORDS = (
    "alexis alia ban bare barre bennett bird borne browne burton campbell carl chang "
    "charles clark cook cruz doe drew duncan english fall ford fox frank frick frost "
    "granger gross harper henry higgins hilly hong hope horn howard hung jesus jonathan "
    "jones jordan king klaus lara levi levy lewis ling lobo love major manley martin may "
    "milam mills mina mona moon nathan neptune nova page palmer park parts pen perry "
    "philip prem preston price rama rene rice robertson robinson roger rosa sang sant saw "
    "scott sean sharon simon simons smith spencer stephen store tang tito toledo tong "
    "vincent vital vives wade win you young"
)
COMMON_WORDS = frozenset(_COMMON_WORDS.split())
"""Surnames that are English words, given names or places: they are marked ambiguous."""

FAMILY_NAME_FIRST = frozenset(["CN", "KP", "KR", "TW"])
"""Where the first word of a name is the surname, and the facts often took the last."""

OWN_KINDS = frozenset(["former country", "organisation"])
"""Kinds of countries that are our own additions to the facts' list."""

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


def in_scope(end: str) -> bool:
    """Return whether a term brings its holder, with all terms, into the registry.

    Args:
        end: Exclusive end, `YYYY[-MM[-DD]]`; empty while the term runs.
    """
    return not end or int(end[:4]) >= SINCE_YEAR
