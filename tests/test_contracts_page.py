"""The AsyncAPI document before AsyncAPI's own parser, and the page that is made of it.

`tests/streams/contracts/test_asyncapi.py` holds the document to the code.
"""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from streams.contracts import ASYNCAPI, published

FOLDER = Path(__file__).parents[1] / "tools" / "contracts_page"
INSTALL = [["npm", "ci", "--ignore-scripts"]]
# Tools that know 3.0.0 alone would not read the document under a later number.
EXPECTED = {"asyncapi-latest-version"}
CHROMIUM = [
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu"),
    *("--disable-background-networking", "--virtual-time-budget=20000", "--dump-dom"),
]


@pytest.fixture(scope="module")
def tools(
    require_programs: Callable[..., None],
    built: Callable[[Path, Sequence[Sequence[str]]], Path],
) -> Path:
    require_programs("the official AsyncAPI parser", "node", "npm")
    return built(FOLDER, INSTALL)


def node(tools: Path, *arguments: object) -> str:
    done = subprocess.run(
        ["node", *map(str, arguments)],
        cwd=tools,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_official_parser_has_nothing_against_the_document_and_would_say_so(
    tools: Path, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(published(ASYNCAPI))
    broken: dict[str, Any] = json.loads(published(ASYNCAPI))
    broken["operations"]["sendAnalyses"]["channel"]["$ref"] = "#/channels/none"
    bad.write_text(json.dumps(broken), encoding="utf-8")
    said = json.loads(node(tools, "validate.mjs", good, bad))
    assert [one for one in said[str(good)] if one["code"] not in EXPECTED] == []
    assert any(
        one["severity"] == 0 and one["place"].startswith("operations/sendAnalyses/channel")
        for one in said[str(bad)]
    )


def test_the_page_asks_no_host_and_shows_every_topic(
    tools: Path, tmp_path: Path, require_programs: Callable[..., None]
) -> None:
    require_programs("a look at the page of the contracts", "chromium")
    source, page = tmp_path / "asyncapi.json", tmp_path / "contracts.html"
    source.write_bytes(published(ASYNCAPI))
    node(tools, "html.mjs", source, page)
    head = page.read_text(encoding="utf-8").partition("<style>")[0]
    assert "default-src 'none'" in head
    assert not re.search(r"(?:src|href)=", head)
    shown = subprocess.run(
        [*CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    visible = re.sub(r"<(script|style).*?</\1>", "", shown, flags=re.DOTALL)
    for channel in json.loads(published(ASYNCAPI))["channels"].values():
        assert f">{channel['address']}<" in visible
