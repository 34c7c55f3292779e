"""What watch remembers of one leader: the shape of the state, its bounds and its versions.

`watch` changes the state in place, and the caller owns it. Moments are milliseconds of event time.
Everything is kept in whole numbers, or computed the same way each time, so that a state that went
through the changelog in the middle of a batch equals one that did not.

A state is smaller than 192 KiB, however often a leader is named and however long ids and titles
are, and usually smaller than 48 KiB. The limits below ensure that.
"""

import hashlib
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from processors.contracts import AlertKind, Severity
from processors.stories import Story, StoryBook
from processors.watch.baseline import Baseline, Past

STATE_VERSION = 2
MAX_APPLIED = 256
# Those before them are known by id and moment alone.
MAX_RECENT = 512
# Stretches of event time in which mentions were applied and are forgotten.
MAX_FORGOTTEN = 16
MAX_FIRED_WINDOWS = 64
MAX_STRONG_ARTICLES = 128
MAX_ARTICLES = 256
MAX_PAIRS = 128
MAX_SENT_ALERTS = 48
MAX_ONGOING = 16
MAX_REPORTS = 64
MAX_TONES = 8
MAX_TURN = 12
# What one article can add. An address that is too long is left out, because a part is no address.
MAX_TITLE_CHARACTERS = 160
MAX_URL_CHARACTERS = 400
MAX_NAME_CHARACTERS = 100

# A moment before all event time.
_EARLIEST_MS = -(2**62)

K = TypeVar("K", int, str)
V = TypeVar("V")


class Report(Struct, array_like=True):
    """The first article of an independent source about a story.

    `origin` is the source that it counts for, hashed: the publisher's family, or that of the
    article whose text it copies. `mark` identifies copies.
    """

    moment_ms: int
    story: int
    origin: int
    mark: bytes
    article_id: str
    title: str
    url: str
    source: str
    family: str


MOMENT = attrgetter("moment_ms")
"""Windows list reports in this order. The state keeps them in the order of arrival."""


class Tone(Struct, array_like=True):
    """The usual tone, and the two sums of CUSUM with the stories since each began.

    `variance` and `mean` are of the polarity of stories; a turn is a list of polarity and report.
    """

    stories: int = 0
    mean: float = 0.0
    variance: float = 0.0
    up: float = 0.0
    down: float = 0.0
    rise: list[tuple[float, Report]] = []
    fall: list[tuple[float, Report]] = []


class SentAlert(Struct, array_like=True):
    """An alert that was sent, so that it can be updated or cancelled.

    Attributes:
        alert_ids: Of the alert and the messages that followed it, the first one first.
        rule_id: The rule.
        rule_version: Its version.
        kind: The rule's kind.
        severity: Of the newest message.
        leaders: Id and name of each.
        window_ms: Start and end.
        sent_ms: Event time of the alert.
        last_ms: Event time up to which the matter went on.
        observed: Of the newest message.
        expected: Of the alert.
        threshold: Of the alert.
        article: Hash of the article that it rests on, or 0 if it is not cancelled with one.
        article_revision: The version of that article.
        reminders_sent: How many scheduled updates were sent.
        cancelled: Whether a cancellation was sent.
    """

    alert_ids: list[str]
    rule_id: str
    rule_version: int
    kind: AlertKind
    severity: Severity
    leaders: list[tuple[str, str]]
    window_ms: tuple[int, int]
    sent_ms: int
    last_ms: int
    observed: float
    expected: float | None
    threshold: float
    article: int = 0
    article_revision: int = 1
    reminders_sent: int = 0
    cancelled: bool = False


class WatchState(Struct, array_like=True, kw_only=True):
    """What is remembered of one leader.

    Attributes:
        version: Of the form of the state.
        newest_ms: The later one of the two mentions applied last.
        applied: A short hash of a mention's id to its moment, in the order of application.
        fired_windows: A rule's window to the moment when the rule fired in it.
        strong: Articles that spoke strongly, by rule and direction, to their moment.
        articles: The newest articles, to their moment.
        pairs: Rule and other leader to the moment when the two were last seen together, or to the
            last two moments where these are far apart.
        sent_alerts: Alerts that may be updated or cancelled.
        ongoing: The newest alert of each rule about a matter that goes on, such as a surge.
        stories: See `StoryBook`.
        reports: The independent reports that are counted.
        baseline: See `Past`.
        tones: The usual tone, by rule.
        forgotten: Stretches of event time whose mentions are no longer known by id. None: an
            earlier version wrote the state.
        recent: Mentions that fell out of `applied`, packed.
        recent_until_ms: None of those is later.
        memories: What else a kind remembers, by the kind's name. See `Evaluation.memory`.
    """

    version: int = STATE_VERSION
    newest_ms: int = 0
    applied: dict[int, int] = {}
    fired_windows: dict[str, int] = {}
    strong: dict[int, int] = {}
    articles: dict[int, int] = {}
    pairs: dict[str, int | tuple[int, int]] = {}
    sent_alerts: dict[str, SentAlert] = {}
    ongoing: dict[str, SentAlert] = {}
    stories: list[Story] = []
    reports: list[Report] = []
    baseline: Baseline = msgspec.field(default_factory=Baseline)
    tones: dict[str, Tone] = {}
    forgotten: list[tuple[int, int]] | None = None
    recent: bytes = b""
    recent_until_ms: int = 0
    memories: dict[str, dict[str, Any]] = {}


class HeldState:
    """A leader's state in use: with indexed stories and a computed past. It has one owner."""

    __slots__ = ("book", "kept", "past")

    def __init__(self, kept: WatchState) -> None:
        self.kept = kept
        self.book = StoryBook(kept.stories)
        self.past = Past(kept.baseline)


class _Version(Struct, array_like=True):
    version: int


class _Version1(Struct, array_like=True):
    version: int
    applied: dict[int, int]
    fired_windows: dict[str, int]
    pairs: dict[str, tuple[int, ...]]


_encode = msgspec.msgpack.Encoder().encode
_version_of = msgspec.msgpack.Decoder(_Version).decode
_decode_1 = msgspec.msgpack.Decoder(_Version1).decode
_decode_2 = msgspec.msgpack.Decoder(WatchState).decode


def new_state() -> HeldState:
    """Return the state of a new leader."""
    return HeldState(WatchState(forgotten=[]))


def encode_state(state: HeldState) -> bytes:
    """Return the state as it is kept in the changelog."""
    return _encode(state.kept)


def decode_state(value: bytes) -> HeldState:
    """Read a state from the changelog, of this version or an earlier one.

    Raises:
        msgspec.ValidationError: if it was written in a form that this version does not know.
    """
    version = _version_of(value).version
    if version == 1:
        return HeldState(_from_version_1(_decode_1(value)))
    if version != STATE_VERSION:
        raise msgspec.ValidationError(
            f"the watch state has version {version}, and this Tocsin reads versions 1 to "
            f"{STATE_VERSION}: run the version that wrote it, or a later one"
        )
    return HeldState(_from_earlier(_decode_2(value)))


def short_hash(text: str) -> int:
    """Hash a text into 56 bits, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big")


def keep(entries: dict[K, V], key: K, value: V, max_entries: int) -> None:
    """Put an entry last, and drop the oldest ones if there are too many."""
    entries.pop(key, None)
    entries[key] = value
    while len(entries) > max_entries:
        del entries[next(iter(entries))]


def _from_version_1(old: Any) -> WatchState:
    """Carry over what version 1 knew: windows in which rules fired, and pairs that were seen.

    Version 1 had one rule about pairs, `encounter`, and no stories or baselines: those begin again.
    """
    fired = dict(sorted(old.fired_windows.items(), key=lambda entry: entry[1]))
    pairs = sorted(old.pairs.items(), key=lambda entry: max(entry[1], default=0))
    return _from_earlier(
        WatchState(
            newest_ms=max(old.applied.values(), default=0),
            applied=dict(sorted(old.applied.items(), key=lambda entry: entry[1])[-MAX_APPLIED:]),
            fired_windows=dict(list(fired.items())[-MAX_FIRED_WINDOWS:]),
            pairs={f"encounter/{other}": max(seen) for other, seen in pairs[-MAX_PAIRS:] if seen},
        )
    )


def _from_earlier(state: WatchState) -> WatchState:
    """Carry over a state that does not say which stretches it has forgotten.

    Earlier versions kept stories in the order of their beginning, and forgot in that of event time.
    """
    if state.forgotten is None:
        state.stories.sort(key=lambda one: (one.last_ms, one.key))
        full = len(state.applied) >= MAX_APPLIED
        state.forgotten = [(_EARLIEST_MS, min(state.applied.values()) - 1)] if full else []
    return state
