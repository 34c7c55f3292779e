"""Sets the metrics of a replay's progress.

Every worker of a replay exports the same figures: take the maximum over the workers, not the sum.
"""

from streams.replay.manifest import Manifest
from streams.replay.progress import ReplayProgress
from streams.service.metrics import Metrics


def show(metrics: Metrics, manifest: Manifest, progress: ReplayProgress) -> None:
    """Set the gauges of a replay to its progress."""
    replay = manifest.replay_id
    metrics.replay_articles.labels(replay).set(progress.articles)
    metrics.replay_articles_done.labels(replay).set(progress.articles_done)
    metrics.replay_mentions_left.labels(replay).set(progress.mentions_left)
    metrics.replay_alerts.labels(replay).set(progress.alerts)
    if progress.newest_ms is not None:
        metrics.replay_position.labels(replay).set(progress.newest_ms / 1000)
    for bound, moment in (("start", manifest.since), ("end", manifest.until)):
        if moment is not None:
            metrics.replay_range.labels(replay, bound).set(moment.timestamp())
