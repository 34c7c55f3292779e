"""deploy/README.md: what it names is there."""

import re
from pathlib import Path
from typing import Any

from streams.service.settings import describe
from streams.service.settings_loading import FILE_SUFFIX


def test_every_setting_that_it_names_is_one(root: Path) -> None:
    known = {d.variable for d in describe()}
    named = set(re.findall(r"TOCSIN_[A-Z_]+\*?", (root / "deploy/README.md").read_text()))
    named -= {"TOCSIN_"}
    assert named
    for name in named:
        if name.endswith("*"):
            assert [k for k in known if k.startswith(name[:-1])], name
        else:
            assert name.removesuffix(FILE_SUFFIX) in known, name


def test_every_file_that_it_names_is_there(root: Path) -> None:
    text = (root / "deploy/README.md").read_text()
    paths = re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)
    assert paths
    for path in paths:
        assert (root / "deploy" / path).exists(), path


def test_the_ports_that_it_names_are_published(root: Path, compose: dict[str, Any]) -> None:
    named = set(re.findall(r"127\.0\.0\.1:\d+", (root / "deploy/README.md").read_text()))
    published = {
        port.rsplit(":", 1)[0]
        for service in compose["services"].values()
        for port in service.get("ports", [])
        if isinstance(port, str)
    }
    assert named
    assert named <= published
