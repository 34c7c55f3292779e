"""Dead letters: what could not be read, kept with the reason; and the limit on their share.

Owns the decision that there are too many of them. One bad record is data; most of a thousand in a
row are a bad deploy (a new feed, a wrong topic), and then the worker stops before it makes more.
Must not know what makes a record bad.
"""

from collections import deque

from aiokafka.errors import MessageSizeTooLargeError, RecordTooLargeError

from streams.envelope import TRUNCATED_HEADER, Outgoing
from streams.errors import DeadLetterLimitError
from streams.outbox import Outbox

# Under Kafka's default limit of a record (1 MiB), with room for the headers.
TRUNCATED_BYTES = 524_288


async def send_dead_letter(outbox: Outbox, record: Outgoing) -> None:
    """Send one dead letter, cut short if the topic does not take the whole.

    That happens when the topic's `max.message.bytes` is below the plan's. Half a record with its
    reason beats a worker that cannot go on.
    """
    try:
        await outbox.send([record])
    except (MessageSizeTooLargeError, RecordTooLargeError):
        value = record.value or b""
        headers = [*record.headers, (TRUNCATED_HEADER, str(len(value)).encode())]
        await outbox.send(
            [
                Outgoing(
                    record.topic,
                    record.key,
                    value[:TRUNCATED_BYTES],
                    headers,
                    record.timestamp_ms,
                )
            ]
        )


class DeadLetterLimit:
    """The share of dead letters among the newest articles.

    Args:
        share: Above this share the worker stops; 1 never stops it.
        records: Over how many of the newest articles the share is taken; with fewer than that
            since the start, nothing is decided.
    """

    def __init__(self, share: float, records: int) -> None:
        self._share = share
        self._newest: deque[bool] = deque(maxlen=records)
        self._dead = 0

    def count(self, *, dead: bool) -> None:
        """Count one article, dead or well."""
        if len(self._newest) == self._newest.maxlen:
            self._dead -= self._newest[0]
        self._newest.append(dead)
        self._dead += dead

    def check(self) -> None:
        """Stop the worker if there are too many.

        Raises:
            DeadLetterLimitError: the limit is passed.
        """
        seen = len(self._newest)
        if seen == self._newest.maxlen and self._dead > self._share * seen:
            raise DeadLetterLimitError(
                f"{self._dead} of the newest {seen} articles went to the dead letters, more than "
                f"the share of {self._share:g} that TOCSIN_DEAD_LETTER_LIMIT_SHARE allows. They "
                f"are kept: look at them with `tocsin dead-letters list`, mend their source, then "
                f"`tocsin dead-letters requeue`."
            )
