"""Test that the generated parts of the pages are current."""

from pathlib import Path

import pytest

from streams import errors
from streams.service.settings import describe
from tools.reference.cli import every_command
from tools.reference.parts import HOW, PARTS, PICTURES, named, renewed
from tools.reference.settings import GROUPS, MEANINGS

ROOT = Path(__file__).parents[2]
PAGES = {
    path: path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}
GENERATED = [path for path, page in PAGES.items() if named(page)]


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.stem)
def test_a_generated_part_is_current(path: Path) -> None:
    assert renewed(PAGES[path]) == PAGES[path], f"{path.name} is not current: {HOW}"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_current(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == PICTURES[name](), f"{name} is not current: {HOW}"


def test_every_part_is_in_one_page() -> None:
    parts = [name for page in PAGES.values() for name in named(page)]
    assert sorted(parts) == sorted(PARTS)


def test_a_stale_part_is_renewed_and_prose_is_kept() -> None:
    page = "Before.\n<!-- generated: exit-codes -->\nold\n<!-- end -->\nAfter.\n"
    written = renewed(page)
    assert written.startswith("Before.\n")
    assert written.endswith("After.\n")
    assert "| `130` |" in written
    assert "old" not in written


def test_an_unknown_part_is_an_error() -> None:
    with pytest.raises(KeyError):
        renewed("<!-- generated: weather -->\n<!-- end -->")


def test_the_settings_have_their_groups_in_order() -> None:
    fields = [one.field for one in describe()]
    assert fields[0] == next(iter(GROUPS))
    assert sorted(GROUPS, key=fields.index) == list(GROUPS)
    page = PAGES[ROOT / "docs/reference/settings.md"]
    assert all(f"`{one.variable}`" in page for one in describe())


def test_every_exit_code_has_a_meaning() -> None:
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert codes == MEANINGS.keys()


def test_every_command_is_in_the_reference() -> None:
    page = PAGES[ROOT / "docs/reference/cli.md"]
    paths = [path for path, _, _ in every_command()]
    assert len(paths) > 20
    assert all(f"# `{path}`\n" in page for path in paths)
