"""Prints where a copy of the program knows the kind `shout`, as one JSON object.

Arguments: a file of rules, a file of articles.
"""

import contextlib
import io
import json
import os
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from processors.analyse import load_analyser
from processors.contracts import Alert
from processors.trial import run_example
from processors.watch import decode_state, encode_state, load_rules_file, new_state, watch
from streams.cli import main
from streams.kafka.deployment import Deployment
from streams.page.view_model import shown_alert, shown_kinds, shown_message
from streams.reading.alerts import decode_alert
from streams.replay.manifest import Manifest, deployment_of
from streams.service.settings import Settings
from tools.contracts import generate
from tools.contracts.examples import alerts, mention
from tools.reference.rules import rule_kinds
from tools.reference.topics import topics


def tocsin(*arguments: str) -> str:
    """Run a command in this process, and return its output."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main.run([*arguments])
    return out.getvalue()


def lines(text: str) -> list[Any]:
    """Read one JSON object a line."""
    return [json.loads(one) for one in text.splitlines()]


def deployments(rules: str) -> dict[str, Any]:
    """Report topics, rights and a replay's topics."""
    live = Deployment.of(Settings(rules=rules))
    replay = Manifest(
        replay_id="try",
        claim="c",
        created=datetime.now(UTC),
        range_text="all",
        topic="news.articles",
        spans=[],
        topic_prefix="replay.try.",
        application_id="tocsin.replay.try",
        versions=mention().context.versions,  # type: ignore[union-attr]
        rules="r",
        lateness_seconds=1.0,
        pace_ms=1,
    )
    return {
        "topics": [one.name for one in live.topic_plans()],
        "rights": {
            role.name: [grant.name for grant in role.grants if grant.name.endswith(".shout")]
            for role in live.roles()
        },
        "replay": list(deployment_of(replay, live).alerts.news),
    }


def watched(rules: str) -> dict[str, Any]:
    """Report how examples went, and what watch sends with a state that is kept in between."""
    file = load_rules_file(Path(rules))
    analyser = load_analyser("0", "textblob-news", "off")
    state, sent, reasons = new_state(), [], []
    said = mention()
    for number in range(2):
        context = msgspec.structs.replace(
            said.context,
            mention_id=f"m{number}",
            article=msgspec.structs.replace(
                said.context.article,  # type: ignore[union-attr]
                article_id=f"a{number}",
                title="Xi Jinping! Stop! Now!",
            ),
        )
        one = msgspec.structs.replace(said, context=context)
        result = watch(state, one, file.rules, datetime.now(UTC))
        sent += [alert.alert_id for alert in result.alerts if alert.kind == "shout"]
        reasons += [held.reason for held in result.suppressed if held.rule == "shouted"]
        state = decode_state(encode_state(state))
    return {
        "examples": [run_example(one, file.rules, analyser).passed for one in file.examples],
        "sent": sent,
        "reasons": reasons,
    }


def page(alert: Alert) -> dict[str, Any]:
    """Report what the page shows of the example."""
    shown = shown_alert(alert, alert, [shown_message(alert)], {}, lambda *_: ())
    return {
        "kinds": [[one.name, one.title] for one in shown_kinds()],
        "title": shown.kind_title,
        "figures": shown.figures,
    }


def report(rules: str, articles: str) -> dict[str, Any]:
    """Report everything."""
    generate.write(generate.FOLDER)
    contracts = files("streams.contracts").joinpath("published")
    schema = json.loads(contracts.joinpath("alert.schema.json").read_text("utf-8"))
    asyncapi = json.loads(contracts.joinpath("asyncapi.json").read_text("utf-8"))
    example = alerts()["shout"]  # type: ignore[index]
    return {
        **deployments(rules),
        **watched(rules),
        "page": page(example),
        "fields": lines(tocsin("rules", "fields", "--json")),
        "shown": lines(tocsin("rules", "show", "--json", rules)),
        "tested": lines(tocsin("rules", "test", "--json", rules)),
        "checked": tocsin("rules", "check", rules),
        "tried": lines(tocsin("rules", "try", "--json", "--articles", articles, rules)),
        "filters": [tocsin("alerts", "--help"), tocsin("forward", "--help")],
        "reference": rule_kinds(),
        "topic_table": topics(),
        "schema_kinds": schema["properties"]["kind"]["enum"],
        "schema_examples": [one["kind"] for one in schema["examples"]],
        "channels": [one["address"] for one in asyncapi["channels"].values()],
        "message": asyncapi["components"]["messages"]["shoutAlert"]["title"],
        "decoded": decode_alert(msgspec.json.encode(example)) == example,
    }


if __name__ == "__main__":
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        del os.environ[name]
    sys.stdout.write(json.dumps(report(*sys.argv[1:])))
