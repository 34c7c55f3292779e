"""Rules against a broker: their own topics, and a trial on what the articles' topic keeps."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from streams.cli import main
from streams.demo.broker import Broker
from streams.kafka.connection import Connection
from streams.service import logs

pytestmark = pytest.mark.broker

RULES = """
extends = "builtin"
[[rule]]
id = "any-tone"
version = 1
kind = "sentiment"
topic = "news.alerts.desk"
severities = [{ severity = "low", polarity_at_least = 0.1 }]
"""
NOW = datetime.now(UTC)


@pytest.fixture
def tocsin(
    broker: Broker,
    topic_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TOCSIN_BROKER", broker.bootstrap_servers)
    monkeypatch.setenv("TOCSIN_TOPIC_PREFIX", topic_prefix)
    monkeypatch.setenv("TOCSIN_APPLICATION_ID", f"{topic_prefix}app")

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main.run([*arguments])
        out, err = capfd.readouterr()
        assert ended.value.code == 0, err
        return out

    return run


def test_rules_are_tried_on_what_the_topic_keeps_and_their_topics_are_made(
    broker: Broker,
    topic_prefix: str,
    tocsin: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "my.toml"
    file.write_text(RULES, encoding="utf-8")
    tocsin("topics", "apply")
    published = {"old": timedelta(hours=30), "new": timedelta(hours=2)}
    with closing(
        KafkaProducer(**Connection.plaintext(broker.bootstrap_servers).kafka_python())
    ) as producer:
        for article_id, ago in published.items():
            value = {
                "id": article_id,
                "title": "Lawmakers condemn Emmanuel Macron over disastrous reform",
                "text": "Lawmakers condemned Emmanuel Macron for a disastrous, shameful reform.",
            }
            producer.send(
                f"{topic_prefix}news.articles",
                json.dumps(value).encode(),
                timestamp_ms=round((NOW - ago).timestamp() * 1000),
            ).get(20)

    *changes, summary = map(
        json.loads, tocsin("rules", "try", "--since", "1d", "--json", str(file)).splitlines()
    )
    assert {one["change"] for one in changes} == {"added"}
    assert {one["alert"]["rule"]["id"] for one in changes} == {"any-tone"}
    assert (summary["articles"], summary["added"]) == (1, len(changes))
    more = tocsin("rules", "try", "--since", "2d", "--json", str(file)).splitlines()
    assert json.loads(more[-1])["articles"] == 2

    monkeypatch.setenv("TOCSIN_RULES", str(file))
    assert f"created, because {topic_prefix}news.alerts.desk is missing" in tocsin(
        "topics", "apply"
    )
    assert tocsin("alerts", "--since", "beginning", "--no-follow") == ""
