"""Weighs the evidence for a bare surname: a logistic regression over named features.

Owns the form of `weights.csv` (from `benchmarks/training/surname_model.py`), `prominence.csv` and
`frequency.csv`. The score is a sum of products in the order of the features.
"""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

_MAX_FREQUENCY = 3.0
_BODY_MILLIONS = 30.0
"""A body counts as a country of this size: its head speaks for it, and does not rule."""


@dataclass(frozen=True, slots=True)
class SurnameModel:
    """The weights, and what is known of countries and surnames beforehand.

    `prominence` is 0 to 1 by country or body: half by its population, half by how often the press
    names it. `frequency` is 0 to 1 by surname, lower case: how many people bear it.
    """

    weights: Mapping[str, float]
    prominence: Mapping[str, float]
    frequency: Mapping[str, float]

    def score(self, features: Mapping[str, float]) -> float:
        """Return the log odds that the leader is meant."""
        weights = self.weights
        return sum(weights.get(name, 0.0) * value for name, value in features.items())


NO_MODEL = SurnameModel({}, {}, {})


def load_surname_model() -> SurnameModel:
    """Read the packaged model."""
    return SurnameModel(
        {row["feature"]: float(row["weight"]) for row in _rows("weights.csv")},
        {
            row["code"]: prominence(
                float(row["population_millions"] or _BODY_MILLIONS), float(row["press_share"])
            )
            for row in _rows("prominence.csv")
        },
        {row["surname"]: frequency(float(row["per_100000"])) for row in _rows("frequency.csv")},
    )


def prominence(population_millions: float, press_share: float) -> float:
    """Return how prominent a country's leader is, 0 to 1.

    Args:
        population_millions: Of the country; of a body a fixed number.
        press_share: Articles in 1,000 that name the country.
    """
    by_population = math.log10(max(1.0, population_millions)) / 3.0
    by_press = math.log10(1.0 + press_share) / 2.0
    return 0.5 * min(1.0, by_population) + 0.5 * min(1.0, by_press)


def frequency(per_100000: float) -> float:
    """Return how frequent a surname is, 0 to 1, on a logarithmic scale."""
    return min(1.0, math.log10(1.0 + per_100000) / _MAX_FREQUENCY)


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files(__package__).joinpath("data", name)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))
