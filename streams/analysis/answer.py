"""One answer of an analysis: the outcomes of the first records of a request.

A request is limited by the size of its articles, which says little about the size of their outputs.
So an answer ends when its outputs are many, which limits memory, and when it has taken long, so
that the waiting side sees progress.
"""

import time

from streams.analysis.outcome import Outcome

MAX_ANSWER_BYTES = 500_000
"""The limit of outputs. The last article of an answer can add as much as one article has."""
MAX_ANSWER_SECONDS = 1.0


class Answer:
    """Outcomes, in the order of the records."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self._output_bytes = 0
        self._began = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """Add the outcome of the next record."""
        self.outcomes.append(outcome)
        self._output_bytes += outcome.output_bytes

    def is_full(self) -> bool:
        """Return whether the answer must end here."""
        return (
            self._output_bytes >= MAX_ANSWER_BYTES
            or time.monotonic() - self._began >= MAX_ANSWER_SECONDS
        )
