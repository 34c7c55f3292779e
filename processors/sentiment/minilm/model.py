"""The packaged weights: loads them, and reads sentences towards a target.

Owns the weights' identity, the calibration and how the runtime is set up. Must not know articles.
The weights are int8 ONNX, made by `benchmarks/training/minilm.py`, which names data, base model and
licences; docs/concepts/sentiment-model.md has what was measured.

Sentences run one at a time. The int8 runtime scales a whole batch by its largest value: in a batch,
a sentence's answer would depend on its neighbours, and a replay would not give it again.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from msgspec import Struct

from processors.contracts import Label
from processors.errors import BadWeightsError, MissingExtraError
from processors.sentiment.minilm.inputs import Encoded
from processors.sentiment.minilm.wordpiece import WordPiece

VERSION = "3"
"""Goes up whenever the same weights can answer otherwise."""

WEIGHTS, VOCABULARY = "model.onnx", "vocabulary.txt"
SHA256: Mapping[str, str] = {
    WEIGHTS: "488fe5e1ef23e57ab5f829ee76bf21b7a22ecc112dd0d3af65465ad35dab7c35",
    VOCABULARY: "52d7731405808b776382682abd8d9e732fa34198ddcc896bacdcfd355ee714d3",
}
"""What the packaged files must hash to: other weights would answer under this version's name."""

TEMPERATURE = 1.16
"""Logits are divided by it, so that of the answers given at 0.8 about eight in ten are right."""

DECIMALS = 4
"""Probabilities are rounded to so many: a processor's last bits do not get into records."""


class Opinion(Struct, frozen=True, gc=False):
    """How a sentence speaks of its target: three probabilities that sum to 1, but for rounding."""

    negative: float
    neutral: float
    positive: float

    @property
    def polarity(self) -> float:
        """-1 to 1: how much likelier praise is than blame."""
        return round(self.positive - self.negative, DECIMALS)

    @property
    def label(self) -> Label:
        """The likeliest class; of equals, the milder."""
        best = max(self.negative, self.neutral, self.positive)
        if self.neutral == best or self.negative == self.positive:
            return "neutral"
        return "negative" if self.negative == best else "positive"

    @property
    def probability(self) -> float:
        """How likely the label is."""
        label = self.label
        return {"negative": self.negative, "positive": self.positive}.get(label, self.neutral)


def milder(opinion: Opinion) -> Opinion:
    """Make neutral of what is more negative than positive."""
    negative = min(opinion.negative, opinion.positive)
    neutral = round(1.0 - negative - opinion.positive, DECIMALS)
    return Opinion(negative, neutral, opinion.positive)


class Model:
    """The loaded model: the same sentence and target give the same answer, whatever came before."""

    def __init__(self, session: Any, pieces: WordPiece, version: str) -> None:
        self.pieces = pieces
        self.version = version
        self._session = session

    def read(self, encoded: Sequence[Encoded]) -> list[Opinion]:
        """How each sentence speaks of its target; some 5 ms of one core a sentence."""
        return [self._read(one) for one in encoded]

    def _read(self, encoded: Encoded) -> Opinion:
        import numpy as np  # noqa: PLC0415 - comes with the extra

        ids = np.array([encoded.ids], np.int64)
        mask = np.ones(ids.shape, np.float32)
        target = np.zeros(ids.shape, np.float32)
        target[0, encoded.target_start : encoded.target_end] = 1.0
        (logits,) = self._session.run(None, {"ids": ids, "mask": mask, "target": target})
        return opinion([float(logit) for logit in logits[0]], TEMPERATURE)


def opinion(logits: Sequence[float], temperature: float) -> Opinion:
    """Makes probabilities of the logits of negative, neutral and positive."""
    largest = max(logits)
    powers = [math.exp((logit - largest) / temperature) for logit in logits]
    total = sum(powers)
    return Opinion(*(round(power / total, DECIMALS) for power in powers))


def load_model(folder: Traversable | None = None, sha256: Mapping[str, str] | None = None) -> Model:
    """Loads the packaged weights, or others: some 200 ms, and no thread is started.

    Args:
        folder: Where WEIGHTS and VOCABULARY are.
        sha256: What they must hash to, by name.

    Raises:
        MissingExtraError: The extra is not installed.
        BadWeightsError: A file is missing or is not the one that this version was made with.
    """
    try:
        import onnxruntime  # noqa: PLC0415 - comes with the extra, and takes 100 ms
    except ImportError as error:
        raise MissingExtraError(
            "the model minilm needs onnxruntime, which is not installed: "
            "pip install 'tocsin[minilm]', or do without (TOCSIN_CONFIRM=off)."
        ) from error
    folder = folder or resources.files("processors.sentiment.minilm") / "data"
    sha256 = sha256 or SHA256
    weights, vocabulary = (_checked(folder / name, sha256[name]) for name in (WEIGHTS, VOCABULARY))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    pieces = WordPiece(vocabulary.decode().removesuffix("\n").split("\n"))
    return Model(session, pieces, f"{VERSION}+{sha256[WEIGHTS][:8]}")


def _checked(file: Traversable, sha256: str) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadWeightsError(
            f"{file} cannot be read ({error}): install tocsin anew, its packages carry the file."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise BadWeightsError(
            f"{file} has SHA-256 {found}, and this version was made with {sha256}: "
            "install tocsin anew, and change no weights under one version."
        )
    return content
