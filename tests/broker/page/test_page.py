"""The live page in a browser: from an article on Kafka to what a person sees and does."""

import re
import signal
import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from processors.contracts import Alert, LeaderRef
from tests.broker.page.browser import Browser
from tests.broker.page.conftest import Desk
from tools.contracts.examples import alerts

EXAMPLE = alerts()["sentiment"]
HOSTILE = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    "\u202e\u2066&lt;b&gt;</li>'\"`${window.hacked=1}"
)
INSULTS = "Macron and Meloni trade furious insults over tunnel"
INSULTS_TEXT = (
    "PARIS - Emmanuel Macron condemned Giorgia Meloni on Monday for a disastrous and shameful "
    "failure to pay."
)


def rung(alert_id: str, **fields: Any) -> Alert:
    """An alert of just now."""
    changes = {"alert_id": alert_id, "event_time": datetime.now(UTC), **fields}
    return msgspec.structs.replace(EXAMPLE, **changes)


def titles(browser: Browser) -> list[str]:
    return browser.texts(".alert .title")


def test_an_article_goes_in_and_its_alert_appears_opens_and_is_found(desk: Desk) -> None:
    browser = desk.open()
    desk.publish(INSULTS, INSULTS_TEXT)
    browser.until(lambda: INSULTS in titles(browser), "the alert does not appear")
    # It opens to what it rests on.
    alert = "li.alert:has(.kind.negative)"
    browser.click(f"{alert} summary")
    browser.until(lambda: browser.text(f"{alert} blockquote"), "it does not open")
    assert {"Macron", "Giorgia Meloni"} & set(browser.texts(f"{alert} mark.leader"))
    assert re.search(r"insults\s*−0\.\d\d", browser.text(f"{alert} mark.negative"))
    facts = browser.text(f"{alert} .facts")
    assert "strong-sentiment, version 2" in facts
    assert "[object" not in facts
    link = browser.run(
        "const a = document.querySelector(arguments[0]); return [a.href, a.rel, a.target]",
        f"{alert} .sources a",
    )
    assert link == ["https://wire.example/story", "noopener noreferrer", "_blank"]
    # It is found, and what does not fit goes.
    found = len(titles(browser))
    browser.choose("search", "mélöni TOGETHER")
    browser.until(lambda: 0 < len(titles(browser)) < found, "the search finds nothing")
    browser.choose("search", "no such words")
    browser.until(
        lambda: "No alert fits" in browser.text("#empty"), "nothing says that it is empty"
    )
    browser.click("#clear")
    browser.until(lambda: len(titles(browser)) == found, "the filters are not cleared")
    browser.choose("kind", "encounter")
    browser.until(lambda: browser.texts(".alert .kind") == ["Encounter"], "kind")
    # What is filtered by is in the address.
    assert "kind=encounter" in browser.run("return location.hash")
    # Leaders are ranked, and choosing one filters.
    browser.until(lambda: "Italy" in browser.text("#ranking"), "the leaders are not ranked")
    assert browser.run("return document.querySelectorAll('#ranking svg circle').length") >= 2


def test_filters_narrow_down_and_can_be_kept_in_the_address(desk: Desk) -> None:
    xi, putin = alerts()["encounter"].leaders
    assert (xi.leader_id, putin.leader_id) == ("Q15031", "Q7747")
    two = rung("filter-2", leaders=[putin], reason="filterable two", severity="low")
    desk.ring(rung("filter-1", leaders=[xi], reason="filterable one", severity="high"))
    desk.ring(two)
    desk.ring(
        msgspec.structs.replace(
            two, alert_id="filter-3", msg_type="cancel", revision=2, references=["filter-2"]
        )
    )
    browser = desk.open(hash_="#search=filterable&severity=high")
    browser.until(lambda: browser.texts(".alert .who") == ["Xi Jinping"], "the address is not read")
    browser.choose("severity", "")
    browser.until(lambda: len(titles(browser)) == 2, "not both are there")
    for name, value, who in (
        ("state", "cancel", "Vladimir Putin"),
        ("leader", "Q7747", "Vladimir Putin"),
        ("leader", "Q15031", "Xi Jinping"),
    ):
        browser.choose(name, value)
        browser.until(lambda who=who: browser.texts(".alert .who") == [who], f"{name} {value}")
        browser.choose(name, "")
    assert browser.text(".alert .badge.state").lower() == "cancelled"


def test_a_country_is_learnt_from_the_mentions(desk: Desk) -> None:
    desk.publish("Narendra Modi attends terrible, shameful and disastrous parade in Delhi")
    browser = desk.open()
    browser.until(lambda: "India" in browser.text("#ranking"), "he is not ranked")
    desk.ring(rung("country", leaders=[modi(browser)], reason="the country is known"))
    browser.until(lambda: "IN" in countries(browser), "the country is not offered")
    browser.choose("country", "IN")
    browser.until(lambda: "Narendra Modi" in browser.text(".alert .who"), "it is not found")
    assert all("Modi" in who for who in browser.texts(".alert .who"))


def modi(browser: Browser) -> LeaderRef:
    (found,) = browser.run(
        "return [...document.querySelectorAll('#ranking button')]"
        ".filter(b => b.innerText.includes('Modi')).map(b => b.dataset.leader)"
    )
    return LeaderRef(leader_id=found, leader_name="Narendra Modi")


def countries(browser: Browser) -> list[str]:
    return list(
        browser.run(
            "return [...document.querySelectorAll('[name=country] option')].map(o => o.value)"
        )
    )


def test_hostile_text_in_every_field_is_text(desk: Desk) -> None:
    article = msgspec.structs.replace(
        EXAMPLE.articles[0],
        article_id=HOSTILE,
        title=HOSTILE + "very long " * 10_000,
        url="javascript:window.hacked=1",
        source=HOSTILE,
        family=HOSTILE * 2,
    )
    evidence = msgspec.structs.replace(
        EXAMPLE.evidence[0],
        sentence=HOSTILE + " is bad " * 2_000,
        words=[("bad", -0.7), (HOSTILE, 0.5)],
        article_id=HOSTILE,
        leader_id=HOSTILE,
    )
    linked = msgspec.structs.replace(
        article, url='https://a.example/"><script>window.hacked=1</script>'
    )
    assert EXAMPLE.story is not None
    hostile = rung(
        HOSTILE,
        reason=HOSTILE + "x" * 100_000,
        leaders=[LeaderRef(leader_id=HOSTILE, leader_name=HOSTILE)],
        rule=msgspec.structs.replace(EXAMPLE.rule, id=HOSTILE),
        articles=[article, linked, *[EXAMPLE.articles[0]] * 200],
        evidence=[evidence] * 10,
        replay_id=HOSTILE,
        story=msgspec.structs.replace(EXAMPLE.story, story_id=HOSTILE),
    )
    browser = desk.open()
    desk.ring(hostile)
    desk.publish(f"Vladimir Putin {HOSTILE}", HOSTILE)
    browser.until(lambda: any("<script>" in title for title in titles(browser)), "it is not shown")
    browser.run("document.querySelectorAll('.alert details').forEach(d => d.open = true)")
    for width in (1280, 320):
        browser.look_like(width, 800)
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    assert browser.run("return window.hacked") is None
    there = browser.run(
        "return ['script', 'img', '[onerror]', 'iframe']"
        ".map(selector => document.querySelectorAll(selector).length)"
    )
    assert there == [1, 1, 0, 0]
    links = browser.run("return [...document.links].map(a => a.protocol)")
    assert set(links) <= {"http:", "https:"}
    text = browser.text(".alert:has(.history, .grounds)")
    assert not set("\u202e\u2066") & set(text)
    assert len(max(titles(browser), key=len)) <= 240
    # Its leader can be chosen, and its words be searched for, as any other's.
    browser.choose("search", "<script>")
    browser.until(lambda: titles(browser), "it is not found")
    browser.choose("leader", HOSTILE)
    assert browser.run("return window.hacked") is None


def test_everything_comes_from_the_page_itself(desk: Desk) -> None:
    browser = desk.open()
    loaded = browser.run("return performance.getEntriesByType('resource').map(e => e.name)")
    assert len(loaded) > 5
    assert all(one.startswith(desk.page.address) for one in loaded)


def test_it_is_used_by_keyboard_alone_and_shows_where_one_is(desk: Desk) -> None:
    desk.ring(rung("keyboard", reason="Reached by keyboard."))
    browser = desk.open()
    browser.until(lambda: titles(browser), "there is no alert")

    def focused() -> dict[str, Any]:
        found: dict[str, Any] = browser.run(
            "const e = document.activeElement; const s = getComputedStyle(e);"
            "return {name: e.name || e.id || e.innerText || e.tagName, tag: e.tagName,"
            " outline: s.outlineStyle + s.outlineWidth, top: e.getBoundingClientRect().top}"
        )
        return found

    browser.type("Tab")
    assert focused()["name"] == "Skip to the alerts"
    assert focused()["top"] >= 0
    browser.type("Enter", "Tab")
    assert focused()["name"] == "search"
    seen = []
    for _ in range(40):
        seen.append(focused())
        if seen[-1]["tag"] == "SUMMARY":
            break
        browser.type("Tab")
    assert [one["name"] for one in seen[:6]] == [
        *("search", "kind", "severity", "leader", "country", "state"),
    ]
    assert all(one["outline"] == "solid3px" for one in seen), seen
    browser.type("Enter")
    is_open = "return document.activeElement.parentElement.open"
    assert browser.run(is_open) is True
    browser.type("Tab")
    assert focused()["tag"] == "A"
    # What comes in moves no focus, and does not close what is read.
    here = focused()
    desk.ring(rung("keyboard-2", reason="Came in between."))
    browser.until(lambda: browser.texts("#held:not([hidden])"), "new alerts are not held back")
    assert focused()["name"] == here["name"]
    browser.click("#held")
    browser.until(lambda: "Came in between." in browser.text(".alert .reason"), "it is not shown")


def test_new_alerts_are_said_aloud_once_and_together(desk: Desk) -> None:
    browser = desk.open()
    for number in range(3):
        desk.ring(rung(f"aloud-{number}"))
    browser.until(lambda: browser.text("#announcer"), "nothing is said", 15)
    assert re.fullmatch(
        r"\d alerts came in\.|Low alert: Xi Jinping, Strongly positive\.",
        browser.text("#announcer"),
    )
    live = browser.run("return [...document.querySelectorAll('[aria-live]')].map(e => e.ariaLive)")
    assert live == ["polite"]


def test_it_fits_every_width_in_the_dark_and_in_the_light(desk: Desk) -> None:
    desk.ring(rung("fits", reason="Fits."))
    browser = desk.open()
    browser.until(lambda: titles(browser), "there is no alert")
    for width in (320, 390, 768, 1280):
        for scheme in ("light", "dark"):
            browser.look_like(
                width, 800, prefers_color_scheme=scheme, prefers_reduced_motion="reduce"
            )
            browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert browser.run("return document.documentElement.scrollWidth") <= width
            assert (brightness(browser) < 60) == (scheme == "dark")
            assert browser.run("return document.getAnimations().length") == 0
            # Targets that a finger hits.
            assert browser.run(SMALL_TARGETS) == []


SMALL_TARGETS = (
    "return [...document.querySelectorAll('button, select, input[type=search], summary')]"
    ".filter(e => e.offsetHeight && e.offsetHeight < 24).map(e => e.outerHTML)"
)


def brightness(browser: Browser) -> int:
    colour = browser.run("return getComputedStyle(document.body).backgroundColor")
    return int(re.findall(r"\d+", colour)[0])


def test_it_says_when_workers_do_not_get_on(desk: Desk) -> None:
    browser = desk.open()
    desk.worker.send(signal.SIGSTOP)
    try:
        desk.publish("Emmanuel Macron waits")
        said = browser.until(lambda: waited(browser), "nobody says that an article waits")
    finally:
        desk.worker.send(signal.SIGCONT)
    assert re.search(r"1 record has waited since \d\d:\d\d:\d\d", said)
    browser.until(lambda: browser.text("#condition") == "Live", "it does not recover")
    assert not browser.text("#trouble:not([hidden])")


def waited(browser: Browser) -> str:
    is_behind = browser.text("#condition") == "Workers behind"
    return browser.text("#trouble") if is_behind else ""


def test_it_says_when_no_article_comes_and_a_workers_own_page_shows_the_same(desk: Desk) -> None:
    browser = desk.open(program=desk.worker)
    browser.until(lambda: titles(browser), "the worker's page has no alerts")
    browser.until(lambda: browser.text("#condition") == "No articles", "it does not say so")
    assert re.search(r"No article has come in since .*\d\d:\d\d:\d\d", browser.text("#trouble"))
    desk.publish("Emmanuel Macron arrives")
    browser.until(lambda: browser.text("#condition") == "Live", "it does not notice the article")


def test_it_says_when_its_server_is_gone_and_goes_on_when_it_is_back(desk: Desk) -> None:
    browser = desk.open()
    before = titles(browser)
    port = desk.page.address.rstrip("/").rpartition(":")[2]
    desk.page.stop()
    browser.until(lambda: browser.text("#condition") == "Connection lost", "it does not say so")
    assert re.search(r"since \d\d:\d\d:\d\d", browser.text("#trouble"))
    # What was there can still be read.
    assert titles(browser) == before
    assert browser.run("return document.title").startswith("⚠")
    desk.page.start(port)
    desk.page.wait()
    browser.until(lambda: browser.text("#condition") == "Live", "it does not come back")
    desk.ring(rung(f"back-{time.time_ns()}", reason="Rang after it was back."))
    browser.until(
        lambda: "Rang after it was back." in browser.text(".alert .reason"), "it does not ring"
    )
