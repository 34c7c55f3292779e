"""Asking the query service, and reading what it answers."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from streams.errors import PassingFaultError
from streams.http_client.fetch import open_fetch
from streams.registry.wikidata import (
    LONGEST_WAIT_SECONDS,
    Statement,
    WikidataError,
    ask,
    query,
    read_answer,
)
from tests.streams.conftest import answer, binding

SINCE = date(2025, 1, 1)
MACRON = binding("FR", "state", "Q3052772", "Emmanuel Macron", "2017-05-14")
Start = Callable[..., tuple[str, list[dict[str, Any]]]]


def asked(endpoint: str) -> tuple[bytes, list[float]]:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def run() -> bytes:
        async with open_fetch("tocsin/test (registry)") as fetch:
            return await ask(fetch, endpoint, SINCE, sleep)

    return asyncio.run(run()), pauses


def test_the_query_is_sent_once_with_who_we_are(service: Start) -> None:
    endpoint, requests = service((200, {}, answer(MACRON)))
    body, pauses = asked(endpoint)
    assert read_answer(body) == [
        Statement("FR", "state", "Q3052772", "Emmanuel Macron", "2017-05-14", "")
    ]
    assert pauses == []
    (request,) = requests
    assert request["query"] == {"query": [query(SINCE)], "format": ["json"]}
    assert request["agent"] == "tocsin/test (registry)"


def test_the_query_asks_for_both_headships_since_a_day() -> None:
    text = query(SINCE)
    for part in (
        "p:P35",
        "p:P6",
        "wdt:P31 wd:Q5",
        "wdt:P297",
        "pqv:P580",
        "pqv:P582",
        '"2025-01-01T00:00:00Z"',
    ):
        assert part in text
    assert text.count("{") == text.count("}")


def test_a_busy_service_is_asked_again_when_it_says(service: Start) -> None:
    endpoint, requests = service(
        (429, {"Retry-After": "17"}, b""), (503, {}, b""), (200, {}, answer())
    )
    _, pauses = asked(endpoint)
    assert pauses == [17.0, 10.0]
    assert len(requests) == 3


@pytest.mark.parametrize(
    ("answers", "tries", "what"),
    [
        ([(429, {}, b"")] * 3, 3, "429"),
        ([(400, {}, b"")], 1, "400"),
        ([(429, {"Retry-After": str(int(LONGEST_WAIT_SECONDS) + 1)}, b"")], 1, "429"),
    ],
)
def test_a_service_that_does_not_answer_is_a_passing_fault(
    service: Start, answers: list[tuple[int, dict[str, str], bytes]], tries: int, what: str
) -> None:
    endpoint, requests = service(*answers)
    with pytest.raises(WikidataError, match=rf"answers {what}\. Is there internet\? The registry"):
        asked(endpoint)
    assert len(requests) == tries
    assert issubclass(WikidataError, PassingFaultError)


def test_without_internet_the_address_is_named() -> None:
    with pytest.raises(WikidataError, match=r"http://127\.0\.0\.1:1/sparql was not reached"):
        asked("http://127.0.0.1:1/sparql")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-03-14", "2025-06-01", ("2025-03-14", "2025-06-01")),
        ("2025-03", "", ("2025-03", "")),
        ("2025", "2026", ("2025", "2026")),
    ],
)
def test_a_date_is_as_precise_as_its_precision(
    start: str, end: str, expected: tuple[str, str]
) -> None:
    (statement,) = read_answer(answer(binding("CA", "government", "Q1", "Ann", start, end)))
    assert (statement.start, statement.end) == expected
    assert statement.seat == "government"


def _without(name: str) -> dict[str, dict[str, str]]:
    return {key: value for key, value in MACRON.items() if key != name}


@pytest.mark.parametrize(
    "row",
    [
        MACRON | {"person": {"type": "bnode", "value": "t123"}},
        MACRON | {"person": {"type": "uri", "value": "http://www.wikidata.org/.well-known/x"}},
        MACRON | {"start": {"type": "bnode", "value": "t124"}},
        MACRON | {"startPrecision": {"type": "literal", "value": "7"}},
        _without("start"),
        _without("person"),
        _without("code"),
    ],
)
def test_what_wikidata_does_not_know_is_left_out(row: dict[str, dict[str, str]]) -> None:
    assert read_answer(answer(row)) == []


def test_a_person_without_a_label_is_called_by_the_id() -> None:
    assert read_answer(answer(_without("personLabel")))[0].name == "Q3052772"


def test_the_same_statement_twice_is_one() -> None:
    assert len(read_answer(answer(MACRON, MACRON))) == 1


@pytest.mark.parametrize("body", [b"", b"<html>sorry</html>", b'{"head": {}}', b"\xff\xfe"])
def test_another_format_is_told_with_its_beginning(body: bytes) -> None:
    with pytest.raises(WikidataError, match="not in the SPARQL JSON results format"):
        read_answer(body)
