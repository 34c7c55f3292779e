"""Analysis in the worker's own process, which yields to the event loop between articles.

Without these pauses a batch of long articles would delay the heartbeats, and the group would
consider the worker dead.
"""

import asyncio
from collections.abc import Callable, Sequence

from processors.contracts import Versions
from streams.analysis.answer import Answer
from streams.analysis.outcome import Outcome
from streams.analysis.reader import ArticleReader
from streams.kafka.envelope import Record
from streams.service.event_loop_budget import EventLoopBudget


class InlineAnalysis:
    """A `streams.analysis.Analysis` that needs no other process.

    Args:
        load: Loads the reader.
    """

    def __init__(self, load: Callable[[], ArticleReader]) -> None:
        self._load = load
        self._reader: ArticleReader | None = None
        # One call at a time, in order: so the first chunk is ready early.
        self._turn = asyncio.Lock()

    def start(self) -> Versions:
        """Load the reader; see `Analysis`."""
        self._reader = self._load()
        return self._reader.analyser.versions

    @property
    def pids(self) -> Sequence[int]:
        """See `Analysis`. There are no processes but the worker's own."""
        return ()

    def close(self) -> None:
        """See `Analysis`. There is no resource to release."""

    async def analyse(self, records: Sequence[Record]) -> list[Outcome]:
        """Read the records; see `Analysis`."""
        reader = self._reader
        if reader is None:
            raise RuntimeError("the analysis was not started")
        async with self._turn:
            answer = Answer()
            budget = EventLoopBudget()
            for record in records:
                answer.add(reader.read(record))
                if answer.is_full():
                    break
                if budget.should_yield():
                    await asyncio.sleep(0)
            # Also after a short chunk, so that other tasks can run.
            await asyncio.sleep(0)
            return answer.outcomes
