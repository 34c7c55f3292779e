"""What became of one article record.

Owns the form in which it travels between processes. Must not know how it was computed.
"""

from msgspec import Struct

from processors.errors import BadArticleError, DeadLetterReason
from streams.kafka.envelope import Outgoing


class Outcome(Struct, frozen=True, kw_only=True, array_like=True):
    """The records to publish, or why the article is bad.

    `mentions` holds leader, country, sentiment label and polarity of each mention, for the metrics;
    `reason` is empty for a good article; `left_out` counts what a replay is not about, by stage.
    `leaders_left_out` counts the leaders beyond those that are published of one article; `flags`
    are those of the analysis. Times are durations in seconds.
    """

    outputs: list[Outgoing] = []
    mentions: list[tuple[str, str, str, float]] = []
    decode_seconds: float = 0.0
    analyse_seconds: float = 0.0
    reason: str = ""
    message: str = ""
    left_out: dict[str, int] = {}
    leaders_left_out: int = 0
    flags: tuple[str, ...] = ()

    @property
    def output_bytes(self) -> int:
        """The size of what is to be published."""
        return sum(len(one.value or b"") for one in self.outputs)

    @property
    def error(self) -> BadArticleError | None:
        """The error of a bad article."""
        if not self.reason:
            return None
        return BadArticleError(DeadLetterReason(self.reason), self.message)
