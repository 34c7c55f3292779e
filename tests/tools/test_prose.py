"""Test the prose check: what is prose, what is found, and that it agrees with the glossary."""

import re
import tomllib
from pathlib import Path

import pytest

from tools.prose.check import (
    WORDS,
    Figures,
    Limits,
    exceeded,
    find_words,
    load_limits,
    load_words,
)
from tools.prose.texts import Text, markdown_text, python_texts, without_code

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs/concepts/glossary.md"
# Names that prose may use in another sense.
AMBIGUOUS = {
    "being", "document", "item", "house", "gravity", "tell", "discard", "away", "put back",
    "passing fault", "stranger", "bearer", "pass over",
}  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def _found(path: Path) -> list[str]:
    return list(find_words(markdown_text(path, tables=True), load_words()))


def test_a_word_is_named_with_its_line_and_the_better_word(page: Path) -> None:
    page.write_text("# Title\n\nIt waits for\never.\n", encoding="utf-8")
    assert _found(page) == [f"{page}:3: “for ever”: write indefinitely"]


def test_a_part_of_a_word_is_not_the_word(page: Path) -> None:
    page.write_text("Strings, recommended amendments, and a told-you-so.\n", encoding="utf-8")
    assert _found(page) == []


def test_code_and_quotations_are_no_prose(page: Path) -> None:
    page.write_text(
        '`allow_undated`, ```\n\n```sh\nrings\n```\n\n“it rings” and "rings"\n[a](rings.md)\n',
        encoding="utf-8",
    )
    assert _found(page) == []


def test_tables_are_searched_for_words_but_not_measured() -> None:
    table = "Prose.\n\n| a | it rings; nobody |\n"
    assert "rings" in without_code(table, tables=True)
    assert "rings" not in without_code(table)


def test_of_a_changelog_only_unreleased_counts(tmp_path: Path) -> None:
    path = tmp_path / "CHANGELOG.md"
    path.write_text("# C\n\n## [Unreleased]\n\nIt rings.\n\n## [0.1.0]\n\nIt rang.\n", "utf-8")
    assert _found(path) == [f"{path}:5: “rings”: write fires, or sends an alert"]


def test_docstrings_and_comments_are_prose_and_code_is_not(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text('"""It rings."""\n\nrings = "rings"\n\n# It rang.\n', encoding="utf-8")
    found = [m for text in python_texts(path) for m in find_words(text, load_words())]
    assert [line.partition(": ")[0] for line in found] == [f"{path}:1", f"{path}:5"]


def test_figures_are_per_thousand_words() -> None:
    figures = Figures.of([Text(Path("a"), 1, "You see your alert; nobody waits. " + "word " * 94)])
    assert figures == Figures(words=100, you=20.0, semicolons=10.0, nothing=10.0)
    assert list(exceeded("a", figures, Limits(21.0, 0.8, 0.9))) == [
        "a: “you” 20.0 per 1,000 words, at least 21",
        "a: semicolons 10.0 per 1,000 words, at most 0.8",
        "a: nobody/nothing/none 10.0 per 1,000 words, at most 0.9",
    ]
    assert list(exceeded("a", figures, Limits(20.0, 10.0, 10.0))) == []


def test_the_limits_name_bodies_of_prose() -> None:
    assert load_limits().keys() == {"README.md", "docs/start and docs/guides", "all pages"}


ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]*) \|$", re.MULTILINE)


def _glossary() -> dict[str, list[str]]:
    """Return each term of the glossary with the names that it replaces."""
    rows = re.findall(
        r"^\| ([^|]+) \| [^|]+ \| ([^|]*) \|$", GLOSSARY.read_text("utf-8"), re.MULTILINE
    )
    return {
        term.strip(): [name.strip() for name in other.split(",") if name.strip()]
        for term, other in rows
        if term.strip() not in ("Term", "---")
    }


def test_the_glossary_and_the_words_agree() -> None:
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))["words"]
    replaced = {name: term for term, names in _glossary().items() for name in names}
    assert len(replaced) > 15
    missing = {name for name in replaced if name not in words and name not in AMBIGUOUS}
    assert missing == set(), "add them to tools/prose/words.toml"
    # A word that must be avoided is no term.
    terms = {part.strip() for term in _glossary() for part in term.split(",")}
    assert terms & words.keys() == set()


def test_a_term_stands_once_in_the_glossary() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| [^|]+ \| [^|]* \|$", GLOSSARY.read_text("utf-8"), re.MULTILINE
    )
    terms = [row for row in rows if row not in ("Term", "---")]
    assert len(terms) == len(set(terms))
