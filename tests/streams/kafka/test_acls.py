"""The rights of each role follow the topic table; `tests/broker/test_acls.py` works with them."""

import subprocess
from pathlib import Path

import pytest

from streams.kafka.acls import Role, commands, roles
from streams.kafka.topics import AlertTopics, TopicNames, plan
from streams.service.settings import Settings

OWN = ("news.alerts.desk",)
SETTINGS = Settings(topic_prefix="staging.", application_id="bell")
NAMES = TopicNames.of(SETTINGS)
ROLES = {role.name: role for role in roles(SETTINGS, OWN)}
ALERTS = set(AlertTopics.of(SETTINGS, OWN).news)


def allowed(role: Role, operation: str, resource: str = "topic") -> set[str]:
    return {g.name for g in role.grants if operation in g.operations and g.resource == resource}


def test_the_worker_writes_every_topic_but_its_input() -> None:
    planned = {topic.name for topic in plan(SETTINGS, OWN)}
    assert allowed(ROLES["worker"], "Write") == planned - {NAMES.articles}
    assert allowed(ROLES["worker"], "Read") == {
        NAMES.articles, NAMES.mentions, NAMES.watch_changelog
    }  # fmt: skip
    assert allowed(ROLES["worker"], "Read", "group") == {"bell"}


@pytest.mark.parametrize(
    ("role", "written"),
    [
        ("ingest", {NAMES.articles}),
        ("subscriber", set()),
        ("page", set()),
        ("scaler", set()),
        ("forward", {NAMES.dead_letters}),
        ("canary", {NAMES.articles}),
        ("operator", ALERTS | {NAMES.articles}),
        ("replay", {"staging.replay.", "bell.replay."}),
        ("replay-publish", ALERTS),
    ],
)
def test_a_role_writes_no_more_than_its_work_needs(role: str, written: set[str]) -> None:
    assert allowed(ROLES[role], "Write") == written


def test_topics_are_made_by_the_operator_and_those_of_replays_by_the_replay() -> None:
    assert {name for name, role in ROLES.items() if allowed(role, "Create")} == {
        "operator", "replay"
    }  # fmt: skip
    assert [name for name, role in ROLES.items() if allowed(role, "Delete")] == ["replay"]


def test_every_reader_of_alerts_reads_those_of_rules_own_topics() -> None:
    for role in ("subscriber", "page", "forward", "replay"):
        assert allowed(ROLES[role], "Read") >= ALERTS


def test_every_role_has_a_user_and_every_grant_is_there_once() -> None:
    users = [role.user for role in ROLES.values()]
    assert len(set(users)) == len(users)
    for role in ROLES.values():
        places = [(g.resource, g.name, g.pattern) for g in role.grants]
        assert len(set(places)) == len(places)
        assert all(g.operations for g in role.grants)


def test_commands_are_ones_that_a_shell_runs_as_they_are_meant(tmp_path: Path) -> None:
    shown = tmp_path / "kafka-acls.sh"
    shown.write_text('#!/bin/sh\nprintf "%s\\n" "$*"\n')
    shown.chmod(0o755)
    odd = roles(SETTINGS, ["news.alerts.$(rm -rf x)"])[0]
    out = subprocess.run(
        ["sh", "-e"],
        input="\n".join(commands(odd)),
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "BOOTSTRAP": "kafka:9092", "CONFIG": "a b"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert len(out) == len(odd.grants)
    assert out[0] == (
        "--bootstrap-server kafka:9092 --command-config a b --add --allow-principal "
        "User:bell-worker --operation Read --topic staging.news.articles "
        "--resource-pattern-type literal"
    )
    assert any("--topic staging.news.alerts.$(rm -rf x) " in line for line in out)
