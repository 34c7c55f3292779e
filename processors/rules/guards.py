"""The parameters that all rules of a file share: guards, and how long a story stays open."""

from typing import Annotated

from msgspec import Meta, Struct

from processors.rules.kind import DAY, HOUR, seconds


class Guards(Struct, frozen=True, kw_only=True):
    """Conditions under which an article never triggers an alert."""

    stale_seconds: Annotated[
        int, seconds("An article that arrives later than this after its publication is old news.")
    ] = 2 * DAY
    future_seconds: Annotated[
        int, seconds("A date further ahead than this is wrong, or an embargo.")
    ] = HOUR
    allow_undated: Annotated[
        bool, Meta(description="Whether an article without a date can trigger alerts.")
    ] = True
    retrospective_phrases: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Words in a headline that mark an article about the past."),
    ] = ("on this day", "this day in history", "anniversary", "obituary", "years ago today")


class StoryParameters(Struct, frozen=True, kw_only=True):
    """How long a story takes further reports."""

    window_seconds: Annotated[
        int, seconds("A report joins a story that began at most this long before it.")
    ] = 72 * HOUR
