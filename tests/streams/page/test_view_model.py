"""What of an alert is shown."""

import msgspec
import pytest

from processors.contracts import Alert, ArticleRef, LeaderRef
from streams.page.view_model import (
    MAX_ARTICLES,
    MAX_TITLE,
    ShownAlert,
    shown_alert,
    shown_message,
    web_address,
)
from tools.contracts.examples import alerts

EXAMPLE = alerts()["sentiment"]


def shown(alert: Alert) -> ShownAlert:
    return shown_alert(alert, alert, [shown_message(alert)], {"Q15031": "CN"}, lambda *_: ())


@pytest.mark.parametrize("kind", alerts())
def test_an_alert_of_every_kind_is_shown_whole(kind: str) -> None:
    alert = alerts()[kind]  # type: ignore[index]
    seen = shown(alert)
    assert (seen.id, seen.kind, seen.severity) == (alert.alert_id, alert.kind, alert.severity)
    assert [one.name for one in seen.leaders] == [one.leader_name for one in alert.leaders]
    assert seen.reason == alert.reason
    assert [one.title for one in seen.articles] == [one.title for one in alert.articles]
    sentences = ["".join(part.text for part in one.parts) for one in seen.evidence]
    assert sentences == [one.sentence for one in alert.evidence]
    assert [one.country for one in seen.leaders] == [
        "CN" if one.leader_id == "Q15031" else "" for one in alert.leaders
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example/a?b=1#c", ("https://news.example/a?b=1#c", "news.example")),
        ("http://news.example:8080/", ("http://news.example:8080/", "news.example")),
        ("HTTPS://NEWS.example/", ("HTTPS://NEWS.example/", "news.example")),
        ("javascript:alert(1)", (None, "")),
        ("JaVaScRiPt://news.example/%0aalert(1)", (None, "")),
        ("data:text/html,<script>alert(1)</script>", (None, "")),
        ("//news.example/", (None, "")),
        ("https:///nohost", (None, "")),
        ("https://bank.example@evil.example/", (None, "")),
        ("https://news.example/\u202egnp.exe", (None, "")),
        (" https://news.example/", (None, "")),
        ("https://news.example/a b", (None, "")),
        ("https://[::1/", (None, "")),
        ("https://news.example/" + "x" * 2_000, (None, "")),
        ("", (None, "")),
    ],
)
def test_only_an_address_of_the_web_is_a_link(url: str, expected: tuple[str | None, str]) -> None:
    assert web_address(url) == expected


def test_what_is_too_long_or_too_much_is_cut_and_counted() -> None:
    article = ArticleRef(article_id="a", title="<b>" * 40_000, url="", source="s", family="f")
    leader = LeaderRef(leader_id="x" * 9_000, leader_name="\u202eevil\u0000 name " * 9_000)
    many = msgspec.structs.replace(
        EXAMPLE,
        reason="why " * 30_000,
        articles=[article] * 50,
        leaders=[leader] * 50,
        evidence=EXAMPLE.evidence * 50,
    )
    seen = shown(many)
    assert len(seen.articles[0].title) == MAX_TITLE
    assert seen.articles[0].title.endswith("…")
    assert seen.articles_left_out == 50 - MAX_ARTICLES
    assert len(msgspec.json.encode(seen)) < 20_000
    assert not set("\u202e\u0000") & set(seen.leaders[0].name)
