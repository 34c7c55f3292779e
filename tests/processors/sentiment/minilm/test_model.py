"""The packaged model: known by its hash, the same answer always, and right about plain cases."""

import math
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import BadWeightsError, MissingExtraError
from processors.sentiment.minilm.inputs import SPECIAL_PIECES, Encoded, encode
from processors.sentiment.minilm.model import (
    SHA256,
    TEMPERATURE,
    VERSION,
    VOCABULARY,
    WEIGHTS,
    Opinion,
    load_model,
    opinion,
)

MODEL = load_model()
PACKAGED = Path(str(resources.files("processors.sentiment.minilm"))) / "data"
MOST_PACKAGED_BYTES = 16_000_000


def towards(sentence: str, target: str) -> Encoded:
    start = sentence.index(target)
    return encode(sentence, [(start, start + len(target))], MODEL.pieces)


@pytest.mark.parametrize(
    ("sentence", "target", "label"),
    [
        ("Lawmakers condemned Emmanuel Macron over the failed reform.", "Macron", "negative"),
        ("Emmanuel Macron was accused of lying to parliament.", "Emmanuel Macron", "negative"),
        ("Narendra Modi was praised for brokering the peace deal.", "Narendra Modi", "positive"),
        ("The treaty is a triumph for Volodymyr Zelenskyy.", "Volodymyr Zelenskyy", "positive"),
        ("Vladimir Putin will travel to Beijing on Tuesday.", "Vladimir Putin", "neutral"),
        ("“The attack was monstrous,” Friedrich Merz said.", "Friedrich Merz", "neutral"),
        ("Ministers praised Merz and denounced Orbán as corrupt.", "Merz", "positive"),
        ("Ministers praised Merz and denounced Orbán as corrupt.", "Orbán", "negative"),
    ],
)
def test_plain_cases_are_read_as_anyone_would(sentence: str, target: str, label: str) -> None:
    (found,) = MODEL.read([towards(sentence, target)])
    assert found.label == label, found


def test_an_answer_does_not_depend_on_what_is_read_with_it() -> None:
    sentences = [
        "Xi hailed the accord.",
        "Protesters denounced Xi as a tyrant, and burned a flag in the square before the palace.",
        "Xi " + "and nothing else " * 60,
    ]
    encoded = [towards(sentence, "Xi") for sentence in sentences]
    alone = [MODEL.read([one])[0] for one in encoded]
    assert MODEL.read(encoded) == alone
    assert MODEL.read(encoded[::-1]) == alone[::-1]
    assert MODEL.read([]) == []


@settings(max_examples=100)
@given(st.text(), st.integers(0, 50), st.integers(0, 20))
def test_any_text_has_three_probabilities(text: str, start: int, size: int) -> None:
    encoded = [encode(text, [(start, start + size)], MODEL.pieces)]
    (found,) = MODEL.read(encoded)
    shares = (found.negative, found.neutral, found.positive)
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert math.isclose(sum(shares), 1.0, abs_tol=0.001)
    assert found.probability == max(shares)
    assert -1.0 <= found.polarity <= 1.0
    assert MODEL.read(encoded) == [found]


def test_other_processes_give_the_same_answer_forked_or_new() -> None:
    program = """
import os
from processors.sentiment.minilm.inputs import encode
from processors.sentiment.minilm.model import load_model
model = load_model()
encoded = [encode("Protesters denounced Xi as a tyrant.", [(21, 23)], model.pieces)]
before = model.read(encoded)
if os.fork() == 0:
    os._exit(0 if model.read(encoded) == before else 1)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
print(repr(before))
"""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    sentence = "Protesters denounced Xi as a tyrant."
    assert ran.stdout.strip() == repr(MODEL.read([towards(sentence, "Xi")]))


def test_the_version_names_the_weights() -> None:
    assert MODEL.version == f"{VERSION}+{SHA256[WEIGHTS][:8]}"


@pytest.mark.parametrize("name", [WEIGHTS, VOCABULARY])
def test_altered_or_missing_files_are_refused(name: str, tmp_path: Path) -> None:
    for file in (WEIGHTS, VOCABULARY):
        shutil.copy(PACKAGED / file, tmp_path)
    load_model(tmp_path)
    altered = bytearray((tmp_path / name).read_bytes())
    altered[len(altered) // 2] ^= 1
    (tmp_path / name).write_bytes(altered)
    with pytest.raises(BadWeightsError, match=f"{name} has SHA-256 .* install tocsin anew"):
        load_model(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(BadWeightsError, match=f"{name} cannot be read"):
        load_model(tmp_path)


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tocsin\[minilm\]'"):
        load_model()


def test_the_package_stays_small_and_its_vocabulary_whole() -> None:
    assert sum(file.stat().st_size for file in PACKAGED.iterdir()) < MOST_PACKAGED_BYTES
    pieces = (PACKAGED / VOCABULARY).read_text("utf-8").splitlines()
    assert tuple(pieces[: len(SPECIAL_PIECES)]) == SPECIAL_PIECES
    assert len(pieces) == len(set(pieces))
    # Any word of the Latin alphabet can be spelt.
    assert {*"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")} <= {
        *pieces
    }


def test_probabilities_are_of_the_logits_over_the_temperature() -> None:
    assert opinion([0.0, 0.0, 0.0], TEMPERATURE) == Opinion(0.3333, 0.3333, 0.3333)
    sharp, mild = opinion([3.0, 1.0, 0.0], 1.0), opinion([3.0, 1.0, 0.0], 2.0)
    assert sharp.negative == pytest.approx(math.e**3 / (math.e**3 + math.e + 1), abs=1e-4)
    assert sharp.negative > mild.negative > mild.neutral
    assert opinion([1e9, 0.0, -1e9], 1.0) == Opinion(1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("shares", "label"),
    [
        ((0.6, 0.3, 0.1), "negative"),
        ((0.1, 0.3, 0.6), "positive"),
        ((0.4, 0.4, 0.2), "neutral"),
        ((0.45, 0.1, 0.45), "neutral"),
    ],
)
def test_of_equals_the_milder_label_is_said(shares: tuple[float, float, float], label: str) -> None:
    found = Opinion(*shares)
    assert found.label == label
    assert found.polarity == pytest.approx(shares[2] - shares[0])
