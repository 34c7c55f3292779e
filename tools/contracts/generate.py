"""Writes the published contracts: `python -m tools.contracts.generate`, or `make contracts`.

Owns the files' form (indented JSON in UTF-8) and the drift check.
With `--check` nothing is written, and the exit code is 1 where a file differs from the code.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from streams.contracts import ARTICLE_SCHEMA, ASYNCAPI, DEAD_LETTER_HEADERS_SCHEMA, PUBLISHED
from tools.contracts import asyncapi
from tools.contracts.article_input import article_schema
from tools.contracts.headers import dead_letter_headers_schema
from tools.contracts.schemas import value_schemas

FOLDER: Final = Path(__file__).parents[2] / "streams" / "contracts" / "published"


def render() -> dict[str, bytes]:
    """Make the content of every published file, by name, in the order of `PUBLISHED`."""
    documents = {
        ARTICLE_SCHEMA: article_schema(),
        **value_schemas(),
        DEAD_LETTER_HEADERS_SCHEMA: dead_letter_headers_schema(),
        ASYNCAPI: asyncapi.document(),
    }
    return {
        name: (json.dumps(documents[name], indent=2, ensure_ascii=False) + "\n").encode()
        for name in PUBLISHED
    }


def differences(folder: Path) -> list[str]:
    """List the files of a folder that are not what the code says: other, missing or unknown."""
    wanted = render()
    there = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    names = [*wanted, *sorted(there.keys() - wanted.keys())]
    return [name for name in names if wanted.get(name) != there.get(name)]


def write(folder: Path) -> list[str]:
    """Write every file that differs, remove those that are no contract, and list both."""
    wanted = render()
    changed = differences(folder)
    for name in changed:
        if name in wanted:
            (folder / name).write_bytes(wanted[name])
        else:
            (folder / name).unlink()
    return changed


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.contracts.generate",
        description="Write the JSON Schemas and the AsyncAPI document from the code's models.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 where a file differs"
    )
    if not parser.parse_args(arguments).check:
        for name in write(folder):
            sys.stdout.write(f"written: {name}\n")
        return 0
    changed = differences(folder)
    if changed:
        sys.stderr.write(
            f"{', '.join(changed)}: not what the code says. Run `make contracts`, and review the"
            " difference: within a version only optional fields may be added.\n"
        )
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
