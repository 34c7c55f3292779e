"""Which alerts a subscriber keeps, and which it takes for repeated."""

import msgspec
import pytest

from processors.contracts import Alert
from streams.reading.alerts import AlertFilter, Seen, decode_alert, leader_query, words_of
from tools.contracts.examples import alerts

ENCOUNTER = alerts()["encounter"]
KNOWN = {
    "Q7747": ("Vladimir Putin", "Putin"),
    "Q3874799": ("Volodymyr Zelenskyy", "Zelensky", "Zelenskiy"),
    "Q39259": ("Recep Tayyip Erdoğan", "Erdogan"),
}


def about(leader_id: str, name: str) -> Alert:
    leader = msgspec.structs.replace(ENCOUNTER.leaders[0], leader_id=leader_id, leader_name=name)
    return msgspec.structs.replace(ENCOUNTER, leaders=[leader])


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"{", b"[]", b"{}", b'{"alert_id": 1}'])
def test_what_is_no_alert_is_none(value: bytes | None) -> None:
    assert decode_alert(value) is None


def test_an_alert_with_a_field_of_a_later_version_is_read() -> None:
    value = msgspec.json.encode(ENCOUNTER)
    assert decode_alert(value[:-1] + b',"later":{"x":1}}') == ENCOUNTER


def test_a_repeated_id_is_known_and_the_memory_is_bounded() -> None:
    seen = Seen(most=3)
    assert [seen.is_repeated(i) for i in "abacda"] == [False, False, True, False, False, True]
    assert [seen.is_repeated(i) for i in "efgc"] == [False, False, False, False]


@pytest.mark.parametrize(
    ("asked", "leader_id", "name", "meant"),
    [
        ("Q7747", "Q7747", "", True),
        ("q7747", "Q7747", "", True),
        ("Q7747", "Q77471", "Putin", False),
        ("x-ecb", "x-ecb", "", True),
        ("putin", "Q7747", "Vladimir Putin", True),
        ("vladimir  PUTIN", "Q7747", "Vladimir Putin", True),
        ("Zelensky", "Q3874799", "Volodymyr Zelenskyy", True),
        ("zelenskiy", "Q3874799", "Volodymyr Zelenskyy", True),
        ("erdogan", "Q39259", "Recep Tayyip Erdoğan", True),
        ("Xi", "Q15031", "Xi Jinping", True),
        ("Xi", "Q1", "Alexis Tsipras", False),
        ("Kim Jong-un", "Q2", "Kim Jong Un", True),
        ("Newcomer", "x-new", "A. Newcomer", True),
        ("Vladimir Zelensky", "Q3874799", "Volodymyr Zelenskyy", False),
    ],
)
def test_a_leader_is_meant_by_id_or_by_words_of_a_name_or_alias(
    asked: str, leader_id: str, name: str, *, meant: bool
) -> None:
    query = leader_query(asked, KNOWN)
    assert AlertFilter("low", (query,)).wants(about(leader_id, name)) is meant


def test_any_of_several_leaders_will_do() -> None:
    queries = tuple(leader_query(one, KNOWN) for one in ("Q1", "Putin"))
    assert AlertFilter("low", queries).wants(ENCOUNTER)
    assert not AlertFilter("low", queries[:1]).wants(ENCOUNTER)


@pytest.mark.parametrize("text", ["", "  ", "--", "\u202e"])
def test_a_leader_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither an id such as Q7747 nor a name"):
        leader_query(text, KNOWN)


@pytest.mark.parametrize(
    ("least", "wanted"),
    [("low", ["low", "medium", "high"]), ("medium", ["medium", "high"]), ("high", ["high"])],
)
def test_severity_is_at_least(least: str, wanted: list[str]) -> None:
    alerts_by_severity = [
        msgspec.structs.replace(ENCOUNTER, severity=severity)
        for severity in ("low", "medium", "high")
    ]
    chosen = AlertFilter(least)  # type: ignore[arg-type]  # the table's texts are severities
    assert [a.severity for a in alerts_by_severity if chosen.wants(a)] == wanted


def test_words_are_told_apart_by_what_is_no_letter() -> None:
    assert words_of("Luiz Inácio Lula da Silva") == {"luiz", "inacio", "lula", "da", "silva"}


@pytest.mark.parametrize("field", ["event_time", "processed_at"])
def test_an_alert_whose_times_have_no_zone_is_none(field: str) -> None:
    value = msgspec.to_builtins(ENCOUNTER)
    assert decode_alert(msgspec.json.encode(value)) == ENCOUNTER
    value[field] = "0001-01-01T00:00:00"
    assert decode_alert(msgspec.json.encode(value)) is None


def test_an_alert_whose_window_or_story_has_no_zone_is_none() -> None:
    breaking = alerts()["breaking"]
    for path in (("window", "start"), ("window", "end"), ("story", "first_seen")):
        value = msgspec.to_builtins(breaking)
        value[path[0]][path[1]] = "2026-05-20T09:15:00"
        assert decode_alert(msgspec.json.encode(value)) is None
