"""The outcome of one article record, in the form in which processes exchange it."""

from msgspec import Struct

from processors.errors import BadArticleError, DeadLetterReason
from streams.kafka.envelope import Outgoing


class Outcome(Struct, frozen=True, kw_only=True, array_like=True):
    """The records to publish, or why the article is bad.

    Attributes:
        outputs: The records to publish.
        mentions: Leader, country, sentiment label and polarity of each mention, for the metrics.
        decode_seconds: How long decoding took.
        analyse_seconds: How long the analysis took.
        reason: Why the article is bad. It is empty for a good article.
        message: The reason as text.
        left_out: How many records the selection of a replay excludes, by stage.
        leaders_left_out: How many leaders exceed the maximum that is published of one article.
        flags: The flags of the analysis.
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
        """The size of the records to publish."""
        return sum(len(one.value or b"") for one in self.outputs)

    @property
    def error(self) -> BadArticleError | None:
        """The error of a bad article, or None."""
        if not self.reason:
            return None
        return BadArticleError(DeadLetterReason(self.reason), self.message)
