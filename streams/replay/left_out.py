"""Which articles a replay rightly has no output for: decided again from the record alone.

Owns the decision, as the proof needs it. Must not know where records come from. A worker leaves a
record out for what is in it, never for the time or for what came before; so the answer is the same.
"""

from collections.abc import Callable

from processors.articles.decode import DecodeLimits, decode
from processors.errors import BadArticleError
from streams.kafka.envelope import Record
from streams.replay.manifest import Manifest
from streams.service.settings import Settings
from streams.worker.replayed_records import is_of_another_replay


def left_out_by(manifest: Manifest, settings: Settings) -> Callable[[Record], bool]:
    """Return a function that says whether this replay leaves a record out.

    Args:
        manifest: The replay.
        settings: Those of its workers.
    """
    limits = DecodeLimits(
        value_bytes=settings.max_message_bytes, text_characters=settings.max_text_characters
    )
    selection = manifest.selection

    def is_left_out(record: Record) -> bool:
        if not settings.accept_replayed and is_of_another_replay(
            record.headers, manifest.replay_id
        ):
            return True
        if not selection.chooses_articles:
            return False
        try:
            article = decode(record.value, record.headers, record.key, limits)
        except BadArticleError:
            # It must be a dead letter.
            return False
        return not selection.has_article(article)

    return is_left_out
