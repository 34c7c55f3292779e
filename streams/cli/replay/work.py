"""Runs one worker of a replay from start to end, and shows its progress."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import structlog
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from streams.analysis.loading import analysis_of
from streams.cli import context
from streams.cli.views.replay import event_time, progress_fields
from streams.kafka.clients import consumer_client
from streams.kafka.deployment import Deployment
from streams.replay import gauges
from streams.replay.admin import open_replay_admin
from streams.replay.exclusion import exclusion_filter
from streams.replay.manifest import Manifest, deployment_of
from streams.replay.progress import ReplayProgress, ReplayProgressMeter
from streams.replay.run import outcome, run
from streams.replay.verification import FETCH_BYTES, prove
from streams.service import logs
from streams.service.settings import Settings
from streams.worker.worker import Worker

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 5.0
_RATE_SECONDS = 10.0


def worked(live: Deployment, manifest: Manifest) -> Manifest:
    """Run a worker to the end of the replay, and return the manifest with its outcome.

    An interrupted replay returns its manifest unchanged.
    """
    of_replay = deployment_of(manifest, live)

    async def work(on_progress: Callable[[ReplayProgress], None]) -> bool:
        worker = Worker(
            of_replay,
            analysis_of(of_replay.settings, manifest.selection),
            bounds=manifest.bounds,
        )

        def tell(progress: ReplayProgress) -> None:
            gauges.show(worker.metrics, manifest, progress)
            on_progress(progress)

        def meter() -> ReplayProgressMeter:
            return ReplayProgressMeter(of_replay, manifest)

        return await run(manifest.replay_id, worker, meter, tell)

    with _progress(manifest, live.settings) as on_progress:
        if not asyncio.run(work(on_progress)):
            return manifest
    return _concluded(live, manifest, of_replay)


def _concluded(live: Deployment, manifest: Manifest, of_replay: Deployment) -> Manifest:
    """Verify a replay at its end, and write its outcome to the manifest."""
    connection, settings = live.connection, live.settings
    with open_replay_admin(live) as replay_admin:
        newest: Manifest = replay_admin.manifests.get(manifest.replay_id)
        if newest.finished is not None:
            # Another worker reached the end first and wrote the same outcome.
            return newest
        log.info("replay.verifying", replay_id=manifest.replay_id, records=manifest.offsets)
        with consumer_client(connection, settings, fetch_bytes=FETCH_BYTES) as consumer:
            proof = prove(consumer, manifest, of_replay.names, exclusion_filter(manifest, settings))
        log.info("replay.verified", replay_id=manifest.replay_id, **msgspec.to_builtins(proof))
        meter = ReplayProgressMeter(of_replay, manifest)
        try:
            finished = outcome(meter, of_replay, proof)
        finally:
            meter.close()
        newest = msgspec.structs.replace(newest, finished=finished)
        replay_admin.manifests.write(newest)
    return newest


class _Rate:
    """Articles per second, over the last `_RATE_SECONDS`."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, int]] = []

    def after(self, done: int) -> float | None:
        now = time.monotonic()
        self._seen = [one for one in self._seen if now - one[0] < _RATE_SECONDS] + [(now, done)]
        (then, before), *rest = self._seen
        return (done - before) / (now - then) if rest and done > before else None


@contextmanager
def _progress(manifest: Manifest, settings: Settings) -> Iterator[Callable[[ReplayProgress], None]]:
    """Yield a callback that shows progress: a bar on a terminal, otherwise log entries."""
    rate, told = _Rate(), [0.0]
    console = context.message_console()
    if not console.is_terminal:

        def log_it(progress: ReplayProgress) -> None:
            now_rate = rate.after(progress.articles_done)
            if progress.is_finished or time.monotonic() - told[0] >= PROGRESS_SECONDS:
                told[0] = time.monotonic()
                fields = progress_fields(progress, now_rate)
                log.info("replay.progress", replay_id=manifest.replay_id, **fields)

        yield log_it
        return
    # Log entries of the worker would break up the bar. Warnings and errors are still logged.
    if settings.log_level == "INFO":
        logs.configure("WARNING", settings.log_format)

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}", markup=False),
        console=console,
    )
    with bar:
        task = bar.add_task(f"Replay {manifest.replay_id}", total=manifest.offsets, told="")

        def show_it(progress: ReplayProgress) -> None:
            now_rate = rate.after(progress.articles_done) or 0.0
            at = event_time(progress) or "the start"
            told = f"{now_rate:.0f}/s, at {at}, {progress.alerts} alerts"
            bar.update(task, completed=progress.articles_done, told=told)

        yield show_it
