"""`tocsin topics show`, and what the other commands say without a broker."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from streams.kafka.acls import Role, roles
from streams.kafka.topics import plan
from streams.service.settings import Settings

Run = Callable[..., Any]


def test_the_planned_topics_are_shown_without_a_broker(tocsin: Run) -> None:
    done = tocsin("topics", "show", TOPIC_PREFIX="staging.")
    assert (done.code, done.err) == (0, "")
    assert "staging.news.articles: articles, the input\n    4 partitions, 1 replica, " in done.out


def test_json_has_the_whole_plan(tocsin: Run) -> None:
    done = tocsin("topics", "show", "--json", PARTITIONS="7")
    documents = [json.loads(line) for line in done.out.splitlines()]
    planned = plan(Settings(partitions=7))
    assert [d["name"] for d in documents] == [topic.name for topic in planned]
    assert documents[0]["config"] == dict(planned[0].config)
    assert {d["partitions"] for d in documents} == {7}


def test_rights_are_commands_or_json_of_one_role_or_all(tocsin: Run) -> None:
    shown = tocsin("topics", "acls", "--role", "ingest", TOPIC_PREFIX="staging.")
    assert (shown.code, shown.err) == (0, "")
    head, *commands = shown.out.splitlines()
    assert head == "# ingest: tocsin ingest"
    assert all(" --operation Write --topic staging.news.articles " in one for one in commands)
    documents = [json.loads(line) for line in tocsin("topics", "acls", "--json").out.splitlines()]
    assert msgspec.convert(documents, list[Role]) == roles(Settings())


def test_a_role_that_is_none_is_refused_with_those_that_are(tocsin: Run) -> None:
    done = tocsin("topics", "acls", "--role", "king")
    assert (done.code, done.out) == (2, "")
    assert "worker, ingest" in done.err


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_without_a_broker_they_say_how_to_name_one(tocsin: Run, command: str) -> None:
    done = tocsin("topics", command)
    assert (done.code, done.out) == (2, "")
    assert "TOCSIN_BROKER" in done.err


@pytest.mark.parametrize("command", [["topics", "plan"], ["dead-letters", "list"], ["alerts"]])
def test_a_broker_that_is_away_is_a_passing_fault(tocsin: Run, command: list[str]) -> None:
    done = tocsin(*command, BROKER="127.0.0.1:1", BROKER_WAIT_SECONDS="0.1")
    assert (done.code, done.out) == (3, "")
    assert "no broker answered within 0.1 s" in done.err


@pytest.mark.parametrize(
    "command",
    ["alerts", "dead-letters list", "dead-letters show", "dead-letters requeue", "topics show",
     "topics plan", "topics apply", "topics acls", "config show", "config check"],
)  # fmt: skip
def test_every_help_has_worked_examples_one_a_line(tocsin: Run, command: str) -> None:
    done = tocsin(*command.split(), "--help")
    assert done.code == 0
    examples = done.out.split("Examples:\n", 1)[1].split("\n\n", 1)[0].splitlines()
    assert len(examples) >= 2
    assert all(f"tocsin {command}" in line for line in examples)
