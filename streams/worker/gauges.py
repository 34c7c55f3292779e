"""Gauges of the leaders: set when they are asked for, from the states that watch has at hand.

Owns which leaders are shown. Must not know how a surge or a turn is decided (`processors.watch`).
No work is done for a mention: the scraper pays, in a thread of its own. The states are changed
meanwhile by the event loop; a figure may be of before a mention or after it, and is whole.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from processors.watch import HeldState, surge_statuses, tone_statuses
from streams.service.metrics import Metrics
from streams.worker.timestamp_check import no_limit
from streams.worker.watch_agent import WatchAgent

# A leader of whom nothing came for so long is not shown: the others' lines can be read then, and
# a scrape's cost does not grow with the past.
SHOWN_MS = 24 * 3_600_000
# Leaders whose newest mention is of the future, by a wrong timestamp: so many times as many others
# must be there, or theirs is the time.
OTHERS_FOR_EACH = 3


class LeaderGauges:
    """Sets the gauges of the leaders.

    Args:
        agent: Whose states are shown, as of the newest event time among them that is not alone.
        metrics: Where they are shown.
        latest_ms: Gives the latest event time that can be.
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
        """Show the leaders of whom something came of late, and no others."""
        # Copied in one step; the other thread goes on adding.
        named = self._agent.named.copy()
        latest_ms = self._latest_ms()
        # One state after the other: those that are not at hand are decoded, and together are large.
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
    """Return the newest moment that others stand near to: the event time of now.

    A leader alone in the future would have all others vanish, until that time has come.
    """
    newest_first = sorted(moments_ms, reverse=True)
    for number, (newer_ms, older_ms) in enumerate(pairwise(newest_first), start=1):
        others = len(newest_first) - number
        if others < OTHERS_FOR_EACH * number:
            break
        if newer_ms - older_ms > SHOWN_MS:
            return _now_ms(newest_first[number:])
    return newest_first[0] if newest_first else 0
