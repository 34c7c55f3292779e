"""One answer of an analysis: the outcomes of the first of the records that it was asked about.

Owns how much travels together. What is asked is bounded by the size of the articles, and says
little about what becomes of them: an answer ends where its outputs are many, so that what is in
memory at once is bounded, and where it has taken long, so that the waiting side sees progress.
"""

import time

from streams.analysis.outcome import Outcome

MAX_ANSWER_BYTES = 500_000
"""Of outputs; the last article of an answer may bring as much again as one article can."""
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
        """Whether it is to be given as it is; the rest of the records is asked about again."""
        return (
            self._output_bytes >= MAX_ANSWER_BYTES
            or time.monotonic() - self._began >= MAX_ANSWER_SECONDS
        )
