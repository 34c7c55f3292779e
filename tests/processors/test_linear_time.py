"""The time of an article is linear in its length, whatever it is made of.

Each shape is read at one length and at twice that length, from the record's bytes to its mentions:
the second may take three times as long, where a quadratic step would take four times. What is
measured is the processor's time of this thread, again where it seems too long: another process on
the machine can only make it longer.
"""

import gc
import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import count, cycle, islice

import pytest

from processors.analyse import Analyser, load_analyser
from processors.articles.decode import DecodeLimits, decode
from processors.errors import BadArticleError
from processors.leaders import load_registry

EVENT_TIME = datetime(2026, 11, 20, tzinfo=UTC)
LIMITS = DecodeLimits()
CHARACTERS = 40_000
RATIO = 3.0
TRIES = 6
# Below it a clock and a cache say more than a length.
LEAST_SECONDS = 0.02
# Of the longest legal article, where every word is a name; ordinary ones take a quarter.
MOST_SECONDS = 4.0

REGISTRY = load_registry()
PEOPLE = [one.name for one in REGISTRY.people.values() if " " in one.name]
SURNAMES = sorted({name.rpartition(" ")[2] for name in PEOPLE})
COUNTRIES = [one.name for one in REGISTRY.countries.values()]

Shape = Callable[[int], str]


def repeated(unit: str) -> Shape:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def of(parts: Callable[[], Iterable[str]]) -> Shape:
    def make(size: int) -> str:
        made: list[str] = []
        length = 0
        for part in parts():
            made.append(part)
            length += len(part)
            if length >= size:
                break
        return "".join(made)[:size]

    return make


def listed(names: list[str], between: str) -> Shape:
    return of(lambda: (name + between for name in cycle(names)))


def then(names: list[str], unit: str) -> Shape:
    """Half of it names, the other half an office."""
    return lambda size: listed(names, ". ")(size // 2) + repeated(unit)(size // 2)


BETWEEN = (
    ". ",
    ", ",
    " and ",
    "-",
    " ",
    "; ",
    " said ",
    " brutally attacked ",
    " but ",
    '" "',
    "\n",
)
OFFICES = (
    *("the prime minister ", "The president said. ", "the Pope and the Pope. "),
    *("the British prime minister, ", "the president of France, the king of Spain, "),
    *("the former president, ", "as prime minister ", "the chancellor, ", "the acting president "),
    *("the Philippine dictator, Ferdinand Marcos, ", "Yahya Jammeh, president of Gambia, "),
)
UNITS = (
    *(".", ". ", ",", "-", "a-", "_", '"', '"a" ', "'s ", "(", "\u201cA\u201d ", "\u2026 ", "... "),
    *("\U0001f600", "\U0001f468\u200d\U0001f469 ", ":-) ", ": - ) ", "( ! ) ", "X D ", "! "),
    *("0123456789", "12 ", "$1,000.50 ", "1.", "not ", "not very good ", "isn't ", "good! "),
    *("good ", "terrible, ", "never very extremely ", "he she it they him her ", "He said. "),
    *('"I am," he said, "the president." ', "https://e.example/a?b=c&d=e ", "http://", "a@b.c "),
    *("&amp;", "&amp;amp;", "<", "<p>", "<div><b>x</b>", "<!-- ", '<a href="x" ', "</p>"),
    *("a", "A ", "Aa ", "PUTIN ATTACKED XI ", "Putin Attacks The Xi Of China ", "A. B. ", "Mr. "),
    *("\u4e60\u8fd1\u5e73\u8bf4\u3002", "\u0628\u0648\u062a\u064a\u0646 ", "\u041f\u0443\u0442. "),
    *("Putin \u041f\u0443\u0442\u0438\u043d \u666e\u4eac ", "a\u0301\u0302\u0303", "P\u200cu"),
    *("\u202ePutin\u202c ", "a\x00", "\x85\u2028", "a\n", "a\n\n", "a\r\n", "\t", "a  "),
    *("NAIROBI - ", "MOSCOW (Reuters) - ", "Sign up for our newsletter. ", "A. Milne said "),
    *("the quick brown fox jumps over the lazy dog ", "Kim Kim Kim ", "George Bush Bush "),
    *("Clinton, Hillary Clinton, Bill Clinton. ", "King Charles III and King Felipe VI "),
    *("President Prime Minister King ", "No. 5 St. John vs. Sen. ", "U.S. President U.S. "),
)
SHAPES: dict[str, Shape] = {
    **{f"{unit!r}": repeated(unit) for unit in UNITS},
    **{f"names{between!r}": listed(PEOPLE, between) for between in BETWEEN},
    **{f"surnames{between!r}": listed(SURNAMES, between) for between in BETWEEN},
    **{f"{office!r}": repeated(office) for office in OFFICES},
    **{f"names, then {office!r}": then(PEOPLE, office) for office in OFFICES},
    "countries": listed(COUNTRIES, ". "),
    "countries and offices": of(lambda: (f"{one} the president " for one in cycle(COUNTRIES))),
    "strangers": of(lambda: (f"Ann{n} {one}. " for n, one in enumerate(cycle(SURNAMES)))),
    "women": of(lambda: (f"Mrs {one} and " for one in cycle(SURNAMES))),
    "presidents": lambda size: "Presidents " + listed(SURNAMES, " and ")(size - 11),
    "words": of(lambda: (f"word{n} " for n in count())),
    "capitals": of(lambda: (f"Word{n}. " for n in count())),
    "every character": lambda size: "".join(chr(0x100 + n % 0xD000) for n in range(size)),
    "one word": lambda size: "https://e.example/" + "a" * (size - 18),
}


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return load_analyser("0.0.0", "textblob-news", "off")


def record(field: str, text: str) -> bytes:
    fields = {"id": "a", "title": "Putin meets Xi", "published": "2026-11-20", field: text}
    return json.dumps(fields).encode()


def seconds(analyser: Analyser, value: bytes) -> float:
    # A collection goes through everything that the tests before have left; a worker has few.
    gc.collect()
    gc.disable()
    try:
        began = time.thread_time()
        read(analyser, value)
        return time.thread_time() - began
    finally:
        gc.enable()


def read(analyser: Analyser, value: bytes) -> None:
    try:
        article = decode(value, [], None, LIMITS)
    except BadArticleError:
        return
    analyser.analyse(article, EVENT_TIME)


def assert_linear(once: Callable[[], float], twice: Callable[[], float]) -> None:
    short, long = [], []
    for _ in range(TRIES):
        short.append(once())
        long.append(twice())
        if min(long) <= max(RATIO * min(short), LEAST_SECONDS):
            return
    raise AssertionError(f"{min(short):.3f} s, and {min(long):.3f} s for twice as much")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_text_twice_as_long_takes_twice_as_long(analyser: Analyser, shape: str) -> None:
    short, long = (record("text", SHAPES[shape](size)) for size in (CHARACTERS, 2 * CHARACTERS))
    assert_linear(lambda: seconds(analyser, short), lambda: seconds(analyser, long))


# A headline is read by rules of its own, and markup is gone before anything is read.
@pytest.mark.parametrize("shape", [*islice(SHAPES, 0, len(UNITS), 7), "names', '", "surnames' '"])
@pytest.mark.parametrize("field", ["title", "body_html"])
def test_so_does_a_headline_and_so_does_markup(analyser: Analyser, field: str, shape: str) -> None:
    short, long = (record(field, SHAPES[shape](size)) for size in (CHARACTERS, 2 * CHARACTERS))
    assert_linear(lambda: seconds(analyser, short), lambda: seconds(analyser, long))


@pytest.mark.parametrize(
    "shape", ["names', '", "names' '", "surnames'; '", "names, then 'the prime minister '"]
)
def test_the_longest_article_takes_seconds_at_most(analyser: Analyser, shape: str) -> None:
    value = record("text", SHAPES[shape](LIMITS.text_characters - 100))
    assert min(seconds(analyser, value) for _ in range(2)) < MOST_SECONDS


NUMBERS = ("5e-324", "1.5e300", "0.5", "2.2250738585072011e-308", "0." + "123456789" * 80)
VALUES = (
    *(*NUMBERS, "-0e99999999", "12345678", "1" * 40, "1" * 400, "true", '"a"', "[]", "{}"),
    *('"\\u00e9\\n\\\\"', '"\\ud83d\\ude00"', '"\\ud83d"', '{"a": 1}', '[[[[[["a"]]]]]]'),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:24])
def test_a_field_that_is_not_read_costs_what_its_length_costs(
    analyser: Analyser, value: str
) -> None:
    def of_size(size: int) -> bytes:
        rest = ",".join([value] * (size // (len(value) + 1)))
        return b'{"id": "a", "title": "Putin", "rest": [' + rest.encode() + b"]}"

    short, long = of_size(300_000), of_size(600_000)
    assert_linear(lambda: seconds(analyser, short), lambda: seconds(analyser, long))
    # 600 kB of 5e-324 took msgspec half a second.
    assert min(seconds(analyser, long) for _ in range(TRIES)) < 0.25


def test_so_do_many_keys(analyser: Analyser) -> None:
    def of_keys(number: int) -> bytes:
        rest = ",".join(f'"k{key}": 1' for key in range(number))
        return b'{"id": "a", "title": "Putin", ' + rest.encode() + b"}"

    short, long = of_keys(30_000), of_keys(60_000)
    assert_linear(lambda: seconds(analyser, short), lambda: seconds(analyser, long))
