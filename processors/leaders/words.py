"""The English words that stand around a leader's name.

Owns the lists that decide what a neighbouring word means: titles, courtesy forms, given names of
namesakes, things called after people. Must not know any registry. Another language is another
`Words`. The lists are hand-made; a word belongs here only if leaving it out gave a wrong mention
or lost a right one.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """A form of address that names an office.

    `offices` are sets of codes as in `terms.csv`, the likeliest first; none means an office that is
    none of a leader's (a vice president). `plural` takes several names; `needs_country` is too weak
    to stand without one.
    """

    offices: tuple[frozenset[str], ...]
    plural: bool = False
    needs_country: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words around names; all sets are lower case unless they say otherwise."""

    titles: Mapping[str, Title]
    men: frozenset[str]
    women: frozenset[str]
    ranks: frozenset[str]
    openers: frozenset[str]
    given_names: frozenset[str]
    things: frozenset[str]
    harmless_followers: frozenset[str]
    calendar: frozenset[str]
    before_calendar: frozenset[str]
    not_people: tuple[str, ...]


_PRESIDENT = frozenset(
    ["president", "commission-president", "council-president", "bank-president", "presidency-chair"]
)
_PRIME_MINISTER = frozenset(["prime-minister", "head-of-government"])
_MONARCH = frozenset(["monarch"])
_SUPREME = frozenset(["supreme-leader"])
_ANY_LEADER = (
    _SUPREME,
    _PRESIDENT | {"general-secretary", "chief-executive"},
    _PRIME_MINISTER | {"chancellor"},
)
_NONE: frozenset[str] = frozenset()

_ONE_HOLDER = {
    "President": _PRESIDENT,
    "Prime Minister": _PRIME_MINISTER,
    "Premier": _PRIME_MINISTER,
    "PM": _PRIME_MINISTER,
    "Chancellor": frozenset(["chancellor"]),
    "Taoiseach": _PRIME_MINISTER,
    "King": _MONARCH,
    "Queen": _MONARCH,
    "Emperor": _MONARCH,
    "Sultan": _MONARCH,
    "Emir": _MONARCH,
    "Pope": frozenset(["pope"]),
    "Supreme Leader": _SUPREME,
    "Ayatollah": _SUPREME,
    "Secretary-General": frozenset(["secretary-general"]),
    "Secretary General": frozenset(["secretary-general"]),
    "General Secretary": frozenset(["general-secretary"]),
    "Director-General": frozenset(["director-general"]),
    "Director General": frozenset(["director-general"]),
    "Managing Director": frozenset(["managing-director"]),
    # Offices that contain a leader's title and are none: they must win as the longer match.
    "Vice President": _NONE,
    "Vice-President": _NONE,
    "Deputy Prime Minister": _NONE,
    "Deputy Premier": _NONE,
    "Vice Premier": _NONE,
    "Vice Chancellor": _NONE,
    "Vice-Chancellor": _NONE,
    "Shadow Chancellor": _NONE,
    "Crown Prince": _NONE,
    "Prime Minister-designate": _NONE,
    "Assistant Secretary-General": _NONE,
    "Assistant Secretary General": _NONE,
    "Deputy Secretary-General": _NONE,
    "Deputy Secretary General": _NONE,
    "Under Secretary-General": _NONE,
    "Deputy Managing Director": _NONE,
}
_SEVERAL_HOLDERS = {
    "Presidents": _PRESIDENT,
    "Prime Ministers": _PRIME_MINISTER,
    "Premiers": _PRIME_MINISTER,
    "Chancellors": frozenset(["chancellor"]),
    "Popes": frozenset(["pope"]),
    "Vice Presidents": _NONE,
}


def _tiers(offices: frozenset[str]) -> tuple[frozenset[str], ...]:
    return (offices,) if offices else ()


def _titles() -> dict[str, Title]:
    titles = {text: Title(_tiers(offices)) for text, offices in _ONE_HOLDER.items()}
    titles |= {
        text: Title(_tiers(offices), plural=True) for text, offices in _SEVERAL_HOLDERS.items()
    }
    titles["Leader"] = Title(_ANY_LEADER, needs_country=True)
    titles["Leaders"] = Title(_ANY_LEADER, plural=True, needs_country=True)
    titles |= {text.lower(): title for text, title in titles.items()}
    return titles


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ENGLISH = Words(
    titles=_titles(),
    men=_set("mr mr. mister monsieur herr signor señor"),
    women=_set("mrs mrs. ms ms. miss madame madam frau signora"),
    ranks=_set(
        "admiral ambassador anti brother candidate captain chairman chairwoman chancellor"
        " col col. colonel commissioner comrade congressman congresswoman crooked dame"
        " democrat democratic doctor dr dr. first gen gen. general gov gov. governor judge"
        " justice king lady lawmaker leader lord mayor minister never nominee pope premier"
        " president president-elect prince princess pro prof prof. professor queen rep rep."
        " representative republican secretary sen sen. senator sergeant sheikh sir sister"
        " sleepy speaker team vice"
    ),
    openers=_set(
        "a about after again against all also although always amid among an and another any"
        " are as asked at back because before behind being besides between beyond both but"
        " by can could did do does during earlier either even ever every except following"
        " for former from had has have he her here his how however i if in inside instead"
        " into is it its just last late lately later like many may maybe me meanwhile might"
        " more most much nearly neither next no nobody nor not now of off often on once one"
        " only or other our out outside over perhaps quoting said says senior separately"
        " shall she should since so some soon still such than that the their then there"
        " these they this those though through thus to today together tomorrow too top"
        " toward towards under unless unlike until up upon was watch we were what whatever"
        " when whenever where whereas whether which while who whom whose why will with"
        " within without would yes yesterday yet you your"
    ),
    given_names=_set(
        "abigail adam alan alex alexander alice amy andrew angela ann anna anne anthony"
        " antonio ashley barbara barron beau ben benjamin bernard betty bill billy bob bobby"
        " boris brian bruce carl carlos carol caroline charles charlie chelsea chris"
        " christian christine christopher cindy claire columba craig dan daniel david dean"
        " deborah denise dennis diana diane don donald dorothy doug douglas ed eddie edward"
        " elizabeth emily emma eric ethan finnegan frank frankie frederick gary george"
        " gerald gloria grace grant greg gregory harold harry heather helen henry hillary"
        " hunter ian isaac ivana ivanka jack jackie jacob james jamie jane janet jared jason"
        " jean jeb jeff jeffrey jenna jennifer jeremy jerry jesse jessica jill jim jimmy"
        " joan joe john johnny jon jonathan jose joseph josh joyce juan judy julia julie"
        " karen karl kate kathleen katie keith kelly ken kenneth kevin kim kyle lara larry"
        " laura lauren laurie lee leo linda lisa louis lucy luis lynn malia manuel marco"
        " margaret maria marie mark martha martin marvin mary matt matthew maureen max megan"
        " melania melinda michael michelle miguel mike mitch monica nancy naomi natalie"
        " nathan neil neilia nicholas nick nicole nirav nora oliver oscar owen pamela"
        " patricia patrick paul paula peter phil philip pierre rachel rahul ralph randy ray"
        " rebecca richard rick rob robert robin roger ronald rose ross roy russell ruth ryan"
        " sally sam samantha samuel sandra sara sarah sasha scott sean sharon simon sonia"
        " sophie stanley stephanie stephen steve steven stuart sue susan tammy ted teresa"
        " terry theodore thomas tiffany tim timothy todd tom tommy tony tricia tyler valerie"
        " vanessa victor victoria vincent virginia walter warren wayne wendy william willie"
        " zach"
    ),
    things=_set(
        "& airport auto avenue award bay beach boulevard bridge bros brothers casino center"
        " centre club co. college company corp corp. county doctrine drive entertainment"
        " foundation fund golf group hall highway hills holdings hospital hotel hotels house"
        " inc inc. institute international island islands jr jr. lake lane library ltd ltd."
        " medal memorial mountains museum organisation organization park plaza prize rally"
        " resort resorts river road scholarship school society square sr sr. stadium steaks"
        " street thought tower towers university valley village vineyard winery"
    ),
    harmless_followers=_set(
        "administration and april august cabinet december democrats february friday"
        " government january july june march may monday november october or republicans"
        " saturday september sunday thursday tuesday wednesday white"
    ),
    calendar=_set("may march august june april"),
    before_calendar=_set(
        "after and around before between by during each early every for from in last late"
        " mid mid- next of on since the this through till to until"
    ),
    not_people=(
        *("Trump Tower", "Trump Jr", "Trump Organization", "Trump University", "Trump Foundation"),
        *("Xi Jinping Thought", "Costa Rica", "Costa Rican", "Hyde Park", "Central Park"),
        *("Bush House", "Bush Sr", "Bush family", "Trump family", "Biden family", "Trump Card"),
        *("Obamacare", "Johnson & Johnson", "Clinton Foundation", "Obama Foundation"),
        *("Great Hall of the People", "Moon landing", "Brown University", "Ford Motor"),
        *("Chancellor of the Exchequer", "chancellor of the exchequer", "May Day"),
        *("Honest Abe", "Li Auto", "Jet Li", "Kim Kardashian", "Lee Enterprises"),
        *("King Charles Spaniel", "Lincoln Center", "Trump National", "Trump World Tower"),
        *("Trump Plaza", "Trump Taj Mahal", "Trump Turnberry", "Modi Stadium", "Sarah Huckabee"),
        *("Mar-a-Lago", "Pope County", "King County", "Queen Mary", "Prince George"),
    ),
)
"""English, the first language; `Detector` reads every article with it."""
