"""The pages of docs/ and deploy/: what they link to, set, measure and call is there."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from processors.sentiment.scorer import Scorer
from streams.cli.main import app
from streams.kafka.acls import roles
from streams.kafka.topics import plan
from streams.service.metrics import CATALOGUE
from streams.service.settings import PREFIX, Settings, describe
from streams.service.settings_loading import FILE_SUFFIX

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "deploy/README.md", ROOT / "README.md"])
# A shell's own words in front of a command.
BEFORE = re.compile(r"^(?:export |\$ |[A-Z_]+=\S+ )+")
# Made by npm, and removed by `make clean`.
BUILT = {"tools/contracts_page/node_modules"}
METRIC = re.compile(r"\btocsin_[a-z_]+\b")


def commands(text: str) -> Iterator[list[str]]:
    """Give the words of every command of ours in a block of code."""
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL):
        joined = re.sub(r"\\\n\s*", " ", block)
        for line in joined.splitlines():
            for part in re.split(r"&&|\|\||[|>]|\s#\s", line):
                bare = BEFORE.sub("", part.strip())
                if bare.startswith("tocsin "):
                    yield shlex.split(bare)[1:]


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles)
    return set(plain)


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_command_of_a_page_is_one_that_the_program_takes(page: Path) -> None:
    for words in commands(page.read_text(encoding="utf-8")):
        command: Any = typer.main.get_command(app)
        rest = words
        while hasattr(command, "commands") and rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        assert not hasattr(command, "commands") or rest == [] or rest[0].startswith("-"), words
        # A placeholder such as <id> or … stands for a word.
        command.make_context(command.name, [w.strip("<>") for w in rest], resilient_parsing=False)


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_setting_and_metric_of_a_page_is_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
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
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")} - {
        "README.md"
    }
    assert {page for page in pages if f"({page})" not in index} == set()


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


def test_the_scorer_of_the_page_on_extending_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs/contribute/extending.md").read_text(encoding="utf-8")
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
