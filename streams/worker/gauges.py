"""Sets the gauges of the leaders when metrics are scraped, from the states of the watch agent.

The scrape pays for them in a thread of its own, and processing a mention costs nothing more. The
event loop changes the states meanwhile: a figure may be from before a mention or after it, and is
consistent in itself.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from processors.watch import HeldState, surge_statuses, tone_statuses
from streams.service.metrics import Metrics
from streams.worker.timestamp_check import no_limit
from streams.worker.watch_agent import WatchAgent

# A leader without a mention for this long is not shown, so that a chart stays readable and the cost
# of a scrape does not grow over time.
SHOWN_MS = 24 * 3_600_000
# Leaders whose newest mention is in the future, by a wrong timestamp, are ignored if there are this
# many times as many others. With fewer others, their time counts as now.
OTHERS_FOR_EACH = 3


class LeaderGauges:
    """Sets the gauges of the leaders.

    Args:
        agent: The agent whose states are shown, as of their newest plausible event time.
        metrics: Where they are shown.
        latest_ms: Returns the latest event time that is allowed now.
    """

    def __init__(
        self, agent: WatchAgent, metrics: Metrics, latest_ms: Callable[[], float] = no_limit
    ) -> None:
        self._agent = agent
        self._latest_ms = latest_ms
        self._gauges = (
            metrics.leader_reports,
            metrics.leader_expected_reports,
            metrics.leader_surge,
            metrics.leader_usual_polarity,
            metrics.leader_shift_score,
        )

    def refresh(self) -> None:
        """Show the leaders that were mentioned recently."""
        # Copied in one step, because the event loop keeps adding.
        named = self._agent.named.copy()
        latest_ms = self._latest_ms()
        # One state at a time: states that are not cached are decoded, and together they are large.
        seen_ms = {
            key: state.kept.newest_ms
            for key in named
            if (state := self._agent.held(key)) is not None
        }
        newest_ms = _now_ms([one for one in seen_ms.values() if one <= latest_ms])
        for gauge in self._gauges:
            gauge.clear()
        for key, at_ms in seen_ms.items():
            if newest_ms - SHOWN_MS < at_ms and (state := self._agent.held(key)) is not None:
                self._show(named[key], state, newest_ms)

    def _show(self, who: tuple[str, str], state: HeldState, newest_ms: int) -> None:
        reports, expected, surge, usual, score = self._gauges
        rules = self._agent.rules
        for one in surge_statuses(state, rules, newest_ms):
            reports.labels(*who, one.rule).set(one.reports)
            expected.labels(*who, one.rule).set(one.expected)
            surge.labels(*who, one.rule).set(one.surge)
        for tone in tone_statuses(state, rules):
            usual.labels(*who, tone.rule).set(tone.usual)
            score.labels(*who, tone.rule, "positive").set(tone.up)
            score.labels(*who, tone.rule, "negative").set(tone.down)


def _now_ms(moments_ms: Sequence[int]) -> int:
    """Return the newest event time that others are close to.

    One leader alone in the future would otherwise hide all others until that time.
    """
    newest_first = sorted(moments_ms, reverse=True)
    for number, (newer_ms, older_ms) in enumerate(pairwise(newest_first), start=1):
        others = len(newest_first) - number
        if others < OTHERS_FOR_EACH * number:
            break
        if newer_ms - older_ms > SHOWN_MS:
            return _now_ms(newest_first[number:])
    return newest_first[0] if newest_first else 0
