"""What makes an alert one alert: its id, and the ids of the messages that follow it.

Owns the identity of alerts; it is part of the published contract. The id is made of rule, rule
version, leaders, and window or story alone: whatever repeats the evaluation (a replay, a rebalance,
a crash, another article of the same hour) makes the same id, and a subscriber deduplicates on that
one field.
"""

import hashlib
import json
from collections.abc import Sequence

from processors.contracts import AlertKind, MessageType, RuleRef

ID_BYTES = 16


def alert_id(rule: RuleRef, kind: AlertKind, leaders: Sequence[str], within: str) -> str:
    """Hash what makes an alert one alert into 32 hexadecimal digits.

    Args:
        rule: The rule and its version.
        kind: The alert's kind.
        leaders: Ids of the leader, or of the pair in any order.
        within: What tells the alert from the rule's others about the same leaders: a window, with
            the direction of the sentiment where there are two, or a story.
    """
    return _hash([rule.id, rule.version, kind, sorted(leaders), within])


def message_id(first: str, msg_type: MessageType, revision: int) -> str:
    """Name a message that follows an alert: it is another event, so it has an id of its own.

    Args:
        first: The id of the alert that it follows.
        msg_type: `update` or `cancel`.
        revision: The message's number among those about this alert, the alert itself being 1.
    """
    return _hash([first, msg_type, revision])


def _hash(identity: object) -> str:
    return hashlib.blake2b(json.dumps(identity).encode(), digest_size=ID_BYTES).hexdigest()
