"""The tail of a Poisson distribution: how likely so many reports are by chance."""

import math

_NEGLIGIBLE = 1e-6


def poisson_tail(count: int, expected: float, dispersion: float = 1.0) -> float:
    """Return how likely `count` or more are where `expected` are usual.

    Args:
        count: The observed number.
        expected: The mean, above 0.
        dispersion: Variance over mean; both numbers are divided by it (quasi-Poisson).

    Returns:
        The tail's probability; 1.0 where no more than expected were seen.
    """
    seen, mean = math.floor(count / dispersion), expected / dispersion
    if seen <= mean:
        return 1.0
    term = math.exp(-mean + seen * math.log(mean) - math.lgamma(seen + 1))
    total = 0.0
    while term > total * _NEGLIGIBLE:
        total += term
        seen += 1
        term *= mean / seen
    return min(1.0, total)
