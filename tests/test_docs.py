"""Test that the pages are true: links, commands, outputs, settings, metrics, topics, examples."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator

from processors.sentiment.scorer import Scorer
from streams.cli.main import app
from streams.contracts import published
from streams.kafka.acls import roles
from streams.kafka.topics import ALERT_KINDS, ALERTS, plan
from streams.service.metrics import CATALOGUE
from streams.service.settings import PREFIX, Settings, describe
from streams.service.settings_loading import FILE_SUFFIX

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(
            ROOT / name
            for name in (
                "README.md",
                "CONTRIBUTING.md",
                "SECURITY.md",
                "deploy/README.md",
                "benchmarks/README.md",
            )
        ),
    ]
)
# Stands for what a shown output or command leaves out.
CUT = "…"
# A shell's own words in front of a command.
BEFORE = re.compile(r"^(?:export |\$ |[A-Z_]+=\S+ )+")
METRIC = re.compile(r"\btocsin_[a-z_]+\b")
# Made by npm, and removed by `make clean`.
BUILT = {"tools/contracts_page/node_modules"}
# Commands of which the output is the same on every machine, without a broker.
REPEATABLE = r"analyse|ingest --dry-run \S+$|config|leaders(?! update)"

every_page = pytest.mark.parametrize(
    "page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES]
)


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """Return the fenced blocks of a language, each with the note after the language's name."""
    pattern = rf"^```{language}(?: (\S+))?\n(.*?)^```$"
    return re.findall(pattern, text_of(page), re.DOTALL | re.MULTILINE)


def _joined(body: str) -> list[str]:
    """Return the command lines of a block; the output in a console block is not one."""
    lines = re.sub(r"\\\n\s*", " ", body).splitlines()
    return [line for line in lines if line.startswith("$ ")] or lines


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of each of our commands, from blocks and from inline code."""
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    lines = [
        line
        for lang in ("sh", "console")
        for _, body in blocks(page, lang)
        for line in _joined(body)
    ]
    lines += [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    for line in lines:
        for part in re.split(r"&&|\|\||[|>]|\s#\s", line):
            bare = BEFORE.sub("", part.strip()).removeprefix(".venv/bin/")
            if bare.startswith("tocsin ") and CUT not in bare:
                yield shlex.split(bare)[1:]


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@every_page
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    wrong = []
    found = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text_of(page))
    for link in (one or other for one, other in found):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


@every_page
def test_every_command_of_a_page_is_one_that_the_program_takes(page: Path) -> None:
    for words in commands(page):
        command: Any = typer.main.get_command(app)
        rest = words
        while hasattr(command, "commands") and rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        if hasattr(command, "commands"):
            assert rest == [] or rest[0].startswith("-") or rest[0].isupper(), words
        if rest == [] or rest[0].isupper():
            continue  # a mention of the command, without what it needs
        options = {option for param in command.params for option in param.opts} | {"--help"}
        if set(rest) <= options:
            continue  # a mention of an option, without its value
        # A placeholder such as <id> stands for a word.
        command.make_context(command.name, [w.strip("<>") for w in rest], resilient_parsing=False)


def shown_runs() -> Iterator[Any]:
    """Yield each command of the console blocks that needs no broker, and its output as shown."""
    for page in PAGES:
        for _, body in blocks(page, "console"):
            for run in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, *output = run.splitlines()
                if output and re.match(rf"(?:\w+=\S+ )?tocsin ({REPEATABLE})", command):
                    yield pytest.param(command, output, id=f"{page.stem}: {command[:50]}")


def _no_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


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


def test_there_are_outputs_to_compare() -> None:
    assert len(list(shown_runs())) >= 4


@every_page
def test_every_setting_and_metric_of_a_page_is_one(page: Path) -> None:
    text = text_of(page)
    known = {one.variable for one in describe()}
    for name in set(re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", text)):
        assert (
            name in known
            or name.removesuffix(FILE_SUFFIX) in known
            or any(one.startswith(name + "_") for one in known)
        ), name
    metrics = {metric.name for metric in CATALOGUE}
    # A name that is no metric's: of an image's file.
    other = {"tocsin_shouting"}
    named = {re.sub(r"_(bucket|sum|count)$", "", name) for name in METRIC.findall(text)}
    # The beginning of a name stands for all that begin so.
    assert {
        name
        for name in named - other
        if name not in metrics
        and not any(one.startswith(f"{name.rstrip('_')}_") for one in metrics)
    } == set()


@every_page
def test_every_topic_of_a_page_is_one(page: Path) -> None:
    names = {topic.name for topic in plan(Settings())} | {ALERTS, f"{ALERTS}.<kind>", "news.avro"}
    own = {f"{ALERTS}.paris-berlin", f"{ALERTS}.kenya", f"{ALERTS}.<name>"}
    named = set(re.findall(r"`(news\.[a-z-]+(?:\.(?:<\w+>|[a-z-]+))?)`", text_of(page)))
    assert named - names - own == set()


def test_the_reference_names_every_kind() -> None:
    text = text_of(ROOT / "docs/reference/topics.md")
    assert all(f"`{ALERTS}.{kind}`" in text for kind in ALERT_KINDS)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        pytest.param(note, body, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, (note, body) in enumerate(blocks(page, "json"))
    ],
)
def test_a_json_example_keeps_to_its_schema(schema: str, text: str) -> None:
    assert schema, "name the schema after the language: ```json article"
    Draft202012Validator(json.loads(published(f"{schema}.schema.json"))).validate(json.loads(text))


@every_page
def test_a_python_example_compiles(page: Path) -> None:
    for _, body in blocks(page, "python"):
        compile(body, str(page), "exec", dont_inherit=True)


@every_page
def test_every_make_target_of_a_page_is_one(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:`|^|&& )make ([a-z-]+)", text_of(page), re.MULTILINE)) <= targets


@every_page
def test_every_file_of_a_page_is_there(page: Path) -> None:
    folders = "|".join(
        path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."
    )
    named = set(re.findall(rf"`((?:{folders})/[\w./-]*)`", text_of(page)))
    # Made by a target.
    made = ("build/", "dist/")
    assert [one for one in named if not one.startswith(made) and not (ROOT / one).exists()] == []


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Return every text file under version control, with its path."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and path.suffix not in (".png", ".lock", ".gz", ".onnx", ".npz", ".svg"):
            yield name, path.read_bytes().decode("utf-8", "replace")


def test_every_path_under_docs_and_tools_that_is_named_anywhere_exists() -> None:
    named = re.compile(r"(?<![\w./-])((?>(?:docs|tools)/[\w-][\w./-]*))(?![{*<])")
    missing = {
        f"{name}: {path}"
        for name, text in tracked_texts()
        for path in (one.rstrip("./-") for one in named.findall(text))
        if not (ROOT / path).exists() and path not in BUILT
    }
    assert missing == set()


def test_every_page_is_in_the_index() -> None:
    index = text_of(ROOT / "docs/README.md") + text_of(ROOT / "docs/contribute/decisions/README.md")
    folder = ROOT / "docs"
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", index)}
    pages = {page.relative_to(folder).as_posix() for page in folder.rglob("*.md")}
    assert {
        page
        for page in pages - {"README.md", "index.md"}
        if page not in linked and page.removeprefix("contribute/decisions/") not in linked
    } == set()


def test_the_roles_of_the_page_on_security_are_those_of_the_code() -> None:
    text = (ROOT / "docs/operate/security.md").read_text(encoding="utf-8")
    rights = text.split("## Rights", 1)[1].split("\n## ", 1)[0]
    named = re.findall(r"^\| `([a-z-]+)` \|", rights, re.MULTILINE)
    assert named == [role.name for role in roles(Settings())]


def test_the_secrets_of_the_page_on_security_are_those_of_the_code() -> None:
    text = (ROOT / "docs/operate/security.md").read_text(encoding="utf-8")
    secrets = text.split("## Secrets", 1)[1].split("\n## ", 1)[0]
    for one in describe():
        assert (f"`{one.variable}`" in secrets) == one.secret, one.variable


def test_the_bounds_of_the_page_on_security_are_those_of_the_code() -> None:
    text = (ROOT / "docs/operate/security.md").read_text(encoding="utf-8")
    limits = Settings()
    for number in (10_485_760, limits.max_text_characters):
        assert f"{number:,}" in text
    assert f"({limits.max_message_bytes // 2**20} MiB)" in text
    assert max(int(t.config.get("max.message.bytes", 0)) for t in plan(limits)) == (
        limits.max_message_bytes + 64 * 1024
    )


def test_the_scorer_that_is_shown_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs/contribute/add-a-scorer.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "tocsin_shouting.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    import tocsin_shouting  # noqa: PLC0415 - written just now

    scorer: Scorer = tocsin_shouting.load()
    assert (scorer.name, scorer.version) == ("shouting", "1.0")
    assert scorer.read("Hail!", "Bravo! Bravo!", []).sentiment.polarity == pytest.approx(0.6)
    unknown, evidence = scorer.read("", "Nothing.", []).towards([])
    assert (unknown.label, evidence) == ("unknown", [])
    del sys.modules["tocsin_shouting"]
