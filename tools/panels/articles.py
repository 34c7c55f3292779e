"""Invented articles for the pictures: four quiet days, and twelve minutes in which much happens.

Owns what is written of whom, and when. The leaders are real
and the events are invented; outlets and hosts are invented. The same seed gives the
same articles.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

HISTORY_HOURS = 96
# Between the two, in which the worker reads what came before.
QUIET_SECONDS = 60
LIVE_SECONDS = 720
# Leader to articles a minute, and the shares of praise and blame among them.
LEADERS: Mapping[str, tuple[float, float, float]] = {
    "Donald Trump": (16, 0.20, 0.45),
    "Xi Jinping": (13, 0.30, 0.20),
    "Vladimir Putin": (12, 0.10, 0.55),
    "Emmanuel Macron": (11, 0.45, 0.15),
    "Narendra Modi": (9, 0.50, 0.10),
    "Volodymyr Zelenskyy": (8, 0.35, 0.15),
    "Giorgia Meloni": (6, 0.30, 0.30),
    "Friedrich Merz": (5, 0.15, 0.40),
    "Sanae Takaichi": (4, 0.40, 0.10),
    "Mark Carney": (3, 0.45, 0.15),
    "Javier Milei": (1, 0.20, 0.20),
    "Cyril Ramaphosa": (1, 0.30, 0.20),
}
OUTLETS = tuple(
    f"{first} {second}"
    for second in ("Courier", "Gazette", "Herald", "Observer", "Tribune")
    for first in ("Harbour", "Northern", "Prairie", "Vistula", "Pacific", "Albion")
)
USUAL_OUTLETS = 4
# fmt: off
THINGS = (
    "airport", "bakery", "bridge", "canal", "choir", "cinema", "clinic", "college", "dam",
    "farm", "ferry", "forest", "harbour", "hospital", "library", "market", "museum", "park",
    "railway", "school", "shipyard", "stadium", "tram", "university", "zoo",
)
# fmt: on
# fmt: off
PLACES = (
    "Aldermoor", "Brackwater", "Casterby", "Dunhollow", "Eastmere", "Fernley", "Glenford",
    "Harwick", "Islebury", "Kestrel", "Larkfield", "Millbrook", "Norvane", "Oakhurst",
    "Penrose", "Quillby", "Redmarsh", "Stonegate", "Thornbury", "Wexcombe",
)
# fmt: on
# Titles, and what the text begins with; {name} is of this article alone.
PLAIN = (
    "{who} visits the {name} {thing} in {place}",
    "{who} opens a {thing} at {name}",
    "{who} answers questions about the {name} {thing}",
    "{who} on the {thing} of {name}: no decision before May",
    "{who} to attend the opening of the {thing} near {place}",
    "A {thing} for {name}, says {who}",
)
PRAISE = (
    "Mayors praise {who} for an excellent {thing} in {name}",
    "{name} celebrates the great success of {who}",
    "Nurses of {name} welcome the generous {thing} of {who}",
    "Farmers hail the wise and fair {name} reform of {who}",
    "{place} cheers {who}, the hero of the {name} {thing}",
)
BLAME = (
    "Lawmakers condemn {who} over the disastrous {name} {thing}",
    "Outrage in {name} at the shameful neglect of {who}",
    "Teachers of {place} accuse {who} of a terrible {thing} failure",
    "{name} unions attack the corrupt {thing} scheme of {who}",
    "Scandal of the {name} {thing} hurts {who}",
)
MEETING = ("{who} and {other} meet in {place}",)
# Every article has people and villages of its own, as news has: else all were one story.
# fmt: off
SYLLABLES = (
    "bar", "cor", "dan", "el", "fen", "gar", "hol", "is", "jor", "kel", "lun",
    "mar", "nor", "ost", "pel", "quin", "ros", "sul", "tor", "ven", "wil",
)
# fmt: on
NAMES = 14
# Seconds into the live part.
SURGES = {"Javier Milei": (140, 330, 22), "Cyril Ramaphosa": (430, 560, 9)}
TURN = ("Emmanuel Macron", 300)
RUSH = (400, 440, 10)
BAD = (470, 530)
MEETINGS = (60, 210, 350, 590)


@dataclass(frozen=True, slots=True)
class Article:
    """What is sent: `after_seconds` is counted from the start of the live part."""

    after_seconds: float
    key: bytes
    value: bytes


def history(start: datetime) -> list[Article]:
    """Return the four days before: a few outlets an hour write of each leader."""
    chance = random.Random(1)  # noqa: S311 - no secret
    drafts = [
        (3600 * -hour + chance.uniform(0, 3600), who, outlet)
        for hour in range(HISTORY_HOURS, 0, -1)
        for who, (rate, _, _) in LEADERS.items()
        for outlet in usual_outlets(who)
        if chance.random() < min(0.8, 0.1 + rate / 10)
    ]
    found = [
        _article(chance, start, after, who, outlet, _tone(chance, who, after))
        for after, who, outlet in drafts
        if after < -QUIET_SECONDS
    ]
    return sorted([*found, *_bad_before(chance)], key=lambda one: one.after_seconds)


def live(start: datetime) -> Iterator[Article]:
    """Return what comes in the live part, in order."""
    chance = random.Random(2)  # noqa: S311 - no secret
    found = [*_usual(chance, start), *_surging(chance, start), *_rush(chance, start)]
    found += [*_meetings(chance, start), *_bad(chance)]
    return iter(sorted(found, key=lambda one: one.after_seconds))


def usual_outlets(who: str) -> list[str]:
    """Return the outlets that write of a leader day by day."""
    first = list(LEADERS).index(who) * 7
    return [OUTLETS[(first + 5 * n) % len(OUTLETS)] for n in range(USUAL_OUTLETS)]


def _usual(chance: random.Random, start: datetime) -> Iterator[Article]:
    for who, (a_minute, _, _) in LEADERS.items():
        after = chance.expovariate(a_minute / 60)
        while after < LIVE_SECONDS:
            outlet = chance.choice(usual_outlets(who))
            yield _article(chance, start, after, who, outlet, _tone(chance, who, after))
            after += chance.expovariate(a_minute / 60)


def _surging(chance: random.Random, start: datetime) -> Iterator[Article]:
    for who, (begin, end, count) in SURGES.items():
        for outlet in chance.sample(OUTLETS, count):
            for _ in range(2):
                after = chance.triangular(begin, end, begin + (end - begin) / 4)
                yield _article(chance, start, after, who, outlet, PLAIN)


def _rush(chance: random.Random, start: datetime) -> Iterator[Article]:
    """An agency sends what it had held back."""
    begin, end, a_second = RUSH
    names, weights = zip(*((who, rate) for who, (rate, _, _) in LEADERS.items()), strict=True)
    for _ in range(a_second * (end - begin)):
        (who,) = chance.choices(names, weights)
        outlet = usual_outlets(who)[0]
        yield _article(chance, start, chance.uniform(begin, end), who, outlet, PLAIN)


def _meetings(chance: random.Random, start: datetime) -> Iterator[Article]:
    for after in MEETINGS:
        who, other = chance.sample(list(LEADERS), 2)
        yield _article(chance, start, after, who, usual_outlets(who)[1], MEETING, other)


def _bad(chance: random.Random) -> Iterator[Article]:
    return (_bad_one(chance, second) for second in range(*BAD))


def _bad_before(chance: random.Random) -> Iterator[Article]:
    return (_bad_one(chance, -3600 * hour) for hour in range(HISTORY_HOURS - 1, 1, -1))


def _bad_one(chance: random.Random, after: float) -> Article:
    values = (b'{"title": "cut off', b'{"id": "x", "title": "", "text": ""}', b"\xff\xfe")
    return Article(after, f"bad-{after}".encode(), chance.choice(values))


def _tone(chance: random.Random, who: str, after: float) -> tuple[str, ...]:
    _, praise, blame = LEADERS[who]
    if who == TURN[0] and after > TURN[1]:
        praise, blame = 0.05, 0.8
    drawn = chance.random()
    return PRAISE if drawn < praise else BLAME if drawn < praise + blame else PLAIN


def _article(
    chance: random.Random,
    start: datetime,
    after: float,
    who: str,
    outlet: str,
    words: tuple[str, ...],
    other: str = "",
) -> Article:
    made = ["".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(NAMES)]
    names = {"who": who, "other": other, "name": made[0]}
    names |= {"thing": chance.choice(THINGS), "place": chance.choice(PLACES)}
    title = chance.choice(words).format(**names)
    text = f"{title}. {', '.join(made[1:-1])} and {made[-1]} had waited for it since spring."
    host = outlet.lower().replace(" ", "")
    url = f"https://{host}.example/{chance.getrandbits(40):x}"
    published = datetime.fromtimestamp(start.timestamp() + after, UTC)
    value = {
        "id": url,
        "url": url,
        "title": title,
        "text": text,
        "published": published.isoformat(),
        "source": outlet,
        "language": "en",
    }
    return Article(after, url.encode(), json.dumps(value).encode())
