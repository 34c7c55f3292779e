"""Analysis of article records, beside the event loop or in it.

Owns the way from an article's bytes to the bytes of everything that is published of it. Two
implementations stand behind one protocol: `streams.analysis.inline` in the worker's own process,
`streams.analysis.pool` in processes of their own. Must not know topics' readers, offsets or
acknowledgements; the answer to a record is the same in any process.
"""

from collections.abc import Sequence
from typing import Protocol

from processors.contracts import Versions
from streams.analysis.outcome import Outcome
from streams.kafka.envelope import Record


class Analysis(Protocol):
    """Reads article records, and gives an outcome for each."""

    async def analyse(self, records: Sequence[Record]) -> list[Outcome]:
        """Read the first of the records, at least one, as many as one answer may hold.

        Returns:
            Their outcomes, in their order. The caller asks again about the rest: see
            `streams.analysis.answer`.

        Raises:
            Exception: whatever is no bad article is a fault, and must end the worker.
        """
        ...

    def start(self) -> Versions:
        """Load, and say which system this is. Blocks; `analyse` may be called after it.

        Raises:
            MisconfigurationError: there is no such scorer, or a data file is wrong.
        """
        ...

    @property
    def pids(self) -> Sequence[int]:
        """The processes of its own, as the system numbers them."""
        ...

    def close(self) -> None:
        """Give back what was taken. Calls in flight fail."""
        ...
