"""Watch: a leader's mentions in, alerts out.

The leader's state comes in and goes out as an argument. All time is the mention's event time.
"""

from processors.watch.corrections import may_know, withdraw
from processors.watch.evaluate import NO_RULE, Watched, watch
from processors.watch.evaluation import Suppressed
from processors.watch.kind import Kind
from processors.watch.kinds.registry import KINDS
from processors.watch.loading import load_rules, load_rules_file, read_rules
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
from processors.watch.status import (
    SurgeStatus,
    ToneStatus,
    surge_statuses,
    tone_statuses,
)

__all__ = [
    "KINDS",
    "MAX_APPLIED",
    "MAX_FIRED_WINDOWS",
    "MAX_PAIRS",
    "MAX_REPORTS",
    "MAX_SENT_ALERTS",
    "NO_RULE",
    "STATE_VERSION",
    "HeldState",
    "Kind",
    "Suppressed",
    "SurgeStatus",
    "ToneStatus",
    "WatchState",
    "Watched",
    "decode_state",
    "encode_state",
    "load_rules",
    "load_rules_file",
    "may_know",
    "new_state",
    "read_rules",
    "surge_statuses",
    "tone_statuses",
    "watch",
    "withdraw",
]
