"""Formats replays for display: plan, progress, summary and list."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console, RenderableType
from rich.table import Table

from streams.replay.manifest import Manifest, ReplayOutcome
from streams.replay.progress import ReplayProgress
from streams.replay.proof import Proof


def plan_lines(
    manifest: Manifest, outputs: Sequence[str], records_per_second: float | None
) -> Iterator[str]:
    """Yield the lines of the plan of a replay."""
    yield f"Replay {manifest.replay_id} of {manifest.topic} ({manifest.range_text})"
    for span in manifest.spans:
        yield f"  partition {span.partition}: {span.offsets} records, {span.start} to {span.end}"
        if held := manifest.held_back.get(span.partition):
            yield f"    a transaction is open: {held} more offsets after it are left out"
    yield f"  {manifest.offsets} records together (fewer where the log has gaps)"
    if records_per_second:
        seconds = manifest.offsets / records_per_second
        yield (
            f"  about {duration(seconds)} with one worker, at {records_per_second:.0f} records a "
            f"second (measured on the first of them)"
        )
    yield f"Consumer group {manifest.application_id}. Written are, and nothing else:"
    for topic in outputs:
        yield f"  {topic}"


def progress_fields(progress: ReplayProgress, rate: float | None) -> Mapping[str, object]:
    """Return the progress as fields for a log entry."""
    return {
        "articles": progress.articles,
        "articles_done": progress.articles_done,
        "mentions_left": progress.mentions_left,
        "alerts": progress.alerts,
        "records_per_second": None if rate is None else round(rate, 1),
        "eta_seconds": eta_seconds(progress, rate),
        "event_time": event_time(progress),
    }


def eta_seconds(progress: ReplayProgress, rate: float | None) -> float | None:
    """Return the remaining time at this rate, in seconds, or None if the rate is unknown."""
    left = progress.articles - progress.articles_done
    return round(left / rate, 1) if rate else None


def event_time(progress: ReplayProgress) -> str | None:
    """Return the event time that the replay has reached, or None before the first article."""
    if progress.newest_ms is None:
        return None
    return datetime.fromtimestamp(progress.newest_ms / 1000, tz=UTC).isoformat(timespec="seconds")


def summary_line(
    manifest: Manifest, finished: ReplayOutcome, differences: Mapping[str, int] | None
) -> str:
    """Return the results of a replay in one line, with the differences from the live alerts."""
    counts = (
        ""
        if differences is None
        else " Beside live: "
        + ", ".join(
            f"{count} {'the same' if name == 'same' else name}"
            for name, count in differences.items()
        )
        + "."
    )
    state = "finished" if finished.is_complete else "at its end, and incomplete"
    return (
        f"Replay {manifest.replay_id} is {state}: {finished.analyses} analyses, "
        f"{finished.mentions} mentions, {finished.alerts} alerts, {finished.dead_letters} dead "
        f"letters.{_proven(finished.proof)}{counts} `tocsin replay diff {manifest.replay_id}` "
        f"shows the differences."
    )


def _proven(proof: Proof | None) -> str:
    if proof is None or not proof.complete:
        return ""
    excluded = f", {proof.excluded} excluded" if proof.excluded else ""
    return (
        f" Each of the {proof.records} records of its range is accounted for: {proof.analysed} "
        f"analysed, {proof.dead_letters} dead letters{excluded}."
    )


def state_of(manifest: Manifest, progress: ReplayProgress | None, members: int) -> str:
    """Return the state of a replay as one word."""
    if manifest.finished is not None:
        return "finished" if manifest.finished.is_complete else "incomplete"
    # Finished but not proven yet. A running worker proves it, or --resume does.
    done = progress is not None and progress.is_finished
    return "running" if members else "unproven" if done else "stopped"


def list_table(rows: Sequence[Mapping[str, object]]) -> RenderableType:
    """Return a table of replays."""
    table = Table(box=None, pad_edge=False)
    for head in ("id", "state", "done", "workers", "topic", "range", "made"):
        table.add_column(head, overflow="fold")
    for row in rows:
        done = f"{row['articles_done']}/{row['articles']}"
        cells = (row["id"], row["state"], done, row["workers"], row["topic"], row["range"])
        table.add_row(*map(str, cells), str(row["created"])[:16])
    return table


def duration(seconds: float) -> str:
    """Return a duration in a readable unit, such as "12 min"."""
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return f"{seconds:.0f} s"
    if seconds < 7_200:  # noqa: PLR2004 - two hours
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h"


def print_lines(console: Console, lines: Iterator[str]) -> None:
    """Print lines without interpreting markup."""
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
