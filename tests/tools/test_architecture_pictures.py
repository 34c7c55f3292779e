"""Test the pictures of the architecture: the graph, its layers, and what is drawn."""

from pathlib import Path
from xml.etree import ElementTree as ET

from streams.kafka.topics import plan
from streams.service.settings import Settings
from tools.architecture.graph import import_graph, layers, without_implied
from tools.architecture.packages import draw_packages
from tools.architecture.programs import draw_programs, links


def _words(svg: str) -> set[str]:
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - our own
    return {text.text or "" for text in texts}


def test_layers_go_down_and_a_cycle_shares_one() -> None:
    graph = {
        "a": frozenset({"b", "d"}),
        "b": frozenset({"c"}),
        "c": frozenset({"b", "d"}),
        "d": frozenset[str](),
    }
    assert layers(graph) == [["a"], ["b", "c"], ["d"]]
    assert without_implied(graph) == {**graph, "a": frozenset({"b"})}


def test_imports_are_found_in_modules_and_functions(tmp_path: Path) -> None:
    for name, text in {
        "streams/app.py": "from streams import logs\nimport processors.rules.file\n",
        "streams/logs.py": "def f():\n    from streams.errors import E\n",
        "streams/errors.py": "import os\n",
        "processors/rules/file.py": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert import_graph(tmp_path) == {
        "streams.app": {"streams.logs", "processors.rules"},
        "streams.logs": {"streams.errors"},
        "streams.errors": frozenset(),
        "processors.rules": frozenset(),
    }


def test_processors_import_only_processors() -> None:
    graph = import_graph()
    assert graph["processors.watch"]
    for node, targets in graph.items():
        if node.startswith("processors."):
            assert all(target.startswith("processors.") for target in targets), node


def test_every_package_is_drawn() -> None:
    assert _words(draw_packages()) == import_graph().keys()


def test_every_topic_and_program_is_drawn() -> None:
    drawn = _words(draw_programs())
    names = {topic.name for topic in plan(Settings())}
    assert {name for name in names if not name.startswith("news.alerts.")} <= drawn
    assert {"news.alerts.<kind>", "worker", "ingest", "forward", "canary", "page"} <= drawn
    assert [one.topic for one in links("Write") if one.program == "ingest"] == ["news.articles"]
