"""README.md: what it names is there, what it shows is what happens, and its tables are current.

.venv/bin/python tests/test_readme.py --write      makes the tables anew
"""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import msgspec
import pytest
import typer
from jsonschema import Draft202012Validator
from kafka import KafkaAdminClient, KafkaProducer

from processors.contracts import Alert
from processors.leaders.registry.gaps import coverage, load_reviews
from processors.leaders.registry.registry import (
    REGISTRY_CHECKED_UNTIL,
    REGISTRY_EDITION,
    load_registry,
)
from processors.rules import KINDS, load_rules
from processors.rules.wording import duration, steps
from streams import errors
from streams.cli.main import app
from streams.contracts import published
from streams.demo.bundle import load_bundle
from streams.demo.embedded_broker import EmbeddedBroker
from streams.kafka.connection import Connection
from streams.kafka.envelope import alert_record
from streams.kafka.topics import ALERT_KINDS, ALERTS, TopicNames, apply, plan
from streams.service.metrics import CATALOGUE
from streams.service.settings import PREFIX, Settings, describe
from streams.service.settings_loading import FILE_SUFFIX

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
HOW = "run `.venv/bin/python tests/test_readme.py --write`"
PART = r"(<!-- made by tests/test_readme\.py: {name} -->\n).*?(<!-- end -->)"
CUT = "…"
LARGEST_PICTURE_BYTES = 150_000
CONSUMER_SECONDS = 60.0


# What is made from the code.


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    escaped = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def settings_table() -> str:
    rows = []
    for one in describe():
        default = str(one.default).lower() if isinstance(one.default, bool) else str(one.default)
        rows.append([f"`{one.variable}`", f"`{default}`" if default else "", one.description])
    return table(["Variable", "Default", "What it is"], rows)


def metrics_table() -> str:
    rows = [
        [f"`{m.name}`", m.kind, ", ".join(f"`{label}`" for label in m.labels), m.help]
        for m in CATALOGUE
    ]
    return table(["Metric", "Kind", "Labels", "What it says"], rows)


def topics_table() -> str:
    document = json.loads(published("asyncapi.json"))
    keys = {}
    for channel in document["channels"].values():
        message, *_ = channel["messages"]
        binding = document["components"]["messages"][message]["bindings"]["kafka"]
        keys[channel["address"]] = binding["key"]["description"]
    rows = []
    for topic in plan(Settings()):
        days = int(topic.config.get("retention.ms", 0)) // 86_400_000
        kept = f"{days} day{'s' * (days > 1)}" if days else "the newest of each key"
        # The changelog is Tocsin's own, and in no published contract.
        key = keys.get(topic.name, "Id of the leader. For Tocsin alone.")
        rows.append([f"`{topic.name}`", topic.purpose, key, kept])
    return table(["Topic", "Holds", "Key", "Kept"], rows)


def rules_table() -> str:
    rules = load_rules()
    rows = [
        [
            f"`{rule.kind}`",
            f"`{rule.id}`",
            str(rule.version),
            rule.description,
            f"`{rule.when.source}`" if rule.when else "always",
            "; ".join(steps(rule)),
            f"{KINDS[rule.kind].cooldown}: {duration(rule.cooldown_seconds)}",
        ]
        for rule in rules
    ]
    head = ["Kind", "Rule", "Version", "Rings when", "And", "Severity", "How often"]
    return (
        table(head, rows) + f"\nNothing rings on an article that was published more than "
        f"{duration(rules.guards.stale_seconds)} before it arrived, or dated more than "
        f"{duration(rules.guards.future_seconds)} ahead.\n"
    )


def registry_figures() -> str:
    people, aliases, terms, countries = (
        _rows(name) for name in ("people", "aliases", "terms", "countries")
    )
    running = [term for term in terms if not term["end"]]
    kinds = {country["code"]: country["kind"] for country in countries}
    held = Counter(kinds[code] for code in {term["country"] for term in running})
    return (
        f"The registry holds {len(people):,} people with {len(aliases):,} names and "
        f"{len(terms):,} dated terms of office. {len({t['person_id'] for t in running}):,} of the "
        f"people\nhold an office now, in {held['country']} countries and {held['organisation']} "
        f"international bodies. Holders were checked until {REGISTRY_CHECKED_UNTIL}.\n"
        f"The newest term begins on {max(term['start'] for term in terms)}. "
        f"{_without_qid(people)}\n\n"
        f"{_coverage()}"
    )


def _without_qid(people: Sequence[dict[str, str]]) -> str:
    own = sum(person["person_id"].startswith("x-") for person in people)
    return f"{len(people) - own:,} people have a Wikidata QID; {own} have an id of our own."


def _coverage() -> str:
    """The seats on each 1 July, up to the edition's first day: it must not change with the day."""
    year, month = map(int, REGISTRY_EDITION.split("."))
    counted = coverage(load_registry(), date(year, month, 1), load_reviews())
    rows = []
    for decade in sorted({each.decade for each in counted}):
        cells = []
        for seat in ("state", "government"):
            (one,) = (c for c in counted if (c.decade, c.seat) == (decade, seat))
            share = 100 * one.known / one.seats
            cells += [f"{one.known:,} of {one.seats:,} ({share:.1f} %)", str(one.vacant)]
        rows.append([f"{decade}s", *cells])
    heads = ["Heads of state", "Vacant", "Heads of government", "Vacant, or none"]
    return table(["1 July of each year", *heads], rows)


def _rows(name: str) -> list[dict[str, str]]:
    text = (
        files("processors.leaders.registry")
        .joinpath(f"data/{name}.csv")
        .read_text(encoding="utf-8")
    )
    return list(csv.DictReader(text.splitlines()))


MADE: dict[str, Callable[[], str]] = {
    "rules": rules_table,
    "registry": registry_figures,
    "topics": topics_table,
    "settings": settings_table,
    "metrics": metrics_table,
}


def renewed(text: str) -> str:
    """Give the README with every made part made anew."""
    for name, make in MADE.items():
        pattern = re.compile(PART.format(name=name), re.DOTALL)
        made = make()
        text = pattern.sub(lambda found, made=made: f"{found[1]}\n{made}\n{found[2]}", text)
    return text


# What the README says.


@cache
def readme() -> str:
    return README.read_text(encoding="utf-8")


def blocks(language: str) -> list[tuple[str, str]]:
    """Give the fenced blocks of a language, with what stands after the language's name."""
    found = re.findall(
        rf"^```{language}(?: (\S+))?\n(.*?)^```$", readme(), re.DOTALL | re.MULTILINE
    )
    return [(note, body) for note, body in found]


def one_block(language: str, about: str) -> str:
    (body,) = (body for _, body in blocks(language) if about in body)
    return body


def commands() -> list[str]:
    """Give every `tocsin …` command line, from blocks and from inline code."""
    lines = [
        line for lang in ("sh", "console") for _, body in blocks(lang) for line in _joined(body)
    ]
    lines += re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", readme(), flags=re.DOTALL | re.MULTILINE)
    )
    found = []
    for line in lines:
        for part in re.split(r"\|\|?|&&|[<>;]", line.removeprefix("$ ")):
            match = re.search(r"(?:^|\s|bin/)tocsin( .*)?$", part.split("  #")[0].strip())
            if match and CUT not in part:
                found.append(f"tocsin{match[1] or ''}")
    return sorted(set(found))


def _joined(body: str) -> list[str]:
    """Give a block's command lines; a console's output is none."""
    lines = body.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("$ ")] or lines


def shown_runs() -> Iterator[tuple[str, list[str]]]:
    """Give each command of the console blocks that needs no broker, and its output as shown."""
    for _, body in blocks("console"):
        for run in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, *output = run.splitlines()
            alone = r"analyse|ingest --dry-run|topics show|config|leaders(?! update)"
            if re.match(rf"(?:\w+=\S+ )?tocsin ({alone})", command):
                yield command, output


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_code_is_current(name: str) -> None:
    found = re.search(PART.format(name=name), readme(), re.DOTALL)
    assert found, f"README.md has no place for {name}"
    assert found[0] == renewed(found[0]), f"{name} in README.md is not current: {HOW}"


def test_there_are_commands_to_check() -> None:
    assert len(commands()) > 15


@pytest.mark.parametrize("line", commands())
def test_a_command_line_is_one_that_the_program_takes(line: str) -> None:
    command: Any = typer.main.get_command(app)
    _, *words = shlex.split(line)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"{line}: there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    if words and hasattr(command, "default"):
        command = command.commands[command.default]
    # A group that does something by itself takes its options as a command does.
    is_group = hasattr(command, "commands") and not command.invoke_without_command
    if is_group or not words:
        options = {option for param in command.params for option in param.opts}
        assert set(words) <= options | {"--help"}, line
    else:
        command.make_context(line, words)


@pytest.mark.parametrize(("command", "shown"), list(shown_runs()))
def test_an_output_that_is_shown_is_the_true_one(command: str, shown: Sequence[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streams", *shlex.split(command.partition("tocsin ")[2])],
        cwd=ROOT,
        env={**_no_settings(), **dict(re.findall(r"^(\w+)=(\S+) ", command)), "COLUMNS": "84"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    true = iter([line.rstrip() for line in done.stdout.splitlines()])
    for line in shown:
        if line.strip() not in ("", CUT):
            assert any(line == one for one in true), f"{line!r} is not in:\n{done.stdout}"


def test_every_variable_is_a_setting() -> None:
    known = {one.variable for one in describe()}
    for name in set(re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*\b", readme())):
        assert name.removesuffix(FILE_SUFFIX) in known or name in known, name


def test_every_metric_is_in_the_catalogue() -> None:
    known = {metric.name for metric in CATALOGUE}
    named = set(re.findall(r"\btocsin_[a-z_]+\b(?!\*)", readme()))
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in named} <= known
    for beginning in re.findall(r"\b(tocsin_[a-z_]+)\*", readme()):
        assert any(name.startswith(beginning) for name in known), beginning


def test_every_topic_is_one() -> None:
    names = {topic.name for topic in plan(Settings())} | {ALERTS, f"{ALERTS}.<kind>"}
    named = set(re.findall(r"(?<![\w./-])news\.[a-z-]+(?:\.(?:<kind>|[a-z-]+))?", readme()))
    assert {name for name in named if not name.endswith(".example")} <= names
    assert {f"{ALERTS}.{kind}" for kind in ALERT_KINDS} <= named


def test_every_file_is_there() -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)|(?:src|href)=\"([^\"]+)\"", readme())
    named = {one or other for one, other in links}
    folders = "|".join(
        path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."
    )
    named |= set(re.findall(rf"`((?:{folders})/[\w./-]*)`", readme()))
    local = {name for name in named if not name.startswith("http")}
    assert local
    assert not [name for name in local if not (ROOT / name).exists()]


def test_every_link_within_leads_somewhere() -> None:
    titles = re.findall(r"^#+ (.+)$", readme(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", readme())) <= anchors


def test_every_make_target_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^|&& )make ([a-z-]+)", readme(), re.MULTILINE))
    assert {"demo", "test", "env"} <= named <= targets


def test_the_exit_codes_are_the_programs() -> None:
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert set(map(int, re.findall(r"^\| `(\d+)` \|", readme(), re.MULTILINE))) == codes


@pytest.mark.parametrize(("schema", "text"), blocks("json"))
def test_a_json_example_keeps_to_its_schema(schema: str, text: str) -> None:
    Draft202012Validator(json.loads(published(f"{schema}.schema.json"))).validate(json.loads(text))


@pytest.mark.parametrize("text", [body for _, body in blocks("python")])
def test_a_python_example_compiles(text: str) -> None:
    compile(text, "README.md", "exec", dont_inherit=True)


def test_the_picture_is_whole_small_and_needs_nothing_from_elsewhere() -> None:
    svg = (ROOT / "docs/images/demo.svg").read_text(encoding="utf-8")
    assert len(svg.encode()) < LARGEST_PICTURE_BYTES
    assert not re.search(r"@font-face|@import|<image|url\((?!#)|(?<!xmlns=\")https?://cdn", svg)
    plain = re.sub(r"<[^>]+>", "", svg).replace("&#160;", " ")
    assert f"Publishing {len(load_bundle())} invented articles" in plain, (
        "the demo has changed: run tools/demo_picture.py, and look at the picture"
    )


# The consumer, against a broker.


def _no_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def python_consumer(folder: Path) -> list[str]:
    (folder / "alerts.py").write_text(one_block("python", "KafkaConsumer"), encoding="utf-8")
    return [sys.executable, str(folder / "alerts.py")]


@pytest.mark.broker
def test_the_consumer_takes_each_alert_once(tmp_path: Path) -> None:
    example = json.loads(published("alert.schema.json"))["examples"][0]
    first = msgspec.convert(example, Alert)
    after = msgspec.structs.replace(first, alert_id="f" * 32, reason="Another reason.")
    command = python_consumer(tmp_path)
    with EmbeddedBroker() as broker:
        address = broker.bootstrap_servers
        _publish(address, [first, first, after])
        _point_at(Path(command[-1]), address)
        lines = _lines(command, 2)
    assert first.reason in lines[0]
    assert after.reason in lines[1]


def _publish(address: str, alerts: Sequence[Alert]) -> None:
    settings = Settings(broker=address)
    topic = TopicNames.of(settings).alerts[alerts[0].kind]
    admin = KafkaAdminClient(**Connection.plaintext(address).kafka_python())
    apply(admin, plan(settings))
    admin.close()
    producer = KafkaProducer(bootstrap_servers=address)
    for alert in alerts:
        record = alert_record(topic, alert)
        producer.send(topic, key=record.key, value=record.value, headers=list(record.headers))
    producer.flush()
    producer.close()


def _point_at(source: Path, address: str) -> None:
    text = source.read_text(encoding="utf-8")
    assert text.count("localhost:9092") == 1
    source.write_text(text.replace("localhost:9092", address), encoding="utf-8")


def _lines(command: Sequence[str], count: int) -> list[str]:
    """Read so many lines of a program that does not end, and fail rather than wait for ever."""
    queue: Queue[str] = Queue()
    found: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env=_no_settings()
    ) as child:
        reader = Thread(target=lambda: [queue.put(line) for line in child.stdout or ()])
        reader.start()
        deadline = time.monotonic() + CONSUMER_SECONDS
        try:
            while len(found) < count:
                found.append(queue.get(timeout=max(0.0, deadline - time.monotonic())))
        except Empty:
            pytest.fail(f"the consumer printed {found} in {CONSUMER_SECONDS:g} s, and no more")
        finally:
            child.kill()
            reader.join()
    return found


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(f"usage: {HOW}")
    README.write_text(renewed(readme()), encoding="utf-8")
