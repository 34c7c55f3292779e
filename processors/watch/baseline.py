"""What is usual for one leader: independent reports an hour, by the hour of the week.

Owns the arithmetic of the baseline and of its tail. Must not know rules or alerts. The rate of an
hour of the week is its own mean drawn towards the mean of all hours, by so many hours' weight; in
the first weeks there is nearly nothing but the mean, later Monday 09:00 has its own. Weeks fade by
a fifth a week. An hour far above what was expected counts as the most that would not surprise, so
that one surge does not hide the next.
"""

import math

from msgspec import Struct

from processors.windows import counted

HOUR_MS = 3_600_000
WEEK_HOURS = 168
FADE = 0.8
SHRINKAGE_HOURS = 4.0
MOST_GAP_HOURS = 6 * WEEK_HOURS
MOST_DISPERSION = 4.0
MOST_ORIGINS = 256
# Hours of the last seven days are counted one by one.
KEPT_HOURS = WEEK_HOURS
_SURPRISE = 3.0
_NEGLIGIBLE = 1e-6


class Baseline(Struct, array_like=True):
    """What is known of a leader's past; hours are whole hours since the Unix epoch.

    `origins` are the independent sources of the open hour `hour`; `counts` and `exposures` are of
    each hour of the week, faded; `mentions` counts all articles by hour, for seven days, and
    `closed` is their sum over the hours before the open one: see `mentioned`.
    """

    since_ms: int = -1
    hour: int = 0
    origins: list[int] = []
    counts: list[float] = []
    exposures: list[float] = []
    count: float = 0.0
    exposure: float = 0.0
    squares: float = 0.0
    mentions: dict[int, int] = {}
    closed: list[int] = []

    def see(self, moment_ms: int) -> None:
        """Count a mention, and close the hours before it. A late one is counted in its hour."""
        hour = moment_ms // HOUR_MS
        if self.since_ms < 0:
            self.since_ms, self.hour = moment_ms, hour
            self.counts, self.exposures = [0.0] * WEEK_HOURS, [0.0] * WEEK_HOURS
        if hour > self.hour:
            self._close(hour)
        if hour < self.hour:
            self.closed = []
        if hour > self.hour - KEPT_HOURS:
            self.mentions[hour] = self.mentions.get(hour, 0) + 1

    def report(self, moment_ms: int, origin: int) -> None:
        """Count an independent report of the open hour; a source counts once an hour."""
        open_hour = moment_ms // HOUR_MS == self.hour
        if open_hour and origin not in self.origins and len(self.origins) < MOST_ORIGINS:
            self.origins.append(origin)

    def expected(self, moment_ms: int, window_seconds: int, least_per_day: float) -> float:
        """Say how many independent reports are usual in a window that ends at this moment."""
        if self.exposure <= 0.0:
            return least_per_day * window_seconds / 86_400
        hour = moment_ms // HOUR_MS
        # The window lies in this hour and the one before: the busier of the two is the fairer.
        hourly = max(self._rate(hour % WEEK_HOURS), self._rate((hour - 1) % WEEK_HOURS))
        return max(hourly, least_per_day / 24) * window_seconds / 3_600

    def dispersion(self) -> float:
        """Say how much more an hour's count varies than chance would have it; 1 or more.

        News comes in bursts: a headline name's hours vary more than Poisson's. A rare name's bursts
        are what is looked for, so they do not count.
        """
        if self.exposure <= 0.0 or self.count <= 0.0:
            return 1.0
        mean = self.count / self.exposure
        ratio = (self.squares / self.exposure - mean * mean) / mean
        return 1.0 + (min(max(ratio, 1.0), MOST_DISPERSION) - 1.0) * min(1.0, mean)

    def mentioned(self, moment_ms: int) -> tuple[int, int, int, int]:
        """Count the articles of the last 12 hours, 24 hours, 3 and 7 days, in whole hours."""
        hour = moment_ms // HOUR_MS
        if hour == self.hour and self.closed:
            h12, h24, d3, d7 = self.closed
            now = self.mentions.get(hour, 0)
            return h12 + now, h24 + now, d3 + now, d7 + now
        h12, h24, d3, d7 = counted(self.mentions.items(), hour)
        return h12, h24, d3, d7

    @property
    def usual_per_day(self) -> float:
        """Independent reports a day, as usual."""
        return 24 * self.count / self.exposure if self.exposure > 0.0 else 0.0

    def _rate(self, of_week: int) -> float:
        mean = self.count / self.exposure
        return (self.counts[of_week] + SHRINKAGE_HOURS * mean) / (
            self.exposures[of_week] + SHRINKAGE_HOURS
        )

    def _close(self, hour: int) -> None:
        """Take the open hour, and the silent ones after it, into the past."""
        self._add(self.hour, float(len(self.origins)))
        for silent in range(max(self.hour + 1, hour - MOST_GAP_HOURS), hour):
            of_week = silent % WEEK_HOURS
            if of_week == 0:
                self._fade()
            self.exposures[of_week] += 1.0
            self.exposure += 1.0
        self.hour, self.origins = hour, []
        if len(self.mentions) > KEPT_HOURS:
            self.mentions = {
                one: count for one, count in self.mentions.items() if one > hour - KEPT_HOURS
            }
        self.closed = counted(self.mentions.items(), hour)

    def _add(self, hour: int, count: float) -> None:
        of_week = hour % WEEK_HOURS
        if of_week == 0:
            self._fade()
        if self.exposure > 0.0:
            usual = max(self._rate(of_week), 1 / 24)
            count = min(count, usual + _SURPRISE * math.sqrt(usual * self.dispersion()) + 1.0)
        self.counts[of_week] += count
        self.exposures[of_week] += 1.0
        self.count += count
        self.exposure += 1.0
        self.squares += count * count

    def _fade(self) -> None:
        self.counts = [count * FADE for count in self.counts]
        self.exposures = [exposure * FADE for exposure in self.exposures]
        self.count *= FADE
        self.exposure *= FADE
        self.squares *= FADE


def poisson_tail(count: int, expected: float, dispersion: float = 1.0) -> float:
    """Say how likely `count` or more are where `expected` are usual.

    Args:
        count: What was seen.
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
