"""What of the broker's answers ends a worker, and after how many looks."""

from typing import Any

import pytest

from streams.kafka.acls import worker_grants
from streams.kafka.topic_checks import Answers, Difference, Offsets, TopicChecks, mismatch
from streams.kafka.topics import plan
from streams.service.settings import Settings

SETTINGS = Settings(partitions=2)
ALL = ["READ", "WRITE", "DESCRIBE"]
UNKNOWN, REFUSED, NOT_YET = 3, 29, 5
ARTICLES, MENTIONS = "news.articles", "news.mentions"


def checks(*fixed: str) -> TopicChecks:
    return TopicChecks(plan(SETTINGS), worker_grants(SETTINGS), "tocsin", fixed)


def answers(
    committed: Offsets | None = None, ends: Offsets | None = None, **of: dict[str, Any]
) -> Answers:
    """Give topics as planned, with what differs of articles, mentions or changelog."""
    names = {"articles": ARTICLES, "mentions": MENTIONS, "changelog": "tocsin-watch-changelog"}
    changed = {names[short]: fields for short, fields in of.items()}
    topics = [
        {
            "name": one.name,
            "error_code": 0,
            "topic_id": f"id-{one.name}",
            "partitions": [None, None],
            "authorized_operations": ALL,
        }
        | changed.get(one.name, {})
        for one in plan(SETTINGS)
    ]
    return Answers(topics, committed or {}, ends or {})


def looks_to_the_end(watch: TopicChecks, seen: Answers, most: int = 10) -> int | None:
    """Look again and again, and say which look ends the worker."""
    for look in range(1, most + 1):
        if watch.ended_by(watch.look(seen)):
            return look
    return None


def test_what_is_as_planned_is_no_finding() -> None:
    watch = checks()
    assert watch.look(answers()) == []
    assert watch.partitions[ARTICLES] == 2


@pytest.mark.parametrize(
    ("changed", "difference", "looks"),
    [
        ({"articles": {"error_code": UNKNOWN, "partitions": []}}, Difference.MISSING, 3),
        ({"mentions": {"topic_id": "another"}}, Difference.MADE_AGAIN, 1),
        ({"mentions": {"partitions": [None] * 3}}, Difference.PARTITIONS, 1),
        ({"changelog": {"partitions": [None] * 3}}, Difference.PARTITIONS, 1),
        ({"articles": {"authorized_operations": ["DESCRIBE"]}}, Difference.RIGHTS, 2),
        ({"articles": {"error_code": REFUSED, "partitions": []}}, Difference.RIGHTS, 2),
        ({"articles": {"partitions": [None] * 3}}, Difference.OTHER_PARTITIONS, None),
        ({"articles": {"partitions": [None]}}, Difference.OTHER_PARTITIONS, None),
    ],
)
def test_a_difference_ends_the_worker_when_it_is_no_passing_one(
    changed: dict[str, dict[str, Any]], difference: Difference, looks: int | None
) -> None:
    watch = checks()
    watch.look(answers())
    (found,) = watch.look(answers(**changed))
    assert found.difference is difference
    watch.look(answers())
    # What was right in between begins again.
    assert looks_to_the_end(watch, answers(**changed)) == looks


def test_a_topic_whose_leader_is_elected_is_no_finding() -> None:
    watch = checks()
    watch.look(answers())
    assert watch.look(answers(articles={"error_code": NOT_YET, "partitions": []})) == []


def test_missing_rights_are_named_by_operation() -> None:
    (found,) = checks().look(answers(mentions={"authorized_operations": ["DESCRIBE"]}))
    assert found.operations == ("Read", "Write")
    assert checks().look(answers(mentions={"authorized_operations": None})) == []


def test_a_replay_reads_its_range_whatever_partitions_the_articles_get() -> None:
    assert checks(ARTICLES).look(answers(articles={"partitions": [None] * 9})) == []


def test_offsets_beyond_the_end_end_the_worker_with_what_to_do() -> None:
    seen = answers({(ARTICLES, 1): 500}, {(ARTICLES, 1): 10})
    watch = checks()
    assert looks_to_the_end(watch, seen) == 3
    (found,) = watch.look(seen)
    said = str(mismatch([found]))
    assert "offset 500 of partition 1 of news.articles, which ends at 10" in said
    assert "--group tocsin --topic news.articles --reset-offsets --to-earliest" in said
    assert watch.look(answers({(ARTICLES, 1): 10}, {(ARTICLES, 1): 10})) == []


def test_a_broker_without_topic_ids_is_known_by_ends_that_go_back() -> None:
    def told(end: int) -> Answers:
        return answers({(ARTICLES, 0): 1}, {(ARTICLES, 0): end}, articles={"topic_id": None})

    watch = checks()
    assert watch.look(told(7)) == []
    assert watch.look(told(9)) == []
    (found,) = watch.look(told(2))
    assert found.difference is Difference.MADE_AGAIN
    assert "partition 0 ended at 9, and ends at 2 now" in found.message
