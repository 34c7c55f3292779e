"""The weights of a bare surname: how they are read and added."""

import math

import pytest

from processors.leaders.detection.surname_model import (
    SurnameModel,
    frequency,
    load_surname_model,
    prominence,
)


def test_the_score_is_the_sum_of_weights_times_values() -> None:
    model = SurnameModel({"deed": 1.5, "age_after": -2.0}, {}, {})
    assert model.score({"deed": 1.0, "age_after": 0.5, "_opens": 1.0}) == 0.5


@pytest.mark.parametrize(
    ("millions", "share", "expected"),
    [(1.0, 0.0, 0.0), (1_000.0, 0.0, 0.5), (0.1, 99.0, 0.5), (2_000.0, 500.0, 1.0)],
)
def test_prominence_is_half_population_half_press(
    millions: float, share: float, expected: float
) -> None:
    assert prominence(millions, share) == pytest.approx(expected)


def test_frequency_grows_with_the_logarithm_of_bearers() -> None:
    assert frequency(0.0) == 0.0
    assert frequency(9.0) == pytest.approx(1 / 3)
    assert frequency(10_000.0) == 1.0


def test_the_packaged_model_says_what_common_sense_says() -> None:
    model = load_surname_model()
    assert all(map(math.isfinite, model.weights.values()))
    assert model.weights["deed"] > 0 > model.weights["trade_before"]
    assert model.prominence["IN"] > model.prominence["KN"]
    assert model.frequency["brown"] > model.frequency.get("trudeau", 0.0)
