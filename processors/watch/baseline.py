"""The baseline of one leader: usual independent reports an hour, by the hour of the week.

The rate of an hour of the week is its own mean drawn towards the mean of all hours, by so many
hours' weight; in the first weeks the mean decides, later Monday 09:00 has its own rate. Weeks fade
by a fifth a week. An hour far above what was expected counts as the largest unsurprising number, so
that one surge does not hide the next.

Times can be wrong. The newest hours stay open: a mention that is earlier than a lone one before it
removes that one, and three in a row remove those before them. So an article of the future, or a
feeder that ran ahead for a while, leaves the past as it was.
"""

import math
from itertools import pairwise

from msgspec import Struct

from processors.windows import counted

HOUR_MS = 3_600_000
WEEK_HOURS = 168
FADE = 0.8
SHRINKAGE_HOURS = 4.0
MAX_GAP_HOURS = 6 * WEEK_HOURS
MAX_DISPERSION = 4.0
MAX_ORIGINS = 256
# Mentions of so many hours can be undone.
MAX_OPEN_HOURS = 8
BACK_AFTER = 3
# Mentions in a row before the first open hour, after which they are believed.
FAR_BACK_AFTER = 32
# Hours of the last seven days are counted one by one.
KEPT_HOURS = WEEK_HOURS
_SURPRISE = 3.0


class Hour(Struct, array_like=True):
    """An hour with mentions: how many, and the independent sources, hashed."""

    hour: int
    articles: int = 0
    origins: list[int] = []


class Rates(Struct):
    """Sums over the hours that are closed: of each hour of the week, and of all; faded."""

    counts: list[float]
    exposures: list[float]
    count: float
    exposure: float
    squares: float


class Baseline(Struct, array_like=True):
    """What is known of a leader's past; hours are whole hours since the Unix epoch.

    `counts` and `exposures` are of each hour of the week, faded, up to the first open hour, which
    is `hour`; `later` are the open hours, the newest last; `mentions` counts all articles by hour,
    for seven days. `behind` counts the mentions in a row that came before the newest hour, and
    `left` is the hour and the beginning that such a row left.
    """

    since_ms: int = -1
    hour: int = 0
    # Of the open hour, when there was one alone.
    origins: list[int] = []
    counts: list[float] = []
    exposures: list[float] = []
    count: float = 0.0
    exposure: float = 0.0
    squares: float = 0.0
    mentions: dict[int, int] = {}
    # Kept in version 2 up to now, and reckoned again since.
    closed: list[int] = []
    later: list[Hour] = []
    behind: int = 0
    left: tuple[int, int] | None = None


class Past:
    """A baseline as it is worked with: with the open hours reckoned in.

    Args:
        kept: As kept in the state; it is changed in place.
    """

    __slots__ = ("_closed", "_reckoned", "kept")

    def __init__(self, kept: Baseline) -> None:
        self.kept = kept
        if kept.since_ms >= 0 and not kept.later:
            articles = kept.mentions.get(kept.hour, 1)
            kept.later = [Hour(kept.hour, articles, kept.origins)]
        kept.origins, kept.closed = [], []
        self._closed: list[int] | None = None
        self._reckoned: Rates | None = None

    @property
    def since_ms(self) -> int:
        """The moment from which on the past is known; -1 where it is not."""
        return self.kept.since_ms

    def see(self, moment_ms: int) -> None:
        """Count a mention, and close the hours before it. A late one is counted in its hour."""
        hour, kept = moment_ms // HOUR_MS, self.kept
        if not kept.later:
            self._begin(moment_ms, hour)
        elif hour > kept.later[-1].hour:
            self._advance(moment_ms, hour)
        elif hour < kept.later[-1].hour:
            kept.behind += 1
            if not self._goes_back(moment_ms, hour):
                if hour > kept.later[-1].hour - KEPT_HOURS:
                    kept.mentions[hour] = kept.mentions.get(hour, 0) + 1
                    self._closed = None
                return
        kept.behind = 0
        kept.later[-1].articles += 1
        kept.mentions[hour] = kept.mentions.get(hour, 0) + 1

    def report(self, moment_ms: int, origin: int) -> None:
        """Count an independent report of the newest hour; a source counts once an hour."""
        newest = self.kept.later[-1]
        is_new = newest.hour == moment_ms // HOUR_MS and origin not in newest.origins
        if is_new and len(newest.origins) < MAX_ORIGINS:
            newest.origins.append(origin)

    def expected(self, moment_ms: int, window_seconds: int, least_per_day: float) -> float:
        """Return how many independent reports are usual in a window that ends at this moment."""
        rates = self._rates
        if rates.exposure <= 0.0:
            return least_per_day * window_seconds / 86_400
        hour = moment_ms // HOUR_MS
        # The window lies in this hour and the one before: the busier of the two is the fairer.
        hourly = max(_rate(rates, hour % WEEK_HOURS), _rate(rates, (hour - 1) % WEEK_HOURS))
        return max(hourly, least_per_day / 24) * window_seconds / 3_600

    def dispersion(self) -> float:
        """Return how much more an hour's count varies than by chance, 1 or more.

        News comes in bursts: a headline name's hours vary more than Poisson's. A rare name's bursts
        are what is looked for, so they do not count.
        """
        return _dispersion(self._rates)

    def mentioned(self, moment_ms: int) -> tuple[int, int, int, int]:
        """Count the articles of the last 12 hours, 24 hours, 3 and 7 days, in whole hours."""
        hour, mentions = moment_ms // HOUR_MS, self.kept.mentions
        if not self.kept.later or hour != self.kept.later[-1].hour:
            h12, h24, d3, d7 = counted(mentions.items(), hour)
            return h12, h24, d3, d7
        now = mentions.get(hour, 0)
        if self._closed is None:
            self._closed = [one - now for one in counted(mentions.items(), hour)]
        h12, h24, d3, d7 = self._closed
        return h12 + now, h24 + now, d3 + now, d7 + now

    @property
    def usual_per_day(self) -> float:
        """Independent reports a day, as usual."""
        rates = self._rates
        return 24 * rates.count / rates.exposure if rates.exposure > 0.0 else 0.0

    def _begin(self, moment_ms: int, hour: int) -> None:
        kept = self.kept
        if not kept.counts:
            kept.counts, kept.exposures = [0.0] * WEEK_HOURS, [0.0] * WEEK_HOURS
        kept.since_ms, kept.hour = moment_ms, hour
        kept.later, kept.mentions = [Hour(hour)], {}
        self._reckon_again()

    def _advance(self, moment_ms: int, hour: int) -> None:
        """Open a newer hour: it closes those before it, and the silent ones between."""
        kept = self.kept
        is_lone = kept.exposure <= 0.0 and sum(one.articles for one in kept.later) == 1
        if is_lone and hour - kept.later[-1].hour > MAX_GAP_HOURS and kept.left is None:
            # One article of long ago makes no past; it may well be a wrong timestamp.
            self._begin(moment_ms, hour)
            return
        if kept.left is not None and hour >= kept.left[0]:
            self._return(*kept.left, is_lone=is_lone)
            if hour == kept.later[-1].hour:
                return
        _close(self._rates, kept.later[-1], hour)
        kept.later.append(Hour(hour))
        if len(kept.later) > MAX_OPEN_HOURS:
            _close(kept, kept.later.pop(0), kept.later[0].hour)
            kept.hour = kept.later[0].hour
        if len(kept.mentions) > KEPT_HOURS:
            recent = range(hour - KEPT_HOURS + 1, hour + 1)
            kept.mentions = {one: n for one, n in kept.mentions.items() if one in recent}
        self._closed = None

    def _goes_back(self, moment_ms: int, hour: int) -> bool:
        """Remove what is ahead of a mention, where enough says that time is there."""
        kept = self.kept
        newest = kept.later[-1].hour
        ahead = sum(one.articles for one in kept.later if one.hour > hour)
        is_open = hour >= kept.later[0].hour
        if is_open or kept.exposure <= 0.0:
            if kept.behind < min(BACK_AFTER, ahead):
                return False
        elif kept.behind < FAR_BACK_AFTER:
            return False
        for one in kept.later:
            if one.hour > hour:
                kept.mentions.pop(one.hour, None)
        kept.later = [one for one in kept.later if one.hour <= hour]
        if not is_open:
            kept.left = kept.left or (newest, kept.since_ms)
            if kept.exposure <= 0.0:
                self._begin(moment_ms, hour)
            kept.hour = hour
        if not kept.later or kept.later[-1].hour < hour:
            kept.later.append(Hour(hour))
        self._reckon_again()
        return True

    def _return(self, hour: int, since_ms: int, *, is_lone: bool) -> None:
        """Go back to the hour that was left: what lies between was counted then."""
        kept = self.kept
        kept.left = None
        if is_lone:
            kept.since_ms = since_ms
        else:
            for one, after in pairwise(kept.later):
                _close(kept, one, after.hour)
            _add(kept, kept.later[-1].hour, float(len(kept.later[-1].origins)))
        kept.hour, kept.later = hour, [Hour(hour, int(is_lone))]
        self._reckon_again()

    @property
    def _rates(self) -> Rates:
        """The open hours but the newest closed, on a copy."""
        if self._reckoned is None:
            kept = self.kept
            self._reckoned = Rates(
                list(kept.counts), list(kept.exposures), kept.count, kept.exposure, kept.squares
            )
            for one, after in pairwise(kept.later):
                _close(self._reckoned, one, after.hour)
        return self._reckoned

    def _reckon_again(self) -> None:
        self._closed = self._reckoned = None


def _close(rates: Rates | Baseline, closing: Hour, until: int) -> None:
    """Take an hour, and the silent ones after it, into the past."""
    _add(rates, closing.hour, float(len(closing.origins)))
    for silent in range(max(closing.hour + 1, until - MAX_GAP_HOURS), until):
        of_week = silent % WEEK_HOURS
        if of_week == 0:
            _fade(rates)
        rates.exposures[of_week] += 1.0
        rates.exposure += 1.0


def _add(rates: Rates | Baseline, hour: int, count: float) -> None:
    of_week = hour % WEEK_HOURS
    if of_week == 0:
        _fade(rates)
    if rates.exposure > 0.0:
        usual = max(_rate(rates, of_week), 1 / 24)
        count = min(count, usual + _SURPRISE * math.sqrt(usual * _dispersion(rates)) + 1.0)
    rates.counts[of_week] += count
    rates.exposures[of_week] += 1.0
    rates.count += count
    rates.exposure += 1.0
    rates.squares += count * count


def _fade(rates: Rates | Baseline) -> None:
    rates.counts = [count * FADE for count in rates.counts]
    rates.exposures = [exposure * FADE for exposure in rates.exposures]
    rates.count *= FADE
    rates.exposure *= FADE
    rates.squares *= FADE


def _rate(rates: Rates | Baseline, of_week: int) -> float:
    mean = rates.count / rates.exposure
    return (rates.counts[of_week] + SHRINKAGE_HOURS * mean) / (
        rates.exposures[of_week] + SHRINKAGE_HOURS
    )


def _dispersion(rates: Rates | Baseline) -> float:
    if rates.exposure <= 0.0 or rates.count <= 0.0:
        return 1.0
    mean = rates.count / rates.exposure
    ratio = (rates.squares / rates.exposure - mean * mean) / mean
    return 1.0 + (min(max(ratio, 1.0), MAX_DISPERSION) - 1.0) * min(1.0, mean)
