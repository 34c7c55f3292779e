"""Analysis in the worker's own process, in slices between which the event loop turns.

Owns the pauses: without them a batch of long articles would starve the heartbeats, and the group
would take the worker for dead.
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
        # One call at a time, the first first: the first chunk is then ready early.
        self._turn = asyncio.Lock()

    def start(self) -> Versions:
        """Load the reader; see `Analysis`."""
        self._reader = self._load()
        return self._reader.analyser.versions

    @property
    def pids(self) -> Sequence[int]:
        """None but the worker's own."""
        return ()

    def close(self) -> None:
        """Nothing was taken."""

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
            # A chunk that took less than a slice must let others run as well.
            await asyncio.sleep(0)
            return answer.outcomes
