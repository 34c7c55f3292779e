"""Reads names of time zones, as minutes east of UTC.

The country or language of the article decides between several zones of one name. Otherwise the
first one in the table wins that does not put the article into the future. Military letters other
than Z are ignored, as RFC 5322 (4.3) says, because their sign was used both ways.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

CLOCK_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Place:
    """One of several zones of a name, and the countries and languages that mean it.

    `is_rare` keeps it from being taken without one of them.
    """

    minutes: int
    countries: frozenset[str]
    languages: frozenset[str] = frozenset()
    is_rare: bool = False


_ONE_ZONE: Final = """
-720 bit
-660 sst nut
-600 hst
-540 hdt akst
-480 akdt
-300 cot pet cist
-240 bot clt vet gyt
-210 nst
-420 hap hnr
-480 hnp
-360 har hnc
-300 hac hne
-240 hae hna
-210 hnt
-180 art brt clst uyt srt pyt rott gft pmst haa
-150 ndt hat
-120 brst fnt pmdt
-60 cvt azot
0 utc gmt ut uct z zulu wet egst azost greenwich
60 cet mez wat west met hnec wedt wez
120 cest mesz mest eet cat sast oez hec haec cedt wast kalt
180 msk мск eest eat trt idt oesz fet syot eedt
210 irst
240 msd azt get samt mut ret sct volt
270 irdt aft
300 pkt uzt tjt tmt mvt yekt orat almt aqtt tft
330 slst sldt
345 npt
360 btt kgt omst biot vost
390 mmt cct
420 ict wib novt krat hovt davt cxt
480 hkt sgt myt pht awst irkt wita bnt ulat chot
525 acwst
540 jst kst wit yakt tlt pwt
570 acst
600 aest pgt vlat chut chst ddut yapt
630 acdt lhst
660 aedt ncal nct magt sbt vut sakt sret kost pont
720 nzst fjt pett gilt tvt wakt mht anat
765 chast
780 nzdt tot phot tkt
825 chadt
840 lint
"""


def _place(minutes: int, countries: str, languages: str = "", *, rare: bool = False) -> Place:
    return Place(minutes, frozenset(countries.split()), frozenset(languages.split()), rare)


_AMERICAS: Final = "US CA MX"
_AMBIGUOUS: Final[Mapping[str, tuple[Place, ...]]] = {
    "ist": (
        _place(330, "IN LK", "hi bn ta te mr gu kn ml pa ur"),
        _place(120, "IL PS", "he"),
        _place(60, "IE", "ga"),
    ),
    "cst": (
        _place(-360, f"{_AMERICAS} CR GT HN NI SV BZ"),
        _place(480, "CN TW HK MO", "zh"),
        _place(-300, "CU", rare=True),
        _place(570, "AU", rare=True),
    ),
    "cdt": (_place(-300, _AMERICAS), _place(-240, "CU", rare=True), _place(630, "AU", rare=True)),
    "est": (_place(-300, f"{_AMERICAS} JM PA KY BS HT"), _place(600, "AU")),
    "edt": (_place(-240, f"{_AMERICAS} BS HT"), _place(660, "AU", rare=True)),
    "wst": (_place(480, "AU"), _place(780, "WS"), _place(60, "EH", rare=True)),
    "pst": (_place(-480, _AMERICAS), _place(480, "PH", "tl fil"), _place(300, "PK", "ur")),
    "pdt": (_place(-420, _AMERICAS), _place(540, "PH", "tl fil", rare=True)),
    "mst": (
        _place(-420, _AMERICAS),
        _place(480, "MY", "ms"),
        _place(390, "MM", "my", rare=True),
        _place(180, "RU", "ru", rare=True),
    ),
    "mdt": (_place(-360, _AMERICAS),),
    "bst": (
        _place(60, "GB IM JE GG"),
        _place(360, "BD", "bn"),
        _place(660, "PG", rare=True),
    ),
    "bdt": (_place(360, "BD", "bn"), _place(480, "BN", rare=True)),
    "ast": (
        _place(-240, "CA US PR DO BB TT BM AG DM GD LC VC KN"),
        _place(180, "SA IQ KW QA BH YE", "ar"),
    ),
    "adt": (_place(-180, "CA US BM"), _place(240, "IQ", "ar", rare=True)),
    "sst": (_place(-660, "AS UM WS"), _place(480, "SG")),
    "gst": (
        _place(240, "AE OM QA BH", "ar"),
        _place(-120, "GS", rare=True),
        _place(600, "GU", rare=True),
    ),
    "amt": (_place(-240, "BR", "pt"), _place(240, "AM", "hy")),
    "ect": (_place(-300, "EC"), _place(-240, "DM LC VC GD"), _place(60, "FR", "fr", rare=True)),
    "act": (_place(-300, "BR", "pt"), _place(570, "AU", rare=True)),
    "bt": (_place(360, "BT"), _place(180, "IQ", rare=True)),
    "wgt": (_place(-120, "GL"),),
    "egt": (_place(-60, "GL"), _place(120, "EG", "ar")),
    "lkt": (_place(330, "LK"),),
    "pht": (_place(480, "PH"),),
}
_NAMED: Final = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "akt": "America/Anchorage",
    "aet": "Australia/Sydney",
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "eastern": "America/New_York",
    "pacific": "America/Los_Angeles",
    "london time": "Europe/London",
    "paris time": "Europe/Paris",
    "heure de paris": "Europe/Paris",
    "uk time": "Europe/London",
    "moscow time": "Europe/Moscow",
    "beijing time": "Asia/Shanghai",
    "tokyo time": "Asia/Tokyo",
    "北京时间": "Asia/Shanghai",
}
_LONG: Final = """
0 coordinated universal time; greenwich mean time; universal time; western european time
60 british summer time; central european time; central european standard time; west africa time
60 irish standard time; western european summer time; west africa standard time
120 central european summer time; eastern european time; eastern european standard time
120 israel standard time; south africa standard time; central africa time
180 eastern european summer time; moscow standard time; arabian standard time; east africa time
180 israel daylight time; arabia standard time; east africa standard time; turkey time
210 iran standard time
240 gulf standard time
300 pakistan standard time
330 india standard time; indian standard time
345 nepal time
360 bangladesh standard time
420 indochina time; western indonesia time; se asia standard time
480 china standard time; singapore standard time; singapore time; hong kong time; malaysia time
480 hong kong standard time; philippine standard time; australian western standard time
480 taipei standard time
540 japan standard time; korean standard time; korea standard time
570 australian central standard time
600 australian eastern standard time; aus eastern standard time
630 australian central daylight time
660 australian eastern daylight time; aus eastern daylight time
720 new zealand standard time
780 new zealand daylight time
-150 newfoundland daylight time
-180 atlantic daylight time; brasilia standard time; argentina standard time
-210 newfoundland standard time
-240 eastern daylight time; atlantic standard time
-300 eastern standard time; central daylight time; colombia standard time
-360 central standard time; mountain daylight time
-420 mountain standard time; pacific daylight time
-480 pacific standard time
"""

Zone = tuple[Place, ...] | str
"""Places of which one is meant, or the name of a zone of the IANA's with its own summer time."""


@cache
def _table() -> Mapping[str, Zone]:
    table: dict[str, Zone] = {}
    for line in _ONE_ZONE.strip().splitlines():
        minutes, *names = line.split()
        table |= dict.fromkeys(names, (Place(int(minutes), frozenset()),))
    for line in _LONG.strip().splitlines():
        number, _, listed = line.partition(" ")
        for name in listed.split("; "):
            table[name] = (Place(int(number), frozenset()),)
    table.update(_AMBIGUOUS)
    table.update(_NAMED)
    return table


@cache
def _places() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name}


def find_zone(name: str) -> Zone | None:
    """Return what a folded name may stand for, or None for a name that is not known."""
    found = _table().get(name)
    if found is None and "/" in name:
        found = _places().get(name.replace(" ", "_"))
    return found


def is_military(name: str) -> bool:
    """Report whether a folded name is a military letter that RFC 5322 gives no meaning."""
    return len(name) == 1 and "a" <= name <= "y" and name != "j"


def moment_in(
    local: datetime, zone: Zone, country: str, language: str, reference: datetime | None
) -> tuple[datetime, bool]:
    """Return a local time in a zone as UTC, and whether the zone had to be guessed."""
    if isinstance(zone, str):
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), False
    if len(zone) == 1:
        return _moved(local, zone[0]), False
    meant = [place for place in zone if country in place.countries]
    meant = meant or [place for place in zone if language in place.languages]
    if meant:
        return _moved(local, meant[0]), False
    moments = [_moved(local, place) for place in zone if not place.is_rare]
    if reference is not None:
        past = [moment for moment in moments if moment <= reference + CLOCK_SKEW]
        return (past[0] if past else min(moments)), len(moments) > 1
    return moments[0], len(moments) > 1


def _moved(local: datetime, place: Place) -> datetime:
    return local.replace(tzinfo=UTC) - timedelta(minutes=place.minutes)
