"""Which rights are missing, as the broker tells, and how the error names them."""

from typing import Any

import aiokafka.errors
import kafka.errors
import pytest

from streams.errors import MissingRightsError, RecordsRefusedError, RefusedRecord
from streams.kafka.acls import worker_grants
from streams.kafka.connection import Connection
from streams.kafka.rights import Needs, is_refusal
from streams.service.settings import Settings

SETTINGS = Settings(partitions=2)
NEEDS = Needs(
    Connection.plaintext("kafka:9092"), "worker", worker_grants(SETTINGS), SETTINGS.application_id
)
REFUSED = kafka.errors.TopicAuthorizationFailedError.errno


class Admin:
    """Answers as kafka-python's admin client, with what it allows on each topic and group."""

    def __init__(self, **differs: Any) -> None:
        self._differs = differs

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        return [
            {"name": name, "error_code": 0, "authorized_operations": ["READ", "WRITE"]}
            | self._differs.get(name.replace(".", "_"), {})
            for name in names
        ]

    def describe_groups(self, groups: list[str]) -> dict[str, Any]:
        allowed = self._differs.get("group", ["READ"])
        if isinstance(allowed, Exception):
            raise allowed
        return {group: {"authorized_operations": allowed} for group in groups}


@pytest.mark.parametrize(
    ("admin", "missing"),
    [
        (Admin(news_articles={"authorized_operations": ["WRITE"]}), "Read on topic news.articles"),
        (Admin(news_mentions={"error_code": REFUSED}), "Read and Write on topic news.mentions"),
        (Admin(group=["DESCRIBE"]), "Read on group tocsin"),
        (Admin(group=kafka.errors.GroupAuthorizationFailedError()), "Read on group tocsin"),
    ],
)
def test_a_missing_right_is_named_with_how_to_grant_it(admin: Admin, missing: str) -> None:
    with pytest.raises(MissingRightsError) as caught:
        NEEDS.require(admin)
    said = str(caught.value)
    assert said.count("\n  - ") == 1
    assert f"\n  - {missing}\n" in said
    assert "`tocsin topics acls --role worker`" in said


@pytest.mark.parametrize(
    "admin",
    [
        Admin(),
        # The broker does not say what it allows, or has had no group yet.
        Admin(news_articles={"authorized_operations": None}, group=None),
        Admin(group=kafka.errors.CoordinatorNotAvailableError()),
    ],
)
def test_what_is_allowed_or_not_known_is_no_missing_right(admin: Admin) -> None:
    NEEDS.require(admin)


def test_a_refusal_that_the_broker_does_not_explain_keeps_the_clients_words() -> None:
    error = aiokafka.errors.TopicAuthorizationFailedError("news.analyses")
    said = str(NEEDS.refused(Admin(), error))
    assert "TopicAuthorizationFailedError" in said
    assert "news.analyses" in said


def test_refusals_of_both_clients_are_known_also_of_single_records() -> None:
    refused = aiokafka.errors.TopicAuthorizationFailedError()
    assert is_refusal(refused)
    assert is_refusal(kafka.errors.GroupAuthorizationFailedError())
    assert is_refusal(RecordsRefusedError([RefusedRecord(0, "news.analyses", 1, refused)]))
    # aiokafka's group coordinator raises what it was refused as text.
    assert is_refusal(aiokafka.errors.KafkaError("TopicAuthorizationFailedError()"))
    assert not is_refusal(aiokafka.errors.KafkaError("UnknownError()"))
    large = aiokafka.errors.MessageSizeTooLargeError()
    assert not is_refusal(RecordsRefusedError([RefusedRecord(0, "news.analyses", 1, large)]))
    assert not is_refusal(kafka.errors.KafkaTimeoutError())
