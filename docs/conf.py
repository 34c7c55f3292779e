"""Configures the documentation site: `make docs`. Its source is the whole repository.

So a link that works in the repository works in the site. The pages of the site, and their order,
are those that docs/README.md and the page of decisions link to.
"""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONTENTS = tuple(
    page.removesuffix(".md") for page in ("docs/README.md", "docs/contribute/decisions/README.md")
)
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")

project = "Tocsin"
author = "Tocsin's contributors"
# The license is named on the page of sources.
copyright = author  # noqa: A001 - Sphinx's name
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "benchmarks/README.md",
    "deploy/README.md",
    "docs/**/*.md",
    "docs/*.md",
]
exclude_patterns = [".*", "build", "dist", "**/node_modules", "**/target"]
nitpicky = True
# Headings have the anchors that the repository's host gives them.
myst_heading_anchors = 4
# An option such as --once stays as it is written.
smartquotes = False
suppress_warnings = ["myst.header"]

html_theme = "pydata_sphinx_theme"
html_title = "Tocsin"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_additional_pages = {"index": "redirect.html"}
templates_path = ["site"]
html_sidebars = {"**": ["sidebar-nav-bs"]}
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "show_prev_next": True,
    "navigation_depth": 3,
    "show_nav_level": 1,
    "header_links_before_dropdown": 7,
    "footer_start": ["copyright"],
    "footer_end": [],
}


def _pages(contents: str) -> dict[str, list[str]]:
    """Return the pages that a page of contents links to, by its headings."""
    path = ROOT / f"{contents}.md"
    found: dict[str, list[str]] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        for _, target, _ in LINK.findall(line):
            linked = (path.parent / target).resolve()
            name = linked.relative_to(ROOT).as_posix().removesuffix(".md")
            if target.endswith(".md") and name != root_doc:
                found.setdefault(heading, []).append(name)
    return {heading: list(dict.fromkeys(pages)) for heading, pages in found.items()}


def _toctree(caption: str, pages: list[str]) -> str:
    options = f":caption: {caption}\n" if caption else ""
    listed = "\n".join(f"/{page}" for page in pages)
    return f"\n\n```{{toctree}}\n:hidden:\n{options}\n{listed}\n```\n"


def add_contents(_: Any, docname: str, source: list[str]) -> None:
    """Add the tables of contents, which the repository's pages do not show."""
    if docname == root_doc:
        source[0] += _toctree("", [CONTENTS[0]])
    if docname in CONTENTS:
        for caption, pages in _pages(docname).items():
            source[0] += _toctree(caption, pages)


def unlink_folders(_: Any, docname: str, source: list[str]) -> None:
    """Show a link to a folder as its text: the site has no page of it."""
    folder = (ROOT / docname).parent
    source[0] = LINK.sub(
        lambda found: found[1] if (folder / found[2]).is_dir() else found[0], source[0]
    )


def setup(app: Any) -> None:
    """Connect the steps of this file."""
    app.connect("source-read", unlink_folders)
    app.connect("source-read", add_contents)
