"""The ids of alerts and of the messages that follow them: part of the published contract.

An id is made only of rule, rule version, kind, leaders, and window or story. If the evaluation is
repeated (by a replay, a rebalance, a crash, another article of the same hour), it makes the same
id, so a subscriber deduplicates on this one field.
"""

import hashlib
import json
from collections.abc import Sequence

from processors.contracts import AlertKind, MessageType, RuleRef

ID_BYTES = 16


def alert_id(rule: RuleRef, kind: AlertKind, leaders: Sequence[str], within: str) -> str:
    """Return the id of an alert: a hash of 32 hexadecimal digits.

    Args:
        rule: The rule and its version.
        kind: The alert's kind.
        leaders: Ids of the leader, or of the pair in any order.
        within: What distinguishes the alert from others of the rule about the same leaders: a
            window, with the direction of the sentiment where there are two, or a story.
    """
    return _hash([rule.id, rule.version, kind, sorted(leaders), within])


def message_id(first: str, msg_type: MessageType, revision: int) -> str:
    """Return the id of a message that follows an alert. It is another event with its own id.

    Args:
        first: The id of the alert that it follows.
        msg_type: `update` or `cancel`.
        revision: The message's number among those about this alert, the alert itself being 1.
    """
    return _hash([first, msg_type, revision])


def _hash(identity: object) -> str:
    return hashlib.blake2b(json.dumps(identity).encode(), digest_size=ID_BYTES).hexdigest()
