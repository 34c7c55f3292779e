"""Reads records of `news.mentions`: mentions and withdrawals.

The worker writes these records itself, but any program can write to the topic.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from processors.contracts import Mention, Withdrawal
from processors.errors import BadArticleError, DeadLetterReason
from processors.event_time import END_MS, FIRST_MS
from processors.windows import milliseconds
from streams.kafka.envelope import Outgoing, Record, TopicPartition
from streams.kafka.unreadable import unreadable

# The clocks of two workers differ: one may accept an article that is in the future of the other.
CLOCK_SKEW_MS = 600_000
_decode_mention = msgspec.json.Decoder(Mention).decode
_decode_withdrawal = msgspec.json.Decoder(Withdrawal).decode
# Only a withdrawal begins so.
_WITHDRAWN = b'{"withdrawn":'


class ReadMention(Struct, frozen=True, gc=False):
    """A record that was read. `name` orders records of the same event time."""

    tp: TopicPartition
    key: bytes
    event_time_ms: int
    name: str
    value: Mention | Withdrawal

    @property
    def partition(self) -> int:
        """The number of the partition."""
        return self.tp.partition


@dataclass(frozen=True, slots=True)
class UnreadableMention:
    """A record that is neither a mention nor a withdrawal, and its dead letter."""

    letter: Outgoing
    error: BadArticleError


def read_mention(record: Record, latest_ms: float) -> ReadMention:
    """Read a record.

    Args:
        record: The record.
        latest_ms: The latest event time of an article that is allowed now.

    Raises:
        BadArticleError: it is neither a mention nor a withdrawal, or its times are wrong.
    """
    value = _read(record, latest_ms + CLOCK_SKEW_MS)
    if isinstance(value, Withdrawal):
        moment, name = value.event_time, value.withdrawn.article_id
    else:
        assert value.context is not None  # noqa: S101 - `_read` rejects it
        moment, name = value.context.event_time, value.context.mention_id
    return ReadMention(record.tp, record.key or b"", milliseconds(moment), name, value)


def decode_mention(value: bytes) -> Mention | Withdrawal:
    """Decode the value of a record.

    Raises:
        msgspec.DecodeError: it is neither a mention nor a withdrawal.
    """
    if value.startswith(_WITHDRAWN):
        return _decode_withdrawal(value)
    return _decode_mention(value)


def _read(record: Record, latest_ms: float) -> Mention | Withdrawal:
    """Decode and check a record."""
    error = unreadable(record)
    if error is not None:
        raise error
    if record.value is None:
        raise BadArticleError(DeadLetterReason.NULL_VALUE, "the mention's value is null")
    try:
        value = decode_mention(record.value)
    except msgspec.ValidationError as error:
        raise BadArticleError(DeadLetterReason.WRONG_TYPE, f"the mention: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadArticleError(DeadLetterReason.INVALID_JSON, f"the mention: {error}") from error
    except RecursionError as error:
        raise BadArticleError(DeadLetterReason.TOO_DEEP, "the mention: too deep") from error
    if isinstance(value, Withdrawal):
        _check_times(value.event_time, None, latest_ms)
        return value
    if value.context is None or record.key != value.leader_id.encode():
        raise BadArticleError(
            DeadLetterReason.WRONG_TYPE, "the mention has no context, or its key is not its leader"
        )
    _check_times(value.context.event_time, value.context.published, latest_ms)
    return value


def _check_times(moment: datetime, published: datetime | None, latest_ms: float) -> None:
    if not _is_aware(moment) or not _is_aware(published):
        raise BadArticleError(
            DeadLetterReason.INVALID_DATE, "the mention's times must have a zone, such as Z"
        )
    moment_ms = milliseconds(moment)
    if not FIRST_MS <= moment_ms < END_MS:
        raise BadArticleError(
            DeadLetterReason.INVALID_DATE,
            f"the mention's event time is {moment}, and event time lies between the years 1970 and "
            f"9998",
        )
    if moment_ms > latest_ms:
        raise BadArticleError(
            DeadLetterReason.FUTURE_TIMESTAMP,
            f"the mention's event time is {moment}, which is too far in the future",
        )


def _is_aware(moment: datetime | None) -> bool:
    return moment is None or moment.tzinfo is not None
