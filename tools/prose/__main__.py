"""`python -m tools.prose`: check the prose of README, docs and CHANGELOG. Run by `make lint`.

.venv/bin/python -m tools.prose               words to avoid, and the limits
.venv/bin/python -m tools.prose --figures     the figures of every page
.venv/bin/python -m tools.prose --code        words to avoid in docstrings and comments
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.prose.check import (
    Avoided,
    Figures,
    exceeded,
    find_words,
    load_limits,
    load_max_code_words,
    load_words,
)
from tools.prose.texts import Text, markdown_text, python_texts

ROOT = Path(__file__).parents[2]
# Its table names the words to avoid.
GLOSSARY = Path("docs/concepts/glossary.md")
CODE = ("processors", "streams", "tools")


def listed(*patterns: str) -> list[Path]:
    """Return the files under version control that match."""
    found = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(line) for line in sorted(set(found.stdout.splitlines()))]


def bodies(pages: list[Path]) -> dict[str, list[Path]]:
    """Return the pages of each body of prose that has limits."""
    taught = ("docs/start", "docs/guides")
    return {
        "README.md": [Path("README.md")],
        "docs/start and docs/guides": [p for p in pages if str(p).startswith(taught)],
        "all pages": pages,
    }


def texts_of_code() -> list[Text]:
    """Return the docstrings and comments of the packages."""
    return [
        text
        for path in listed(*(f"{folder}/**/*.py" for folder in CODE))
        for text in python_texts(path)
    ]


def check_pages(pages: Sequence[Path], words: Sequence[Avoided]) -> list[str]:
    """Print the figures of the pages, and return what is wrong with them."""
    checked = [
        markdown_text(path, tables=path != GLOSSARY) for path in [*pages, Path("CHANGELOG.md")]
    ]
    wrong = [message for text in checked for message in find_words(text, words)]
    limits = load_limits()
    for name, paths in bodies(list(pages)).items():
        figures = Figures.of(markdown_text(path) for path in paths)
        print(f"{name:28} {figures}")
        wrong += exceeded(name, figures, limits[name])
    return wrong


def main() -> int:
    """Check, print what is wrong, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", action="store_true", help="print the figures of every page")
    parser.add_argument("--code", action="store_true", help="check docstrings and comments")
    given = parser.parse_args()
    pages = listed(
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/**/*.md",
        "docs/*.md",
        "deploy/*.md",
        "benchmarks/*.md",
    )
    words = load_words()
    in_code = [message for text in texts_of_code() for message in find_words(text, words)]
    wrong = in_code if given.code or len(in_code) > load_max_code_words() else []
    wrong += check_pages(pages, words)
    if given.figures:
        for path in [*pages, Path("CHANGELOG.md")]:
            print(f"{path!s:40} {Figures.of([markdown_text(path)])}")
        print(f"{'docstrings and comments':40} {Figures.of(texts_of_code())}")
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
