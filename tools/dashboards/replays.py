"""Replays: how far they are, how fast they go, and which alerts they send."""

from tools.dashboards.frame import Dashboard, Row, Variable
from tools.dashboards.panels import ask, stat, timeseries

OF = '{@, replay=~"$replay"}'
# A replay's workers count as others do; these are the workers of the replays selected.
THEIRS = f"and on (job, instance) tocsin_replay_articles{OF}"
VARIABLES = (
    Variable("job", "Job", "label_values(tocsin_replay_articles, job)"),
    Variable("instance", "Instance", 'label_values(tocsin_replay_articles{job=~"$job"}, instance)'),
    Variable(
        "replay",
        "Replay",
        'label_values(tocsin_replay_articles{job=~"$job", instance=~"$instance"}, replay)',
    ),
)


def of(metric: str) -> str:
    """Ask a replay's own gauge: every worker shows the same."""
    return f"max by (replay) (tocsin_replay_{metric}{OF})"


def rate(metric: str, by: str, *more: str) -> str:
    """Ask a counter of the workers that work on the replays selected."""
    counter = f"{metric}{{{', '.join(['@', *more])}}}"
    return f"sum by ({by}) (rate({counter}[$__rate_interval]) {THEIRS})"


DONE = f"{of('articles_done')} / ({of('articles')} > 0)"
LEFT = f"({of('articles')} - {of('articles_done')})"
SPEED = f"max by (replay) (deriv(tocsin_replay_articles_done{OF}[$__rate_interval]))"
START, END = (
    f'max by (replay) (tocsin_replay_range_timestamp_seconds{{@, replay=~"$replay",'
    f' bound="{bound}"}})'
    for bound in ("start", "end")
)

STANDING = Row(
    "How far is it?",
    (
        stat(
            "Done",
            "Share of the range's articles that are finished.",
            "percentunit",
            ask(DONE, "{{replay}}"),
            none="no replay",
        ),
        stat(
            "Articles left",
            "Articles of the range that are not finished.",
            "short",
            ask(LEFT, "{{replay}}"),
            none="no replay",
        ),
        stat(
            "Time left",
            "At the speed of the last moments. Empty where nothing moves.",
            "s",
            ask(f"{LEFT} / ({SPEED} > 0)", "{{replay}}"),
            none="unknown",
        ),
        stat(
            "Position",
            "The newest event time that is finished.",
            "dateTimeAsIso",
            ask(f"1000 * {of('position_timestamp_seconds')}", "{{replay}}"),
            none="at the start",
        ),
        stat(
            "Alerts",
            "Records in the replay's alert topics.",
            "short",
            ask(of("alerts"), "{{replay}}"),
            none="no replay",
        ),
        stat(
            "Workers",
            "Workers of the replay that have partitions.",
            "short",
            ask(f"sum(tocsin_ready{{@}} {THEIRS})", "ready"),
            none="none",
            decimals=0,
        ),
        timeseries(
            "Progress",
            "Share of the range's articles that are finished.",
            "percentunit",
            ask(DONE, "{{replay}}"),
            min=0,
            max=1,
        ),
        timeseries(
            "Position in event time",
            "The newest event time that is finished, between the two ends of the range.",
            "dateTimeAsIso",
            ask(f"1000 * {of('position_timestamp_seconds')}", "{{replay}}"),
            ask(f"1000 * {START}", "{{replay}}, first"),
            ask(f"1000 * {END}", "{{replay}}, end"),
        ),
        timeseries(
            "Speed in event time",
            "Seconds of event time that go by in a second. 1 is as fast as it was live.",
            "short",
            ask(
                "max by (replay)"
                f" (deriv(tocsin_replay_position_timestamp_seconds{OF}[$__rate_interval]))",
                "{{replay}}",
            ),
        ),
    ),
)
SPEEDS = Row(
    "How fast does it go?",
    (
        timeseries(
            "Articles by worker",
            "Articles a second whose analysis is published, by worker.",
            "cps",
            ask(rate("tocsin_articles_analysed_total", "instance"), "{{instance}}"),
        ),
        timeseries(
            "Mentions left",
            "Mentions that the replay has written and not yet watched.",
            "short",
            ask(of("mentions_left"), "{{replay}}"),
        ),
        timeseries(
            "Mentions that wait",
            "Mentions that are read and wait for earlier ones: partitions are read at different "
            "speeds.",
            "short",
            ask(f"sum by (instance) (tocsin_mentions_held{{@}} {THEIRS})", "{{instance}}"),
        ),
    ),
)
COMES = Row(
    "What comes of it?",
    (
        timeseries(
            "Alerts by kind and severity",
            "Alerts that the replay published a minute, into topics of its own.",
            "cpm",
            ask("60 * " + rate("tocsin_alerts_total", "kind, severity"), "{{kind}}, {{severity}}"),
            stacked=True,
        ),
        timeseries(
            "Alerts suppressed by rule",
            "Alerts a minute that a rule would have sent and did not, by rule and reason.",
            "cpm",
            ask(
                "60 * " + rate("tocsin_alerts_suppressed_total", "rule, reason"),
                "{{rule}}: {{reason}}",
            ),
            stacked=True,
        ),
        timeseries(
            "Discards by stage and reason",
            "Records a second that went no further. not_selected: the replay is of a part of the "
            "articles.",
            "cps",
            ask(rate("tocsin_discarded_total", "stage, reason"), "{{stage}}: {{reason}}"),
            stacked=True,
        ),
    ),
)
WORKERS = Row(
    "Its workers",
    (
        timeseries(
            "Partitions assigned",
            "Partitions that each worker has, by topic.",
            "short",
            ask(
                f"sum by (instance, topic) (tocsin_assigned_partitions{{@}} {THEIRS})",
                "{{instance}} {{topic}}",
            ),
        ),
        timeseries(
            "Rebalances",
            "Rebalances between two points of the line: a worker joined, left or died.",
            "short",
            ask(
                "sum by (instance)"
                f" (increase(tocsin_rebalances_total{{@}}[$__rate_interval]) {THEIRS})",
                "{{instance}}",
            ),
        ),
        timeseries(
            "Memory",
            "Resident memory of each worker, and of the processes that analyse for it. It does not "
            "grow with the range.",
            "bytes",
            ask(f"sum by (instance) (process_resident_memory_bytes{{@}} {THEIRS})", "{{instance}}"),
            ask(
                f"sum by (instance) (tocsin_analysis_resident_memory_bytes{{@}} {THEIRS})",
                "{{instance}} analysis",
            ),
        ),
    ),
)
DASHBOARD = Dashboard(
    "replays",
    "Replays of past articles: how far they are, how fast they go, and which alerts they send.",
    VARIABLES,
    (STANDING, SPEEDS, COMES, WORKERS),
)
