"""Chooses the codec of each record that Tocsin writes, from `TOCSIN_PRODUCER_COMPRESSION`.

The clients implement the codecs. zstd saves three quarters of the bytes and takes less than a
hundredth of the time that an article takes (docs/operate/operating.md has the figures). Alerts are
few, and other people's programs read them, whose client may support no codec but gzip. By default
they are not compressed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from streams.kafka.topics import AlertTopics
from streams.service.settings import Settings

# The name that Kafka clients have for no compression.
NONE = None
AUTO = "auto"
BEST = "zstd"


@dataclass(frozen=True, slots=True)
class Compression:
    """The codecs, by the names that both clients know. None means no compression.

    Attributes:
        codec: The codec of all records that Tocsin itself reads again.
        alerts: The codec of alerts.
    """

    codec: str | None
    alerts: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Compression":
        """Return the codecs that the settings name."""
        asked = settings.producer_compression
        if asked == AUTO:
            return cls(BEST, NONE)
        codec = None if asked == "none" else asked
        return cls(codec, codec)

    def plain_topics(self, alerts: AlertTopics) -> Collection[str]:
        """Return the topics whose records stay uncompressed although others are compressed."""
        if self.alerts == self.codec:
            return ()
        return {*alerts.news, alerts.canary}
