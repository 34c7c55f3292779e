"""The picture of programs and topics, from the rights of each program at the broker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streams.kafka.acls import Role, roles
from streams.kafka.topics import ALERTS, plan
from streams.service.settings import Settings
from tools.architecture.svg import Box, arrow, arrows, label, picture

# People and platforms, and steps that people start now and then.
LEFT_OUT = frozenset({"operator", "scaler", "replay-publish"})
_WIDTH = 900.0
_COLUMNS = (110.0, 450.0, 790.0)
_ROW, _TOP = 46.0, 60.0
_PROGRAM, _TOPIC = "#dceefb", "#fff3c4"


@dataclass(frozen=True, slots=True)
class Link:
    """A program that reads or writes a topic."""

    program: str
    topic: str


def _shown(topic: str) -> str:
    if topic.startswith(f"{ALERTS}."):
        return f"{ALERTS}.<kind>"
    return f"{topic}<id>.…" if topic.endswith("replay.") else topic


def links(operation: str) -> list[Link]:
    """Return which program may do the operation on which topic, each pair once."""
    found = dict.fromkeys(
        Link(role.name, _shown(grant.name))
        for role in _drawn()
        for grant in role.grants
        if grant.resource == "topic" and operation in grant.operations
    )
    # The changelogs of replays are not worth a box of their own.
    return [link for link in found if not link.topic.startswith("tocsin.replay.")]


def _drawn() -> list[Role]:
    return [role for role in roles(Settings()) if role.name not in LEFT_OUT]


def _column(names: Sequence[str], x: float, fill: str, height: float) -> dict[str, Box]:
    step = (height - _TOP) / len(names)
    return {
        name: Box(name, x, _TOP + step * (place + 0.5), 210 if fill == _TOPIC else 120, fill)
        for place, name in enumerate(names)
    }


def _ordered(found: Sequence[Link], topics: Sequence[str]) -> list[str]:
    """Return the programs by the mean place of their topics, so that few arrows cross."""
    places: dict[str, list[int]] = {}
    for link in found:
        places.setdefault(link.program, []).append(topics.index(link.topic))
    return sorted(places, key=lambda name: (sum(places[name]) / len(places[name]), name))


def draw_programs() -> str:
    """Return the picture."""
    writes, reads = links("Write"), links("Read")
    named = [_shown(topic.name) for topic in plan(Settings())]
    named += [link.topic for link in (*writes, *reads)]
    topics = list(dict.fromkeys(named))
    height = _TOP + _ROW * len(topics)
    middle = _column(topics, _COLUMNS[1], _TOPIC, height)
    left = _column(_ordered(writes, topics), _COLUMNS[0], _PROGRAM, height)
    right = _column(_ordered(reads, topics), _COLUMNS[2], _PROGRAM, height)
    return picture(
        "Programs and topics",
        _WIDTH,
        height + 10,
        [
            label("writes", _COLUMNS[0], 32),
            label("topic", _COLUMNS[1], 32),
            label("reads", _COLUMNS[2], 32),
            arrows(_all(writes, reads, left, middle, right)),
            *(box.drawn() for column in (left, middle, right) for box in column.values()),
        ],
    )


def _all(
    writes: Sequence[Link],
    reads: Sequence[Link],
    left: dict[str, Box],
    middle: dict[str, Box],
    right: dict[str, Box],
) -> Iterator[str]:
    for link in writes:
        program, topic = left[link.program], middle[link.topic]
        start = (program.x + program.width / 2, program.y)
        yield arrow(start, (topic.x - topic.width / 2, topic.y), sideways=True)
    for link in reads:
        topic, program = middle[link.topic], right[link.program]
        start = (topic.x + topic.width / 2, topic.y)
        yield arrow(start, (program.x - program.width / 2, program.y), sideways=True)
