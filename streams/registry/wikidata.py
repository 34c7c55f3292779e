"""Asks Wikidata's query service who heads states and governments, and reads its answer.

The query is SPARQL 1.1. The answer has the W3C's "SPARQL 1.1 Query Results JSON Format": `{"head":
{"vars": […]}, "results": {"bindings": [{"person": {"type": "uri", "value": …}, …}, …]}}`. The terms
of Wikidata are P35 head of state, P6 head of government, P31 Q5 a human, P297 code of ISO 3166-1,
P580 and P582 start and end with their precision (11 a day, 10 a month, 9 a year).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from streams.errors import PassingFaultError

if TYPE_CHECKING:
    from streams.http_client.fetch import Fetch

ENDPOINT = "https://query.wikidata.org/sparql"

MOST_TRIES = 3
LONGEST_WAIT_SECONDS = 120.0
FIRST_WAIT_SECONDS = 5.0

_QUERY = """SELECT ?code ?role ?person ?personLabel ?start ?startPrecision ?end ?endPrecision
WHERE {
  ?country wdt:P297 ?code .
  { ?country p:P35 ?held . ?held ps:P35 ?person . BIND("state" AS ?role) }
  UNION
  { ?country p:P6 ?held . ?held ps:P6 ?person . BIND("government" AS ?role) }
  ?person wdt:P31 wd:Q5 .
  ?held wikibase:rank ?rank . FILTER(?rank != wikibase:DeprecatedRank)
  ?held pqv:P580 [ wikibase:timeValue ?start ; wikibase:timePrecision ?startPrecision ] .
  OPTIONAL { ?held pqv:P582 [ wikibase:timeValue ?end ; wikibase:timePrecision ?endPrecision ] }
  FILTER(?start >= "SINCE"^^xsd:dateTime || ?end >= "SINCE"^^xsd:dateTime || !BOUND(?end))
  SERVICE wikibase:label { bd:serviceParam wikibase:language "en,mul". }
}"""
_CHARACTERS_OF_PRECISION = {"11": 10, "10": 7, "9": 4}
_ENTITY = "http://www.wikidata.org/entity/"

Seat = Literal["state", "government"]
Sleep = Callable[[float], Awaitable[None]]


class WikidataError(PassingFaultError):
    """The query service is unavailable, or its answer cannot be read."""


class Statement(Struct, frozen=True):
    """One headship as Wikidata has it.

    `code` is of ISO 3166-1, `person_id` a QID. `start` and `end` are `YYYY[-MM[-DD]]`. The end is
    the last day in office or the first day after it, because Wikidata has both. It is "" while the
    term runs.
    """

    code: str
    seat: Seat
    person_id: str
    name: str
    start: str
    end: str


class _Value(Struct):
    type: str
    value: str


class _Results(Struct):
    bindings: list[dict[str, _Value]]


class _Answer(Struct):
    results: _Results


def query(since: date) -> str:
    """Return the query for headships that began, ended or ran on or after a day."""
    return _QUERY.replace("SINCE", f"{since.isoformat()}T00:00:00Z")


async def ask(fetch: "Fetch", endpoint: str, since: date, sleep: Sleep = asyncio.sleep) -> bytes:
    """Return the statements of the query service. Ask again later where it says so.

    Args:
        fetch: See `streams.http_client.fetch.open_fetch`. It limits time and size.
        endpoint: Address of a SPARQL endpoint.
        since: See `query`.
        sleep: Sleeps for a number of seconds.

    Raises:
        WikidataError: there is no answer. The message says why.
    """
    from streams.http_client.fetch import FeedError, Validators  # noqa: PLC0415 - loads aiohttp

    url = f"{endpoint}?{urlencode({'query': query(since), 'format': 'json'})}"
    wait = FIRST_WAIT_SECONDS
    for left in reversed(range(MOST_TRIES)):
        try:
            fetched = await fetch(url, Validators())
        except FeedError as error:
            pause = wait if error.retry_after_seconds is None else error.retry_after_seconds
            if error.lasting or not left or pause > LONGEST_WAIT_SECONDS:
                raise WikidataError(
                    f"{endpoint} was not reached or did not answer: {error}. Is there internet? "
                    f"The registry is as it was; try again later, or give another --endpoint."
                ) from error
            await sleep(pause)
            wait *= 2
        else:
            return fetched.body if fetched else b""
    raise AssertionError("the last try returns or raises")  # pragma: no cover


def read_answer(body: bytes) -> list[Statement]:
    """Return the statements of an answer.

    Statements without a known person or start are left out, and those whose date is finer or
    coarser than a year, month or day: they cannot be compared.

    Raises:
        WikidataError: the answer does not have the format.
    """
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError as error:
        raise WikidataError(
            f"the answer is not in the SPARQL JSON results format: {error}. It begins with "
            f"{body[:80].decode('utf-8', 'replace')!a}."
        ) from error
    found = [_statement(binding) for binding in answer.results.bindings]
    return list(dict.fromkeys(statement for statement in found if statement is not None))


def _statement(binding: dict[str, _Value]) -> Statement | None:
    person, role = binding.get("person"), binding.get("role")
    code, start = binding.get("code"), _day(binding, "start")
    if code is None or person is None or role is None or not start:
        return None
    person_id = person.value.removeprefix(_ENTITY)
    if person.type != "uri" or not (person_id.startswith("Q") and person_id[1:].isdigit()):
        return None
    label = binding.get("personLabel")
    seat: Seat = "state" if role.value == "state" else "government"
    name = label.value if label else person_id
    return Statement(code.value, seat, person_id, name, start, _day(binding, "end"))


def _day(binding: dict[str, _Value], name: str) -> str:
    value, precision = binding.get(name), binding.get(f"{name}Precision")
    if value is None or value.type != "literal" or precision is None:
        return ""
    return value.value[: _CHARACTERS_OF_PRECISION.get(precision.value, 0)]
