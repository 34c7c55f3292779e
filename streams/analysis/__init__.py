"""Analysis of article records: from an article's bytes to the bytes of everything published of it.

Two implementations have one protocol: `streams.analysis.inline` runs in the worker's own process,
`streams.analysis.pool` in processes of its own. Both return the same answer to a record.
"""

from collections.abc import Sequence
from typing import Protocol

from processors.contracts import Versions
from streams.analysis.outcome import Outcome
from streams.kafka.envelope import Record


class Analysis(Protocol):
    """Reads article records, and returns an outcome for each."""

    async def analyse(self, records: Sequence[Record]) -> list[Outcome]:
        """Read the first of the records: at least one, and as many as one answer can hold.

        Returns:
            Their outcomes, in their order. The caller sends the rest again: see
            `streams.analysis.answer`.

        Raises:
            Exception: an error other than a bad article, which must end the worker.
        """
        ...

    def start(self) -> Versions:
        """Load, and return the versions of this system. This blocks; call `analyse` after it.

        Raises:
            MisconfigurationError: there is no such scorer, or a data file is wrong.
        """
        ...

    @property
    def pids(self) -> Sequence[int]:
        """The ids of its own processes."""
        ...

    def close(self) -> None:
        """Release all resources. Calls in flight fail."""
        ...
