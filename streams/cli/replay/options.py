"""The options of `tocsin replay`, as the user typed them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """The options of a new replay, or the id of an existing one (`join`, `resume`)."""

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
        """Whether an option is set that an existing replay has in its manifest."""
        own = (self.range_text, self.replay_id, self.allow_truncated, self.rate, self.speed)
        chosen = (self.articles, self.sources, self.languages, self.leaders, self.countries)
        return any(own) or any(chosen)

    @property
    def range_text(self) -> str:
        """The range, as the user typed it."""
        given = [
            *(("--since", self.since), ("--until", self.until), ("--last", self.last)),
            *(("--offsets", one) for one in self.offsets),
        ]
        return " ".join(f"{option} {value}" for option, value in given if value)


@dataclass(frozen=True, slots=True)
class FinishActions:
    """The actions after a finished replay. With `yes`, they need no confirmation."""

    publish: bool
    warm: bool
    yes: bool

    def __bool__(self) -> bool:
        return self.publish or self.warm


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """Settings from the command line. None means the value of the environment."""

    broker: str | None
    topic: str | None
    http_port: int
