"""Test the check of a built site: what it loads from other hosts, and what it needs."""

from pathlib import Path

import pytest

from tools.site import NEEDED, problems


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in NEEDED:
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/a.js"></script>',
        "<img src='//cdn.example/a.png'>",
        '<link rel="stylesheet" href="HTTPS://cdn.example/a.css">',
        '<link rel="preload" as="font" href="https://fonts.example/a.woff2">',
        '<iframe src="https://cdn.example/"></iframe>',
    ],
)
def test_a_file_of_another_host_is_named(site: Path, page: str) -> None:
    (site / "page.html").write_text(page, encoding="utf-8")
    (found,) = problems(site)
    assert found.startswith("page.html loads ")


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://example.org/">a link</a>',
        '<script src="_static/a.js"></script>',
        '<link rel="canonical" href="https://docs.example/page.html">',
        "<p>https://example.org/</p>",
    ],
)
def test_links_and_own_files_are_fine(site: Path, page: str) -> None:
    (site / "page.html").write_text(page, encoding="utf-8")
    assert list(problems(site)) == []


@pytest.mark.parametrize(
    "style", ["@import 'https://f.example/a.css';", "a{src:url(//f.example/a)}"]
)
def test_a_style_of_another_host_is_named(site: Path, style: str) -> None:
    (site / "a.css").write_text(style, encoding="utf-8")
    assert len(list(problems(site))) == 1


@pytest.mark.parametrize("name", NEEDED)
def test_a_site_without_search_or_start_is_not_whole(site: Path, name: str) -> None:
    (site / name).unlink()
    assert list(problems(site)) == [f"{name} is missing"]
