"""Gauges of the leaders: set when they are asked for, from the states that watch has at hand.

Owns which leaders are shown. Must not know how a surge or a turn is decided (`processors.watch`).
Nothing is done for a mention: whoever scrapes pays, in a thread of its own. The states are changed
meanwhile by the event loop; a figure may be of before a mention or after it, and is whole.
"""

from processors.watch import HeldState, surge_standings, tone_standings
from streams.agents.watch import WatchAgent
from streams.metrics import Metrics

# A leader of whom nothing came for so long is not shown: the others' lines can be read then, and
# a scrape's cost does not grow with the past.
SHOWN_MS = 24 * 3_600_000


class LeaderGauges:
    """Sets the gauges of the leaders.

    Args:
        agent: Whose states are shown, as of the newest event time among them.
        metrics: Where they are shown.
    """

    def __init__(self, agent: WatchAgent, metrics: Metrics) -> None:
        self._agent = agent
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
        held = [(who, state) for key, who in named.items() if (state := self._agent.held(key))]
        newest_ms = max((state.kept.newest_ms for _, state in held), default=0)
        for gauge in self._gauges:
            gauge.clear()
        for who, state in held:
            if state.kept.newest_ms > newest_ms - SHOWN_MS:
                self._show(who, state, newest_ms)

    def _show(self, who: tuple[str, str], state: HeldState, newest_ms: int) -> None:
        reports, expected, surge, usual, score = self._gauges
        rules = self._agent.rules
        for one in surge_standings(state, rules, newest_ms):
            reports.labels(*who, one.rule).set(one.reports)
            expected.labels(*who, one.rule).set(one.expected)
            surge.labels(*who, one.rule).set(one.surge)
        for tone in tone_standings(state, rules):
            usual.labels(*who, tone.rule).set(tone.usual)
            score.labels(*who, tone.rule, "positive").set(tone.up)
            score.labels(*who, tone.rule, "negative").set(tone.down)
