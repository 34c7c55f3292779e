"""The kinds of rules: what each measures, and its parameters with defaults and bounds.

Owns the kinds' own numbers. Must not know how a kind is computed (`processors.watch`), nor how a
file is read. To add a parameter, add a field: reading, checking and documentation follow from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from processors.contracts import Severity

RuleKind = Literal["sentiment", "encounter", "surge", "shift", "breaking"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# A year: no state is kept for longer.
MAX_SECONDS = 366 * DAY


def _seconds(description: str, *, least: int = 1) -> Meta:
    return Meta(ge=least, le=MAX_SECONDS, description=description)


def _count(description: str) -> Meta:
    return Meta(ge=1, le=10_000, description=description)


class Guards(Struct, frozen=True, kw_only=True):
    """What keeps every rule from ringing on an article, however strong it is."""

    stale_seconds: Annotated[
        int, _seconds("An article that arrives later than this after its publication is old news.")
    ] = 2 * DAY
    future_seconds: Annotated[
        int, _seconds("A date further ahead than this is wrong, or an embargo.")
    ] = HOUR
    allow_undated: Annotated[
        bool, Meta(description="Whether an article without a date may ring.")
    ] = True
    retrospective_phrases: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Words in a headline that mark a piece about the past."),
    ] = ("on this day", "this day in history", "anniversary", "obituary", "years ago today")


class StoryParameters(Struct, frozen=True, kw_only=True):
    """How long a story is one story."""

    window_seconds: Annotated[
        int, _seconds("A report joins a story that began at most this long before it.")
    ] = 72 * HOUR


class SentimentParameters(Struct, frozen=True, kw_only=True):
    """None: the severity steps and the condition say it all."""


class EncounterParameters(Struct, frozen=True, kw_only=True):
    """Two leaders who stand together."""

    max_companions: Annotated[
        int, _count("Beside more other leaders than this, a pair is a crowd, and no news.")
    ] = 3


class SurgeParameters(Struct, frozen=True, kw_only=True):
    """More mentions from more families than the leader's own past explains."""

    window_seconds: Annotated[int, _seconds("Mentions of so long are counted together.")] = HOUR
    min_reports: Annotated[int, _count("Fewer stories or articles than this never surge.")] = 5
    min_families: Annotated[int, _count("Fewer independent families never surge.")] = 5
    warm_up_seconds: Annotated[
        int, _seconds("So much of a leader's past must be known before it counts.", least=0)
    ] = 3 * DAY
    min_expected_per_day: Annotated[
        float,
        Meta(gt=0, le=10_000, description="What is expected at least, however rare the leader."),
    ] = 1.0
    update_after_seconds: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=MAX_SECONDS)], ...],
        Meta(description="When a surge that goes on is told again, from its alert on."),
    ] = (6 * HOUR, 24 * HOUR)


class ShiftParameters(Struct, frozen=True, kw_only=True):
    """The way the press speaks of a leader has turned: a two-sided CUSUM over stories."""

    slack: Annotated[
        float,
        Meta(ge=0, le=10, description="Half the turn that matters, in standard deviations (k)."),
    ] = 0.5
    min_stories: Annotated[int, _count("Stories before which no turn is called.")] = 10
    warm_up_stories: Annotated[int, _count("Stories from which the usual tone is learnt.")] = 20


class BreakingParameters(Struct, frozen=True, kw_only=True):
    """One story that many independent families report within minutes of its first report."""

    within_seconds: Annotated[
        int, _seconds("Families count that report within this of the story's first report.")
    ] = 30 * MINUTE
    update_families: Annotated[
        tuple[Annotated[int, Meta(ge=2, le=10_000)], ...],
        Meta(description="At how many families the alert is updated."),
    ] = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind is.

    `limit` is how a severity step's limit is called in a file, empty where the kind measures
    nothing; `measure` says what it is a limit of. `severities` and `cooldown_seconds` are the
    defaults, the strongest severity first. `cooldown` says what is silent.
    """

    parameters: type[Any]
    about: str
    limit: str
    measure: str
    smaller_is_stronger: bool
    least: float
    most: float
    severities: tuple[tuple[float | None, Severity], ...]
    cooldown_seconds: int
    cooldown: str


KINDS: Mapping[RuleKind, Kind] = {
    "sentiment": Kind(
        parameters=SentimentParameters,
        about="An article speaks strongly for or against a leader.",
        limit="polarity_at_least",
        measure="polarity without its sign, 0 to 1",
        smaller_is_stronger=False,
        least=0.0,
        most=1.0,
        severities=((0.8, "high"), (0.65, "medium"), (0.5, "low")),
        cooldown_seconds=HOUR,
        cooldown="once per leader and direction in a window of this length",
    ),
    "encounter": Kind(
        parameters=EncounterParameters,
        about="Two leaders stand together in a headline or lead after a quiet time.",
        limit="",
        measure="",
        smaller_is_stronger=False,
        least=0.0,
        most=0.0,
        severities=((None, "low"),),
        cooldown_seconds=3 * DAY,
        cooldown="once per pair after so long without the two together",
    ),
    "surge": Kind(
        parameters=SurgeParameters,
        about="More mentions from more families than the leader's own past explains.",
        limit="p_value_at_most",
        measure="the Poisson tail: how likely so many mentions are by chance",
        smaller_is_stronger=True,
        least=0.0,
        most=1.0,
        severities=((1e-8, "high"), (1e-6, "medium"), (1e-4, "low")),
        cooldown_seconds=6 * HOUR,
        cooldown="a new surge of the same leader after so long without one",
    ),
    "shift": Kind(
        parameters=ShiftParameters,
        about="The way the press speaks of a leader has turned.",
        limit="score_at_least",
        measure="the CUSUM statistic, in standard deviations (h)",
        smaller_is_stronger=False,
        least=0.0,
        most=1_000.0,
        severities=((10.0, "high"), (7.0, "medium"), (5.0, "low")),
        cooldown_seconds=3 * DAY,
        cooldown="once per leader and direction in so long",
    ),
    "breaking": Kind(
        parameters=BreakingParameters,
        about="Many independent families report one story within minutes of its first report.",
        limit="families_at_least",
        measure="independent families that report the story",
        smaller_is_stronger=False,
        least=2.0,
        most=10_000.0,
        severities=((8.0, "high"), (6.0, "medium"), (4.0, "low")),
        cooldown_seconds=72 * HOUR,
        cooldown="once per leader and story in so long",
    ),
}
