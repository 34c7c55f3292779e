"""The identity of an alert: part of the published contract."""

from processors.alerts import alert_id, message_id
from processors.contracts import RuleRef

RULE = RuleRef(id="strong-sentiment", version=1)


def test_an_alert_id_never_changes() -> None:
    # Subscribers deduplicate on the id, and replays are compared by it. If this test fails, every
    # alert ever sent can ring a second time: that is a breaking change of the published contract.
    within = "negative 2026-05-20T09:00:00+00:00"
    assert alert_id(RULE, "sentiment", ["Q15031"], within) == "ee566dd0ac941772be40a7e78a9e4509"
    assert (
        alert_id(RULE, "encounter", ["Q7747", "Q15031"], "x") == "b1655c1785ac320835235b781c5cdae7"
    )


def test_a_pair_has_one_id_whoever_comes_first() -> None:
    one = alert_id(RULE, "encounter", ["Q7747", "Q15031"], "w")
    assert one == alert_id(RULE, "encounter", ["Q15031", "Q7747"], "w")


def test_everything_that_makes_an_alert_another_one_changes_its_id() -> None:
    ids = {
        alert_id(RULE, "sentiment", ["Q1"], "w"),
        alert_id(RuleRef(id="other", version=1), "sentiment", ["Q1"], "w"),
        alert_id(RuleRef(id="strong-sentiment", version=2), "sentiment", ["Q1"], "w"),
        alert_id(RULE, "encounter", ["Q1"], "w"),
        alert_id(RULE, "sentiment", ["Q2"], "w"),
        alert_id(RULE, "sentiment", ["Q1", "Q2"], "w"),
        alert_id(RULE, "sentiment", ["Q1Q2"], "w"),
        alert_id(RULE, "sentiment", ["Q1"], "v"),
    }
    assert len(ids) == 8
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in ids)


def test_a_message_about_an_alert_is_an_event_of_its_own() -> None:
    first = alert_id(RULE, "surge", ["Q15031"], "w")
    ids = {first, *(message_id(first, kind, n) for kind in ("update", "cancel") for n in (2, 3))}
    assert len(ids) == 5
    assert message_id(first, "update", 2) == "b0fa26f5fe25e595b46cd02576c267c8"
