"""Compression: the codec of each record that Tocsin writes.

Owns the meaning of `TOCSIN_PRODUCER_COMPRESSION`. Must not know how a codec works: the clients do.

zstd saves three quarters of the bytes for less than a hundredth of the time that an article takes
(docs/operate/operating.md has the figures). Alerts are few, and are read by other people's
programs, whose client may know no codec but gzip. By default they are not compressed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from streams.kafka.topics import AlertTopics
from streams.service.settings import Settings

# What a Kafka client calls no compression.
NONE = None
AUTO = "auto"
BEST = "zstd"


@dataclass(frozen=True, slots=True)
class Compression:
    """The codecs, by the names that both clients know; None is no compression.

    Attributes:
        codec: Of everything that Tocsin itself reads again.
        alerts: Of alerts.
    """

    codec: str | None
    alerts: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Compression":
        """Return what the settings ask for."""
        asked = settings.producer_compression
        if asked == AUTO:
            return cls(BEST, NONE)
        codec = None if asked == "none" else asked
        return cls(codec, codec)

    def plain_topics(self, alerts: AlertTopics) -> Collection[str]:
        """List the topics whose records are not compressed although others are."""
        if self.alerts == self.codec:
            return ()
        return {*alerts.news, alerts.canary}
