"""The tables of metrics, one for each program that has them."""

from collections.abc import Iterator

from streams.service.metrics import CATALOGUE, Metric
from tools.reference.table import code, table

# What a metric's name begins with, and the title of its group; the first that fits counts.
GROUPS = {
    "tocsin_canary_articles_": "Worker",
    "tocsin_canary_": "`tocsin canary`",
    "tocsin_forward_": "`tocsin forward`",
    "tocsin_feed_": "`tocsin ingest --poll`",
    "tocsin_replay_": "`tocsin replay`",
    "tocsin_page_": "Live page",
    "tocsin_leader_": "Leaders",
    "tocsin_": "Worker",
}


def _group(metric: Metric) -> str:
    return next(title for start, title in GROUPS.items() if metric.name.startswith(start))


def _tables() -> Iterator[str]:
    groups: dict[str, list[list[str]]] = {}
    for metric in CATALOGUE:
        labels = ", ".join(code(label) for label in metric.labels)
        groups.setdefault(_group(metric), []).append(
            [code(metric.name), metric.kind, labels, metric.help]
        )
    for title, rows in groups.items():
        yield f"## {title}\n\n" + table(["Metric", "Type", "Labels", "Description"], rows)


def metrics() -> str:
    """Return a table of metrics for each group."""
    return "\n".join(_tables())
