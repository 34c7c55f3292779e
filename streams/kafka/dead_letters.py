"""Sends dead letters, and limits their share of the articles.

One bad record is data. Most of a thousand in a row are a bad deploy, such as a new feed or a wrong
topic. The worker then stops before it writes more of them. Other modules decide which record is
bad.
"""

from collections import deque

import structlog
from aiokafka.errors import InvalidTimestampError
from msgspec import structs

from streams.errors import DeadLetterLimitError, RecordsRefusedError
from streams.kafka.envelope import ERROR_PREFIX, TRUNCATED_HEADER, Outgoing
from streams.kafka.outbox import TOO_LARGE, Outbox

log = structlog.get_logger(__name__)

# Below Kafka's default limit of a record (1 MiB), with room for the headers.
TRUNCATED_BYTES = 524_288
# The minimum that a dead letter keeps beside its reason.
MIN_BYTES = 1_024
NO_KEY = b"dead-letter"


async def send_dead_letter(outbox: Outbox, record: Outgoing) -> None:
    """Send one dead letter, reduced if the topic does not accept it whole.

    That happens when the topic differs from the plan: a lower `max.message.bytes`, other allowed
    times, or a required key. Half a record with its reason is better than a worker that cannot
    continue. The headers always name the original's timestamp.

    Raises:
        RecordsRefusedError: The topic does not accept even the reason alone.
    """
    letter = record
    while True:
        try:
            await outbox.send([letter])
        except RecordsRefusedError as error:
            reduced = _reduced(letter, error.refused[0].error)
            if reduced == letter:
                raise
            log.warning(
                "dead_letter.reduced",
                error=error.refused[0].reason,
                topic=letter.topic,
                kept_bytes=len(reduced.value or b""),
                of_bytes=len(record.value or b""),
                kept_timestamp=reduced.timestamp_ms is not None,
            )
            letter = reduced
        else:
            return


def _reduced(letter: Outgoing, error: BaseException) -> Outgoing:
    """Remove the part of a letter that the broker's error is about, or else all but the reason."""
    if isinstance(error, InvalidTimestampError) and letter.timestamp_ms is not None:
        return structs.replace(letter, timestamp_ms=None)
    if isinstance(error, TOO_LARGE) and len(letter.value or b"") > TRUNCATED_BYTES:
        return _cut(letter, TRUNCATED_BYTES)
    return structs.replace(
        _cut(letter, MIN_BYTES),
        key=letter.key[:MIN_BYTES] if letter.key is not None else NO_KEY,
        headers=[
            (name, None if value is None else value[:MIN_BYTES])
            for name, value in _cut(letter, MIN_BYTES).headers
            if name.startswith(ERROR_PREFIX)
        ],
        timestamp_ms=None,
    )


def _cut(letter: Outgoing, max_bytes: int) -> Outgoing:
    value = letter.value
    if value is None or len(value) <= max_bytes:
        return letter
    headers = letter.headers
    if not any(name == TRUNCATED_HEADER for name, _ in headers):
        headers = [*headers, (TRUNCATED_HEADER, str(len(value)).encode())]
    return structs.replace(letter, value=value[:max_bytes], headers=headers)


class DeadLetterLimit:
    """The limit on the share of dead letters among the newest articles.

    Args:
        share: Above this share the worker stops. 1 never stops it.
        records: The number of newest articles over which the share is computed. No decision is made
            before so many have been counted since the start.
    """

    def __init__(self, share: float, records: int) -> None:
        self._share = share
        self._newest: deque[bool] = deque(maxlen=records)
        self._dead = 0

    def count(self, *, dead: bool) -> None:
        """Count one article, dead-lettered or processed."""
        if len(self._newest) == self._newest.maxlen:
            self._dead -= self._newest[0]
        self._newest.append(dead)
        self._dead += dead

    def check(self) -> None:
        """Stop the worker if there are too many dead letters.

        Raises:
            DeadLetterLimitError: The limit is exceeded.
        """
        seen = len(self._newest)
        if seen == self._newest.maxlen and self._dead > self._share * seen:
            raise DeadLetterLimitError(
                f"{self._dead} of the newest {seen} articles went to the dead letters, more than "
                f"the share of {self._share:g} that TOCSIN_DEAD_LETTER_LIMIT_SHARE allows. They "
                f"are kept: look at them with `tocsin dead-letters list`, mend their source, then "
                f"`tocsin dead-letters requeue`."
            )
