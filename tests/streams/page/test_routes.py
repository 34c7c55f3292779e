"""The page, asked over a real socket."""

import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest

from processors.errors import MisconfigurationError
from streams.page import live, visitors
from streams.page.routes import HEADERS, TYPES
from tests.streams.page.conftest import (
    ALERTS,
    ARTICLES,
    EXAMPLE,
    MENTION,
    MENTIONS,
    Log,
    Served,
    changed,
)
from tests.waiting import wait_until

Serve = Callable[..., Served]
FILES = {
    entry.name: entry.read_text("utf-8")
    for entry in files("streams.page").joinpath("files").iterdir()
}


def get(served: Served, path: str, **headers: str) -> tuple[int, Any, bytes]:
    request = urllib.request.Request(served.address + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def state(served: Served) -> Any:
    return json.loads(get(served, "/api/state")[2])


def until(ask: Callable[[], Any], seconds: float = 20.0) -> Any:
    return wait_until(ask, seconds=seconds)


def live_state(served: Served) -> Any:
    until(lambda: state(served)["condition"]["state"] == "live")
    return state(served)


def ring(served: Served, alert_id: str) -> None:
    served.log.write(ALERTS, changed(alert_id=alert_id), round(time.time() * 1000))


@contextmanager
def listening(
    served: Served, after: str = "", **headers: str
) -> Iterator[Iterator[tuple[str, str, Any]]]:
    """Give the events that come, as name, id and data; conditions are left out."""
    request = urllib.request.Request(f"{served.address}/events?after={after}", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        yield (event for event in _events(answer) if event[0] != "condition")


def _events(answer: Any) -> Iterator[tuple[str, str, Any]]:
    fields: dict[str, str] = {}
    for line in answer:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
            fields = {}


def test_every_file_of_the_page_is_served_under_the_policy(serve: Serve) -> None:
    served = serve()
    for name, text in FILES.items():
        status, headers, body = get(served, "/" if name == "index.html" else f"/page/{name}")
        assert status == 200, name
        assert body.decode() == text
        assert headers["Content-Type"] == TYPES[name.rpartition(".")[2]]
        assert {key: headers[key] for key in HEADERS} == HEADERS
    assert get(served, "/page/../port.py")[0] == 404
    assert get(served, "/page/%2e%2e/port.py")[0] == 404


def test_what_is_not_there_and_what_is_no_page_is_under_the_policy_too(serve: Serve) -> None:
    served = serve()
    for path in ("/nothing", "/metrics", "/api/state", "/livez"):
        assert get(served, path)[1]["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_names_no_other_host_and_parses_no_text_as_markup(name: str) -> None:
    text = FILES[name]
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text))
    assert {a for a in addresses if not a.endswith("//www.w3.org")} == set()
    assert not re.search(
        r"(inner|outer|adjacent)HTML|document\.write|\beval\(|new Function", text, re.IGNORECASE
    )
    assert not re.search(r"<style|style=|\son\w+=", text)
    for source in re.findall(r"(?:src|href)=\"([^\"#]+)\"", text):
        assert source.removeprefix("/page/") in FILES


def test_the_first_picture_has_what_was_there_before(serve: Serve) -> None:
    served = serve(clock=lambda: EXAMPLE.event_time.timestamp() + 60)
    moment = round(EXAMPLE.event_time.timestamp() * 1000)
    served.log.write(MENTIONS, MENTION, moment)
    served.log.write(ALERTS, EXAMPLE, moment)
    served.log.write(ALERTS, changed(alert_id="two days old"), moment - 2 * 86_400_000)
    picture = until(lambda: (s := live_state(served))["alerts"] and s)
    assert [alert["id"] for alert in picture["alerts"]][-1:] == [EXAMPLE.alert_id]
    assert [one["name"] for one in picture["rankings"][0]["leaders"]] == ["Xi Jinping"]


def test_what_rings_after_the_past_was_read_is_heard_too(serve: Serve, log: Log) -> None:
    moment = round(time.time() * 1000)
    for number in range(3):
        log.write(ALERTS, changed(alert_id=f"past-{number}"), moment)
    served = serve()
    begun = until(lambda: (s := live_state(served))["alerts"] and s)
    assert len(begun["alerts"]) == 3
    with listening(served, begun["last_event_id"]) as events:
        ring(served, "new")
        assert next(events)[2]["id"] == "new"


def test_an_alert_is_heard_as_it_rings_and_once(serve: Serve) -> None:
    served = serve()
    begun = live_state(served)
    with listening(served, begun["last_event_id"]) as events:
        for alert_id in ("one", "one", "two"):
            ring(served, alert_id)
        heard = [next(events), next(events)]
    assert [(name, data["id"]) for name, _, data in heard] == [("alert", "one"), ("alert", "two")]


def test_a_browser_that_comes_back_hears_what_it_missed(serve: Serve) -> None:
    served = serve()
    begun = live_state(served)
    for alert_id in ("one", "two", "three"):
        ring(served, alert_id)
    until(lambda: len(state(served)["alerts"]) == 3)
    with listening(served, begun["last_event_id"]) as events:
        first, *others = [next(events) for _ in range(3)]
    assert [data["id"] for _, _, data in others] == ["two", "three"]
    # What the browser says by itself goes before the address that it began with.
    with listening(served, begun["last_event_id"], **{"Last-Event-ID": first[1]}) as events:
        assert next(events)[2]["id"] == "two"


@pytest.mark.parametrize("last", ["", "0-0", "{}-99", "{}--1", "{}-x", "{}-" + "9" * 5_000, "{}"])
def test_a_browser_whose_last_event_is_not_known_begins_anew(serve: Serve, last: str) -> None:
    served = serve()
    epoch = live_state(served)["last_event_id"].partition("-")[0]
    with listening(served, last.format(epoch)) as events:
        assert next(events)[0] == "reset"


def test_too_many_browsers_are_turned_away_and_counted(serve: Serve) -> None:
    served = serve(max_visitors=2)
    live_state(served)
    with listening(served) as one, listening(served) as other:
        next(one), next(other)
        status, headers, _ = get(served, "/events")
        assert (status, headers["Retry-After"]) == (503, "10")
        metrics = get(served, "/metrics")[2].decode()
        assert "tocsin_page_visitors 2.0" in metrics
        assert 'tocsin_page_visitors_dropped_total{reason="too_many"} 1.0' in metrics
        # Pictures cost no place.
        assert state(served)["condition"]["state"] == "live"
    ring(served, "notices that they have gone")
    until(lambda: b"tocsin_page_visitors 0.0" in get(served, "/metrics")[2], 30)


def test_a_browser_that_does_not_read_is_left_and_others_are_not(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "QUEUED_FRAMES", 64)
    served = serve()
    live_state(served)
    where = urlsplit(served.address)
    large = EXAMPLE.evidence * 8
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect((where.hostname, where.port))
        deaf.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: b"tocsin_page_visitors 1.0" in get(served, "/metrics")[2])
        dropped = b'dropped_total{reason="too_slow"} 1.0'
        for number in range(100_000):
            served.log.write(ALERTS, changed(alert_id=str(number), evidence=large))
            if number % 200 == 0 and dropped in get(served, "/metrics")[2]:
                break
        assert dropped in get(served, "/metrics")[2]
    # What is still on its way would make the next browser too slow, too.
    until(lambda: any(alert["id"] == str(number) for alert in state(served)["alerts"]))
    with listening(served) as events:
        assert next(events)[0] == "reset"
        ring(served, "heard")
        until(lambda: next(events)[2]["id"] == "heard")


def test_a_broker_that_goes_away_is_told_with_the_time_and_all_is_read_anew(serve: Serve) -> None:
    served = serve()
    ring(served, "before")
    live_state(served)
    with listening(served) as events:
        served.log.away()
        gone = until(lambda: (c := state(served)["condition"])["state"] == "away" and c)
        assert time.time() - gone["since"] < 30
        assert get(served, "/readyz")[0] == 503
        assert get(served, "/livez")[0] == 200
        served.log.fault = None
        ring(served, "while it was away")
        while next(events)[0] != "reset":
            pass
    ids = {alert["id"] for alert in live_state(served)["alerts"]}
    assert ids == {"before", "while it was away"}
    assert get(served, "/readyz")[0] == 200


def test_a_broker_that_refuses_is_told_apart_from_one_that_is_away(serve: Serve, log: Log) -> None:
    log.fault = MisconfigurationError("the broker does not allow this")
    served = serve()
    until(lambda: state(served)["condition"]["state"] == "refused")
    assert get(served, "/livez")[0] == 200
    log.fault = None
    until(lambda: state(served)["condition"]["state"] == "live")


def test_a_bug_ends_the_feed_and_is_told(serve: Serve) -> None:
    served = serve()
    live_state(served)
    served.log.fault = ZeroDivisionError("a bug")
    until(lambda: state(served)["condition"]["state"] == "failed")
    until(lambda: served.failures)
    assert [type(error) for error in served.failures] == [ZeroDivisionError]
    assert get(served, "/livez")[0] == 503


def test_what_cannot_be_read_is_counted(serve: Serve) -> None:
    served = serve()
    live_state(served)
    served.log.write(ALERTS, b"no alert")
    ring(served, "after it")
    until(lambda: state(served)["alerts"])
    assert b"tocsin_page_records_unreadable_total 1.0" in get(served, "/metrics")[2]


def test_articles_that_come_in_are_noticed_without_being_read(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.page.feed.ASK_SECONDS", 0.05)
    served = serve()
    assert live_state(served)["condition"]["newest_article_at"] is None
    served.log.write(ARTICLES, b"an article, never decoded here")
    until(lambda: state(served)["condition"]["newest_article_at"])


def test_a_workers_page_reads_nothing_before_somebody_looks_and_after_nobody_does(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LINGER_SECONDS", 0.5)
    served = serve(is_eager=False)
    time.sleep(0.3)
    assert get(served, "/page/app.js")[0] == 200
    assert served.log.opened == 0
    with listening(served) as events:
        assert next(events)[0] == "reset"
        ring(served, "heard")
        while next(events)[2] is None:
            pass
        assert served.log.opened == 1
    ring(served, "notices that the browser has gone")
    until(lambda: not served.page.model.picture().alerts)
    assert served.log.opened == 1
    # The next visitor has it all again.
    until(lambda: state(served)["condition"]["state"] == "live")
    assert served.log.opened > 1
