"""Decides from a record alone whether a replay excludes it, so that it has no output.

A worker excludes a record for its content, never for the time or for earlier records. So the
verification comes to the same decision.
"""

from collections.abc import Callable

from processors.articles.decode import DecodeLimits, decode
from processors.errors import BadArticleError
from streams.kafka.envelope import Record
from streams.replay.manifest import Manifest
from streams.service.settings import Settings
from streams.worker.replayed_records import is_of_another_replay


def exclusion_filter(manifest: Manifest, settings: Settings) -> Callable[[Record], bool]:
    """Return a function that tells whether this replay excludes a record.

    Args:
        manifest: The replay.
        settings: The settings of its workers.
    """
    limits = DecodeLimits(
        value_bytes=settings.max_message_bytes, text_characters=settings.max_text_characters
    )
    selection = manifest.selection

    def is_excluded(record: Record) -> bool:
        if not settings.accept_replayed and is_of_another_replay(
            record.headers, manifest.replay_id
        ):
            return True
        if not selection.chooses_articles:
            return False
        try:
            article = decode(record.value, record.headers, record.key, limits)
        except BadArticleError:
            # An unreadable article must be a dead letter.
            return False
        return not selection.has_article(article)

    return is_excluded
