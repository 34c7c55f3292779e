"""Watch: a leader's mentions in, alerts out.

Owns the state of one leader and the decision to ring. Must not know where the state is kept: it
comes in and goes out as an argument. All time is the mention's event time.
"""

from processors.watch.corrections import may_know, withdraw
from processors.watch.evaluate import NO_RULE, Watched, watch
from processors.watch.evaluation import Suppressed
from processors.watch.standing import (
    SurgeStanding,
    ToneStanding,
    surge_standings,
    tone_standings,
)
from processors.watch.state import (
    MAX_APPLIED,
    MAX_FIRED_WINDOWS,
    MAX_PAIRS,
    MAX_REPORTS,
    MAX_SENT_ALERTS,
    STATE_VERSION,
    HeldState,
    WatchState,
    decode_state,
    encode_state,
    new_state,
)

__all__ = [
    "MAX_APPLIED",
    "MAX_FIRED_WINDOWS",
    "MAX_PAIRS",
    "MAX_REPORTS",
    "MAX_SENT_ALERTS",
    "NO_RULE",
    "STATE_VERSION",
    "HeldState",
    "Suppressed",
    "SurgeStanding",
    "ToneStanding",
    "WatchState",
    "Watched",
    "decode_state",
    "encode_state",
    "may_know",
    "new_state",
    "surge_standings",
    "tone_standings",
    "watch",
    "withdraw",
]
