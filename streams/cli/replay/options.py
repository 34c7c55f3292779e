"""The options of `tocsin replay` as they were typed: of a new replay, or of one that exists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Which replay to run: a new one, or one that exists (`join`, `resume`)."""

    since: str | None
    until: str | None
    offsets: list[str]
    last: int | None
    allow_truncated: bool
    replay_id: str | None
    join: str | None
    resume: str | None
    rate: float | None
    speed: str | None
    articles: tuple[str, ...]
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    leaders: tuple[str, ...]
    countries: tuple[str, ...]

    @property
    def has_own(self) -> bool:
        """Whether an option is given that an existing replay has already."""
        own = (self.range_text, self.replay_id, self.allow_truncated, self.rate, self.speed)
        chosen = (self.articles, self.sources, self.languages, self.leaders, self.countries)
        return any(own) or any(chosen)

    @property
    def range_text(self) -> str:
        """The range as the operator wrote it."""
        given = [
            *(("--since", self.since), ("--until", self.until), ("--last", self.last)),
            *(("--offsets", one) for one in self.offsets),
        ]
        return " ".join(f"{option} {value}" for option, value in given if value)


@dataclass(frozen=True, slots=True)
class FinishActions:
    """What to do when the replay is finished; `yes`: without asking."""

    publish: bool
    warm: bool
    yes: bool

    def __bool__(self) -> bool:
        return self.publish or self.warm


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """Settings given on the command line; None: as the environment says."""

    broker: str | None
    topic: str | None
    http_port: int
