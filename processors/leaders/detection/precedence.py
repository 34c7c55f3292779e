"""Says which office leads a country: president, head of government, monarch or party."""

from collections.abc import Set as AbstractSet

_GOVERNMENT = frozenset(["prime-minister", "head-of-government", "chancellor"])
_STATE = frozenset(["president", "head-of-state", "presidency-chair", "state-counsellor"])
_MONARCH = frozenset(["monarch"])
_SUPREME = frozenset(["supreme-leader"])
_EXECUTIVE = frozenset(["chief-executive"])
_PARTY = frozenset(["general-secretary"])

_MONARCH_LEADS = frozenset(["BH", "BN", "JO", "KW", "MA", "OM", "QA", "SA", "SZ"])
PARTY_LEADS = frozenset(["CN", "LA", "VN", "SU"])
# Republics where the president stands for the state and the head of government leads, and the year
# since when. Elsewhere the president leads, and in every other monarchy the government.
_GOVERNMENT_LEADS_SINCE = {
    **dict.fromkeys(
        [
            "AL", "AT", "BD", "BG", "CZ", "CS", "DE", "DM", "EE", "ET", "GR", "HR", "HU", "IE",
            "IL", "IN", "IS", "IT", "LB", "LV", "ME", "MK", "MT", "NP", "PL", "PK", "SG", "SI",
            "SK", "TT", "WS", "XK", "VU", "FJ", "MU", "CV", "DD",
        ],
        0,
    ),
    "FI": 2000, "IQ": 2005, "MD": 2001, "GE": 2013, "AM": 2018, "BB": 2021, "SO": 9999, "SR": 9999,
}  # fmt: skip


# Republics where the head of government led, and the president stood for the state, until a year.
_GOVERNMENT_LED_UNTIL = {
    "CU": 1977, "FR": 1959, "GY": 1981, "LK": 1978, "MM": 1962, "NG": 1966, "SD": 1990, "TR": 1990,
    "UG": 1966, "ZA": 1985, "ZW": 1988,
}  # fmt: skip


def leading_offices(country: str, year: int, held: AbstractSet[str]) -> tuple[frozenset[str], ...]:
    """Return the offices that lead a country. The first of them that has a holder leads.

    Args:
        country: Its code.
        year: The year of the article.
        held: The offices that have a holder.
    """
    if country in _MONARCH_LEADS:
        return (_MONARCH,)
    if country in PARTY_LEADS or not _PARTY.isdisjoint(held):
        return (_PARTY, _STATE)
    since = _GOVERNMENT_LEADS_SINCE.get(country, 9999)
    if year >= since or year < _GOVERNMENT_LED_UNTIL.get(country, 0):
        return (_SUPREME, _GOVERNMENT, _EXECUTIVE)
    if not _MONARCH.isdisjoint(held):
        return (_GOVERNMENT,)
    return (_SUPREME, frozenset(["pope"]), _STATE, _EXECUTIVE, _GOVERNMENT)
