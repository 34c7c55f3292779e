"""Feeds: whether they are read, what they bring, and what goes wrong."""

from tools.dashboards.frame import Dashboard, Row, Variable
from tools.dashboards.panels import ask, stat, table, timeseries

OF = '{@, feed=~"$feed"}'
MANY = 15
VARIABLES = (
    Variable("job", "Job", "label_values(tocsin_feed_interval_seconds, job)"),
    Variable(
        "instance", "Instance", 'label_values(tocsin_feed_interval_seconds{job=~"$job"}, instance)'
    ),
    Variable(
        "feed",
        "Feed",
        'label_values(tocsin_feed_interval_seconds{job=~"$job", instance=~"$instance"}, feed)',
    ),
)
AGE = f"time() - max by (feed) (tocsin_feed_last_success_timestamp_seconds{OF})"
NEW = 'tocsin_feed_entries_total{@, feed=~"$feed", outcome="new"}'

READ = Row(
    "Are they read?",
    (
        stat(
            "Feeds",
            "Feeds that are followed.",
            "short",
            ask(f"count(max by (feed) (tocsin_feed_interval_seconds{OF}))", "feeds"),
            none="no feeds",
        ),
        stat(
            "Longest unread",
            "Time since the feed that was read least recently was read, or had not changed. After "
            "three intervals, and an hour at least, TocsinFeedDead fires.",
            "s",
            ask(f"max({AGE})", "unread for"),
            steps=((None, "green"), (3600, "orange"), (86_400, "red")),
            none="no feeds",
        ),
        stat(
            "New articles",
            "Articles that were new or had changed, and were sent, in the time shown.",
            "short",
            ask(f"sum(increase({NEW}[$__range]))", "new"),
            none="no feeds",
        ),
        stat(
            "Without a date",
            "Share of the entries whose date is missing or was not understood, in the time shown.",
            "percentunit",
            ask(
                f"sum(increase(tocsin_feed_undated_entries_total{OF}[$__range])) /"
                f" (sum(increase(tocsin_feed_entries_total{OF}[$__range])) > 0)",
                "undated",
            ),
            none="no entries",
        ),
        table(
            "Feeds, the longest unread first",
            "Seconds since each feed was last read or had not changed, its new articles and its "
            "failed looks in the time shown.",
            {
                "Seconds since read": AGE,
                "New": f"sum by (feed) (increase({NEW}[$__range]))",
                "Failed": f"sum by (feed) (increase(tocsin_feed_errors_total{OF}[$__range]))",
            },
            width=24,
            sort="Seconds since read",
            none="no feeds",
        ),
    ),
)
BRING = Row(
    "What they bring",
    (
        timeseries(
            "New articles by feed",
            f"Articles a minute that were new or had changed, of the {MANY} feeds with most.",
            "cpm",
            ask(f"topk({MANY}, 60 * sum by (feed) (rate({NEW}[$__rate_interval])))", "{{feed}}"),
            width=12,
        ),
        timeseries(
            "Entries by outcome",
            "Entries a minute of all documents: new (sent), unchanged, refused as no good "
            "articles, skipped as none.",
            "cpm",
            ask(
                f"60 * sum by (outcome) (rate(tocsin_feed_entries_total{OF}[$__rate_interval]))",
                "{{outcome}}",
            ),
            width=12,
            stacked=True,
        ),
    ),
)
WRONG = Row(
    "What goes wrong",
    (
        timeseries(
            "Failed looks by reason",
            "Looks a minute that failed. The log names the feed, and what its server said.",
            "cpm",
            ask(
                f"60 * sum by (reason) (rate(tocsin_feed_errors_total{OF}[$__rate_interval]))",
                "{{reason}}",
            ),
            width=12,
            stacked=True,
        ),
        timeseries(
            "Answers by status",
            "Answers a minute by the class of their status: 3xx is a feed that has not changed; "
            "none is a server that gave no answer.",
            "cpm",
            ask(
                f"60 * sum by (status) (rate(tocsin_feed_answers_total{OF}[$__rate_interval]))",
                "{{status}}",
            ),
            width=12,
            stacked=True,
        ),
    ),
)
DASHBOARD = Dashboard(
    "feeds",
    "The feeds of tocsin ingest: whether they are read, what they bring, and what goes wrong.",
    VARIABLES,
    (READ, BRING, WRONG),
)
