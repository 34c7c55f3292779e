"""`python -m tools.site FOLDER`: check that a built site loads no file from another host.

Run by `make docs`. Links to other sites are fine: a browser follows them only when it is asked.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

# Attributes that make a browser load a file by itself, by element.
_LOADED = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
# Relations of <link> that load no file.
_NOT_LOADED = frozenset({"canonical", "next", "prev", "search", "index", "author", "license"})
_ADDRESS = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)
_STYLE = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")]+)", re.IGNORECASE)
NEEDED = ("index.html", "search.html", "searchindex.js")


class _Loads(HTMLParser):
    """Collects the addresses that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get(_LOADED.get(tag, "")) or ""
        relations = set((given.get("rel") or "").split())
        if _ADDRESS.match(address) and not relations & _NOT_LOADED:
            self.addresses.append(address)


def foreign_files(folder: Path) -> Iterator[str]:
    """Yield a message for each file that a page or style of the site loads from another host."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".html":
            reader = _Loads()
            reader.feed(path.read_text(encoding="utf-8"))
            found = reader.addresses
        elif path.suffix == ".css":
            found = _STYLE.findall(path.read_text(encoding="utf-8"))
        else:
            continue
        yield from (f"{path.relative_to(folder)} loads {address}" for address in found)


def problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with a built site."""
    yield from (f"{name} is missing" for name in NEEDED if not (folder / name).is_file())
    yield from foreign_files(folder)


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1])))
    print(*found, sep="\n", file=sys.stderr)
    sys.exit(1 if found else 0)
