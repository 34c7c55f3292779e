"""Pipeline: throughput, latency, lag, what went no further, and the workers themselves."""

from tools.dashboards.frame import LIVE, Dashboard, Row
from tools.dashboards.panels import Query, ask, states, table, timeseries


def quantile(q: float, metric: str, by: str = "") -> str:
    """Ask a histogram for a quantile."""
    labels = f"le, {by}" if by else "le"
    rate = f"rate({metric}_bucket{{@}}[$__rate_interval])"
    return f"histogram_quantile({q}, sum by ({labels}) ({rate}))"


def quantiles(metric: str, *wanted: tuple[float, str], by: str = "") -> tuple[Query, ...]:
    """Ask for several, one line each or one a value of `by`."""
    prefix = f"{{{{{by}}}}} " if by else ""
    return tuple(ask(quantile(q, metric, by), prefix + name) for q, name in wanted)


P50, P95, P99 = (0.5, "p50"), (0.95, "p95"), (0.99, "p99")

THROUGHPUT = Row(
    "Throughput",
    (
        timeseries(
            "Articles",
            "Articles a second: taken from the topic, and analysed.",
            "cps",
            ask("sum(rate(tocsin_articles_consumed_total{@}[$__rate_interval]))", "taken"),
            ask("sum(rate(tocsin_articles_analysed_total{@}[$__rate_interval]))", "analysed"),
        ),
        timeseries(
            "Articles by worker",
            "Articles a second whose analysis is published, by worker.",
            "cps",
            ask(
                "sum by (instance) (rate(tocsin_articles_analysed_total{@}[$__rate_interval]))",
                "{{instance}}",
            ),
        ),
        timeseries(
            "Mentions and alerts",
            "Mentions and alerts published a second.",
            "cps",
            ask("sum(rate(tocsin_mentions_total{@}[$__rate_interval]))", "mentions"),
            ask("sum(rate(tocsin_alerts_total{@}[$__rate_interval]))", "alerts"),
        ),
        timeseries(
            "Batch size",
            "Mean number of records in a batch. Full batches mean that there is more to do than is "
            "done.",
            "short",
            ask(
                "sum by (stage) (rate(tocsin_batch_records_sum{@}[$__rate_interval])) /"
                " (sum by (stage) (rate(tocsin_batch_records_count{@}[$__rate_interval])) > 0)",
                "{{stage}}",
            ),
        ),
        timeseries(
            "Mentions that wait",
            "Mentions that are read and wait for earlier ones. They are in memory.",
            "short",
            ask("sum by (instance) (tocsin_mentions_held{@})", "{{instance}}"),
        ),
        timeseries(
            "Late mentions",
            "Mentions a minute that came after later ones of their leader. They are watched as "
            "they come.",
            "cpm",
            ask("60 * sum(rate(tocsin_mentions_late_total{@}[$__rate_interval]))", "late"),
        ),
    ),
)
LATENCY = Row(
    "Latency",
    (
        timeseries(
            "Article latency",
            "From an article record's timestamp to the acknowledgement of its outputs.",
            "s",
            *quantiles("tocsin_article_latency_seconds", P50, P95, P99),
        ),
        timeseries(
            "Alert latency",
            "From the article record's timestamp to the alert's acknowledgement, by kind.",
            "s",
            *quantiles("tocsin_alert_latency_seconds", P50, P99, by="kind"),
        ),
        timeseries(
            "Time of a stage",
            "Time that a stage takes: decode and analyse of an article, publish and watch of a "
            "batch.",
            "s",
            *quantiles("tocsin_stage_duration_seconds", P50, P99, by="stage"),
        ),
    ),
)
LAG = Row(
    "Lag",
    (
        timeseries(
            "Lag in records",
            "Records that are not yet finished, measured at the broker apart from the consumer.",
            "short",
            ask("sum by (topic) (max by (topic, partition) (tocsin_lag_records{@}))", "{{topic}}"),
        ),
        timeseries(
            "Lag in seconds",
            "Age of the oldest record that is not yet finished.",
            "s",
            ask("max by (topic) (tocsin_lag_seconds{@})", "{{topic}}"),
        ),
        timeseries(
            "Age of what is shown",
            "Time since a stage last finished a batch, and since lag was last measured. The first "
            "grows while nothing arrives, too.",
            "s",
            ask(
                "time() - max by (stage) (tocsin_last_progress_timestamp_seconds{@} > 0)",
                "{{stage}}",
            ),
            ask(
                "time() - min by (instance) (tocsin_lag_measured_timestamp_seconds{@} > 0)",
                "lag at {{instance}}",
            ),
        ),
    ),
)
LESS = Row(
    "What went no further",
    (
        timeseries(
            "Dead letters by reason",
            "Records a second that could not be read, by reason. `tocsin dead-letters` shows them.",
            "cps",
            ask(
                "sum by (reason) (rate(tocsin_dead_letters_total{@}[$__rate_interval]))",
                "{{reason}}",
            ),
            stacked=True,
        ),
        timeseries(
            "Discards by stage and reason",
            "Records a second that went no further, dead letters among them. None is discarded "
            "without being here.",
            "cps",
            ask(
                "sum by (stage, reason) (rate(tocsin_discarded_total{@}[$__rate_interval]))",
                "{{stage}}: {{reason}}",
            ),
            stacked=True,
        ),
        timeseries(
            "Alerts suppressed by rule",
            "Alerts a minute that a rule would have sent and did not, by rule and reason.",
            "cpm",
            ask(
                "60 * sum by (rule, reason)"
                " (rate(tocsin_alerts_suppressed_total{@}[$__rate_interval]))",
                "{{rule}}: {{reason}}",
            ),
            stacked=True,
        ),
    ),
)
GROUP = Row(
    "The consumer group",
    (
        states(
            "Ready",
            "Whether each worker has its partitions and their state. It recovers while partitions "
            "are reassigned or their state is read.",
            ask(
                "min by (instance) (tocsin_ready{@})"
                " + 2 * max by (instance) (tocsin_recovering{@})",
                "{{instance}}",
            ),
            values={0: ("not ready", "red"), 1: ("ready", "green"), 2: ("recovers", "orange")},
            width=8,
        ),
        timeseries(
            "Partitions assigned",
            "Partitions that each worker has, by topic.",
            "short",
            ask(
                "sum by (instance, topic) (tocsin_assigned_partitions{@})",
                "{{instance}} {{topic}}",
            ),
        ),
        timeseries(
            "Rebalances",
            "Rebalances between two points of the line.",
            "short",
            ask(
                "sum by (instance) (increase(tocsin_rebalances_total{@}[$__rate_interval]))",
                "{{instance}}",
            ),
        ),
        timeseries(
            "Commits and produce retries",
            "Commits of offsets a second, by outcome, and records sent again because the broker "
            "did not acknowledge them.",
            "cps",
            ask(
                "sum by (outcome) (rate(tocsin_commits_total{@}[$__rate_interval]))", "{{outcome}}"
            ),
            ask("sum(rate(tocsin_produce_retries_total{@}[$__rate_interval]))", "sent again"),
        ),
        timeseries(
            "Watched leaders",
            "Leaders with state, by worker.",
            "short",
            ask("sum by (instance) (tocsin_watched_leaders{@})", "{{instance}}"),
        ),
        timeseries(
            "Watch state",
            "Size of that state as it is in the changelog, by worker.",
            "bytes",
            ask("sum by (instance) (tocsin_watch_state_bytes{@})", "{{instance}}"),
        ),
    ),
)
PROCESSES = Row(
    "The processes",
    (
        timeseries(
            "Memory",
            "Resident memory of each worker, and of the processes that analyse for it.",
            "bytes",
            ask("sum by (instance) (process_resident_memory_bytes{@})", "{{instance}}"),
            ask(
                "sum by (instance) (tocsin_analysis_resident_memory_bytes{@})",
                "{{instance}} analysis",
            ),
        ),
        timeseries(
            "Processor",
            "Processor time a second that the worker's own process takes: 1 is a whole core. The "
            "analysis is apart.",
            "percentunit",
            ask(
                "sum by (instance) (rate(process_cpu_seconds_total{@}[$__rate_interval]))",
                "{{instance}}",
            ),
        ),
        timeseries(
            "Time since the start",
            "How long each worker runs. A line that falls is a restart.",
            "s",
            ask("time() - max by (instance) (process_start_time_seconds{@})", "{{instance}}"),
        ),
        timeseries(
            "Open files",
            "Open file descriptors of each worker; most are connections to brokers.",
            "short",
            ask("sum by (instance) (process_open_fds{@})", "{{instance}}"),
        ),
        table(
            "Build",
            "Which system each worker is: versions of the program, registry, lexicon and scorer.",
            {
                "Workers": "count by (instance, version, registry, lexicon, scorer)"
                " (tocsin_build_info{@})"
            },
            width=16,
        ),
    ),
)
DASHBOARD = Dashboard(
    "pipeline",
    "From articles to alerts: throughput, latency, lag, what went no further, and the workers.",
    LIVE,
    (THROUGHPUT, LATENCY, LAG, LESS, GROUP, PROCESSES),
)
