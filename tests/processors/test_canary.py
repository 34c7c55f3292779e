"""A canary's article: found by the detector like any, and apart from every leader."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from processors.alerts import alert_id
from processors.analyse import Analysed, Analyser, load_analyser
from processors.canary import ARTICLE_PREFIX, CANARY_ID, CANARY_NAME, is_canary
from processors.contracts import Article
from processors.leaders import load_registry
from processors.leaders.detection.canary import with_canary
from processors.rules import Rules
from processors.sentiment.scorer import DEFAULT_SCORER
from processors.watch import decode_state, encode_state, load_rules, new_state, watch
from processors.watch.kinds.canary import CANARY_RULE

NOW = datetime(2026, 5, 20, 9, 15, tzinfo=UTC)
STRONG = (
    "Lawmakers condemned Emmanuel Macron for a disastrous and shameful reform. "
    "Macron's plan is a terrible failure, they told Tocsin Canary."
)


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return load_analyser("0.0.0", DEFAULT_SCORER, "off")


def analysed(analyser: Analyser, article_id: str, text: str, minutes: float = 0) -> Analysed:
    article = Article(article_id=article_id, title=f"{CANARY_NAME} sings", text=text)
    return analyser.analyse(article, NOW + timedelta(minutes=minutes))


def test_a_canarys_article_is_told_by_its_id() -> None:
    assert is_canary(f"{ARTICLE_PREFIX}host:2026-05-20T09:15:00.000Z")
    assert not is_canary("https://news.example/urn:tocsin:canary:host")


@pytest.mark.parametrize(
    ("article_id", "found"),
    [(f"{ARTICLE_PREFIX}host:1", [CANARY_ID]), ("https://news.example/1", ["Q3052772"])],
)
def test_the_canary_and_the_leaders_are_never_in_one_article(
    analyser: Analyser, article_id: str, found: list[str]
) -> None:
    (mention,) = analysed(analyser, article_id, STRONG).mentions
    assert [mention.leader_id] == found
    assert mention.context is not None
    assert mention.context.companions == []


def test_its_surname_alone_is_nobody(analyser: Analyser) -> None:
    article = Article(
        article_id=f"{ARTICLE_PREFIX}host:1",
        title="Canary Wharf and the Canary Islands, said Mr Canary",
        text="The tocsin rang on the Canary Islands.",
    )
    assert analyser.analyse(article, NOW).mentions == ()


def test_the_registry_has_it_for_the_detector_alone() -> None:
    registry = load_registry()
    assert CANARY_ID not in registry.people
    known = with_canary(registry)
    assert known.version == registry.version
    assert set(known.people) - set(registry.people) == {CANARY_ID}
    assert known.status_on(CANARY_ID, NOW.date()) == ("", "", "none")


@pytest.mark.parametrize("rules", [load_rules(), Rules()], ids=["built-in", "none"])
def test_each_article_rings_once_whatever_the_rules_are(analyser: Analyser, rules: Rules) -> None:
    state, rung = new_state(), []
    for number in range(3):
        article_id = f"{ARTICLE_PREFIX}host:{number}"
        (mention,) = analysed(analyser, article_id, "It sings.", number).mentions
        result = watch(state, mention, rules, NOW)
        rung += result.alerts
        assert not result.suppressed
        state = decode_state(encode_state(result.state))
        again = watch(state, mention, rules, NOW)
        assert (again.alerts, again.changed) == ((), False)
        assert [one.reason for one in again.suppressed] == ["duplicate_mention"]
    assert [alert.alert_id for alert in rung] == [
        alert_id(CANARY_RULE, "canary", [CANARY_ID], f"{ARTICLE_PREFIX}host:{number}")
        for number in range(3)
    ]
    assert {(one.kind, one.severity, one.msg_type) for one in rung} == {("canary", "low", "alert")}
    assert all("no news" in one.reason for one in rung)


def test_an_article_that_is_changed_rings_no_second_time(analyser: Analyser) -> None:
    state = new_state()
    article_id = f"{ARTICLE_PREFIX}host:1"
    results = [
        watch(state, mention, load_rules(), NOW)
        for text in ("It sings.", "It sings again.")
        for mention in analysed(analyser, article_id, text).mentions
    ]
    assert [len(one.alerts) for one in results] == [1, 0]
    (suppressed,) = results[1].suppressed
    assert (suppressed.rule, suppressed.reason) == ("canary", "article_already_alerted")


def test_the_order_in_which_articles_come_changes_no_alert(analyser: Analyser) -> None:
    mentions = [
        mention
        for number in range(5)
        for mention in analysed(
            analyser, f"{ARTICLE_PREFIX}h:{number}", "It sings.", number
        ).mentions
    ]
    ids = []
    for order in (mentions, mentions[::-1], mentions[2:] + mentions):
        state = new_state()
        ids.append(
            {
                alert.alert_id
                for mention in order
                for alert in watch(state, mention, load_rules(), NOW).alerts
            }
        )
    assert len(ids[0]) == 5
    assert ids[0] == ids[1] == ids[2]


def test_its_state_keeps_no_story_and_no_past(analyser: Analyser) -> None:
    state = new_state()
    for number in range(400):
        article_id = f"{ARTICLE_PREFIX}host:{number}"
        (mention,) = analysed(analyser, article_id, "It sings.", number).mentions
        assert watch(state, mention, load_rules(), NOW).alerts
    kept = state.kept
    assert (kept.stories, kept.reports, kept.sent_alerts, kept.fired_windows) == ([], [], {}, {})
    assert msgspec.structs.astuple(kept.baseline) == msgspec.structs.astuple(
        new_state().kept.baseline
    )
    assert len(encode_state(state)) < 16_384
