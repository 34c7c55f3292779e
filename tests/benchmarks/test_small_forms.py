"""The benchmarks, the training and the generators, run in a small form: that they work at all.

What they measure here says nothing. Those that start brokers are marked as such.
"""

import csv
import importlib.util
import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from rich.text import Text

from processors.sentiment.news import linear

ROOT = Path(__file__).parents[2]
SECONDS = 300


def run(*command: object, folder: Path = ROOT) -> str:
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout


def loaded(path: str) -> ModuleType:
    """Load a script as a module, without running it."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Articles with dates, some of them on one leader: enough for an alert."""
    path = tmp_path / "articles.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(60):
            article = {
                "id": f"small-{number}",
                "title": "Lawmakers condemn Emmanuel Macron over disastrous and shameful reform",
                "text": f"PARIS - Lawmakers condemned Emmanuel Macron {number} times.",
                "source": f"Paper {number % 7}",
                "language": "en",
                "published": f"2024-05-{1 + number // 3:02}T{number % 3:02}:00:00Z",
            }
            file.write(json.dumps(article) + "\n")
    return path


@pytest.mark.broker
def test_bench_measures_tocsin_against_the_naive_program() -> None:
    small = "--articles 60 --rounds 1 --paced 20 --paced-seconds 1 --no-memory --broker embedded"
    said = run("make", "bench", f"ARGS={small}")
    assert re.search(r"ratio tocsin : naive = \d+\.\d+", said)


@pytest.mark.broker
def test_latency_is_measured_at_a_rate_and_after_a_pause() -> None:
    small = ("--rate", 20, "--seconds", 3, "--pause", 0.5, "--rounds", 1, "--broker", "embedded")
    said = run(sys.executable, "benchmarks/latency.py", *small)
    assert re.search(r"round 1, this checkout: \d+ alerts, p50 \d+ ms", said)


@pytest.mark.broker
def test_bench_replays_measures_all_three() -> None:
    said = run("make", "bench-replays", "ARGS=--articles 200 --rounds 1")
    assert re.search(r"replay : live = \d+\.\d+; two workers : one = \d+\.\d+", said)


@pytest.mark.broker
def test_equality_compares_a_replay_that_is_killed_with_live(corpus: Path) -> None:
    small = "--kills 1 --broker embedded --partitions 1 --workers 1"
    said = run("make", "equality", f"CORPUS={corpus}", f"ARGS={small}")
    (row,) = [line.split("\t") for line in said.splitlines() if line.startswith("embedded\t")]
    _, articles, _, _, _, same, added, gone, _ = row
    assert (articles, added, gone) == ("60", "0", "0")
    assert int(same) > 0


def test_quality_measures_leaders_sentiment_and_stories() -> None:
    said = run("make", "quality", "MENTIONS=60")
    assert "measure=one leader" in said
    assert "a new sentence" in said
    scripts = {path.name for path in (ROOT / "benchmarks" / "quality").glob("*.py")}
    told = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nquality:")[2]
    assert {name for name in scripts if f"benchmarks/quality/{name}" in told} == scripts


def test_conditions_are_measured() -> None:
    small = ("--runs", 1, "--seconds", 0.01)
    said = run(sys.executable, "benchmarks/conditions.py", *small)
    assert said.count("processors.rules") == 2


def test_scoring_is_measured() -> None:
    small = ("--articles", 4, "--rounds", 1, "--warming", 1)
    said = run(sys.executable, "benchmarks/scoring.py", *small)
    assert said.count(" x TextBlob") == 6


def test_the_linear_model_is_trained_and_can_be_read(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    said = {2: "shameful disastrous", 4: "ordinary weekly", 6: "excellent brilliant"}
    with (tmp_path / "train.jsonl").open("w", encoding="utf-8") as file:
        for number in range(60):
            polarity = chance.choice(sorted(said))
            sentence = f"Critics called Macron a {said[polarity]} leader in May {number}."
            begin = sentence.index("Macron")
            target = {"from": begin, "to": begin + 6, "polarity": polarity}
            row = {"sentence_normalized": sentence, "primary_gid": f"a_b_{number}"}
            file.write(json.dumps(row | {"targets": [target]}) + "\n")
    uv = shutil.which("uv") or Path(sys.executable).with_name("uv")
    # An environment of its own: what training needs is in no other.
    alone = (uv, "run", "--frozen", "--isolated", "--quiet", "--all-extras", "--group", "training")
    script = "benchmarks/training/leader_model.py"
    said_last = run(*alone, "python", script, tmp_path / "train.jsonl", "--out", tmp_path)
    assert re.search(r"\d+ weights, \d+ words", said_last)
    with (tmp_path / "leader_model.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["feature", "negative", "positive"]
    first = (tmp_path / "word_vectors.csv").read_text("utf-8").splitlines()[0]
    assert first.count(",") == linear.AXES


@pytest.mark.parametrize(
    ("module", "pattern"), [("tools.dashboards", "*.json"), ("tools.manifests", "*.yaml")]
)
def test_generated_files_are_written_as_they_are_checked_in(
    module: str, pattern: str, tmp_path: Path
) -> None:
    for folder in ("deploy", "processors", "streams", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    kept = {path: path.read_bytes() for path in (tmp_path / "deploy").rglob(pattern)}
    generated = [path for path in kept if is_generated(path)]
    for path in generated:
        path.unlink()
    run(sys.executable, "-m", module, folder=tmp_path)
    assert generated
    assert {path: path.read_bytes() for path in kept} == kept


def is_generated(path: Path) -> bool:
    return path.parent.name == "dashboards" or path.read_bytes().startswith(b"# Written by `make")


def test_the_demos_picture_is_drawn_from_its_lines() -> None:
    picture = loaded("tools/demo_picture.py")
    drawn = picture.render([Text("a line of the demo")])
    assert drawn.startswith("<svg")
    assert "a&#160;line&#160;of&#160;the&#160;demo" in drawn


def test_the_headlines_are_measured() -> None:
    shown = run(sys.executable, "-m", "benchmarks.quality.headlines.measure", "--count", "1")
    rates = [float(rate) for rate in re.findall(r"found \((0\.\d+|1\.0+)\)", shown)]
    prominent, placed, *namesakes = rates
    assert prominent > 0.85
    assert placed > 0.85
    assert max(namesakes) <= 0.03
