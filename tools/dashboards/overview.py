"""Overview: does it work, and which alerts are sent?"""

from tools.dashboards.frame import LIVE, Dashboard, Row, uid_of
from tools.dashboards.panels import (
    SEVERITIES,
    SURGES,
    TONES,
    ask,
    bars,
    stat,
    states,
    table,
    timeseries,
)

NEWS = '{@, kind!="canary"'
FIRING = 'ALERTS{alertstate="firing", alertname=~"Tocsin.+"}'
TO_LEADER = {
    "title": "About this leader",
    "url": f"/d/{uid_of('leaders')}?var-leader=${{__field.labels.leader:percentencode}}"
    "&${__url_time_range}",
}
MEAN_POLARITY = (
    '(sum by (leader) (increase(tocsin_mentions_polarity_total{@, direction="positive"}[$__range]))'
    " - sum by (leader)"
    ' (increase(tocsin_mentions_polarity_total{@, direction="negative"}[$__range])))'
    " / (sum by (leader)"
    ' (increase(tocsin_mentions_total{@, label!="unknown"}[$__range])) > 0)'
)
TEN = "topk(10, sum by (leader) (increase(tocsin_mentions_total{@}[$__range])))"

WELL = Row(
    "Is it well?",
    (
        stat(
            "Workers ready",
            "Workers whose partitions are assigned and whose state is recovered. 0 means that "
            "nothing is read.",
            "short",
            ask("sum(tocsin_ready{@})", "ready"),
            steps=((None, "red"), (1, "green")),
            none="none",
            decimals=0,
        ),
        stat(
            "Operating alerts",
            "Alerts of Prometheus on Tocsin that fire now. The table below names them.",
            "short",
            ask(f"count({FIRING}) or vector(0)", "firing"),
            steps=((None, "green"), (1, "red")),
            decimals=0,
        ),
        stat(
            "Canary",
            "Time since a canary's article last came back as an alert. It sends one a minute; "
            "while this stays small, the pipeline works end to end.",
            "s",
            ask("time() - max(tocsin_canary_last_alert_timestamp_seconds)", "silent for"),
            steps=((None, "green"), (120, "orange"), (180, "red")),
            none="no canary",
        ),
        stat(
            "Lag",
            "Age of the oldest article or mention that is not yet finished. Green under 30 s, red "
            "from 5 min.",
            "s",
            ask("max(tocsin_lag_seconds{@})", "lag"),
            steps=((None, "green"), (30, "orange"), (300, "red")),
            none="unknown",
        ),
        stat(
            "Alert latency (p99)",
            "99th percentile of the time from the article's record to the acknowledged alert. "
            "Empty while no alert is sent.",
            "s",
            ask(
                "histogram_quantile(0.99, sum by (le)"
                f" (rate(tocsin_alert_latency_seconds_bucket{NEWS}}}[$__rate_interval])))",
                "p99",
            ),
            steps=((None, "green"), (5, "orange"), (30, "red")),
            none="no alert",
        ),
        stat(
            "Dead letters",
            "Share of the articles taken that could not be read. The worker stops by itself above "
            "its limit.",
            "percentunit",
            ask(
                "(sum(rate(tocsin_dead_letters_total{@}[$__rate_interval])) or vector(0)) /"
                " (sum(rate(tocsin_articles_consumed_total{@}[$__rate_interval])) > 0)",
                "share",
            ),
            steps=((None, "green"), (0.01, "orange"), (0.1, "red")),
            none="no article",
        ),
    ),
)
RINGING = Row(
    "Which alerts fire?",
    (
        timeseries(
            "Alerts by kind and severity",
            "Alerts published a minute, updates and cancellations among them.",
            "cpm",
            ask(
                "60 * sum by (kind, severity)"
                f" (rate(tocsin_alerts_total{NEWS}}}[$__rate_interval]))",
                "{{kind}}, {{severity}}",
            ),
            width=12,
            stacked=True,
        ),
        bars(
            "Alerts in the time shown",
            "Alerts published, by severity.",
            "short",
            ask(
                f"sum by (severity) (increase(tocsin_alerts_total{NEWS}}}[$__range]))",
                "{{severity}}",
            ),
            width=4,
            colors=SEVERITIES,
            decimals=0,
        ),
        states(
            "Surges",
            "Leaders of whom more independent sources write than their own past explains, by the "
            "severity of the surge.",
            ask("max by (leader) (tocsin_leader_surge{@}) > 0", "{{leader}}"),
            values=SURGES,
            width=8,
        ),
    ),
)
WHO = Row(
    "Who is written about, and how?",
    (
        bars(
            "Most mentioned leaders",
            "Mentions in the time shown. A click leads to the leader.",
            "short",
            ask(TEN, "{{leader}}"),
            decimals=0,
            links=[TO_LEADER],
        ),
        bars(
            "Polarity towards them",
            "Mean polarity towards the most mentioned leaders in the time shown, -1 to 1. Mentions "
            "without a scored word are left out.",
            "short",
            ask(f"{MEAN_POLARITY} and on (leader) {TEN}", "{{leader}}"),
            steps=((None, "red"), (-0.1, "blue"), (0.1, "green")),
            decimals=2,
            min=-1,
            max=1,
            links=[TO_LEADER],
        ),
        timeseries(
            "Mentions by sentiment",
            "Mentions published a minute, by the label of their sentiment. Unknown: no word was "
            "scored.",
            "cpm",
            ask(
                "60 * sum by (label) (rate(tocsin_mentions_total{@}[$__rate_interval]))",
                "{{label}}",
            ),
            stacked=True,
            colors=TONES,
        ),
    ),
)
FLOW = Row(
    "Does it flow?",
    (
        timeseries(
            "Articles",
            "Articles a second: taken from the topic, and analysed. Where the two part, batches "
            "wait for the broker, or articles are bad.",
            "cps",
            ask("sum(rate(tocsin_articles_consumed_total{@}[$__rate_interval]))", "taken"),
            ask("sum(rate(tocsin_articles_analysed_total{@}[$__rate_interval]))", "analysed"),
        ),
        timeseries(
            "Article latency",
            "From an article record's timestamp to the acknowledgement of its outputs.",
            "s",
            *(
                ask(
                    f"histogram_quantile({q}, sum by (le)"
                    " (rate(tocsin_article_latency_seconds_bucket{@}[$__rate_interval])))",
                    name,
                )
                for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
            ),
        ),
        timeseries(
            "Lag by topic",
            "Age of the oldest record that is not yet finished.",
            "s",
            ask("max by (topic) (tocsin_lag_seconds{@})", "{{topic}}"),
        ),
        table(
            "Operating alerts that fire",
            "Alerts of Prometheus on Tocsin, from deploy/prometheus. Each has a runbook in the "
            "docs.",
            {"Firing": FIRING},
            hidden=("__name__", "alertstate"),
            none="no alert fires",
            height=6,
        ),
        table(
            "Versions",
            "Which system each worker is: versions of the program, registry, lexicon and scorer.",
            {"Workers": "count by (version, registry, lexicon, scorer) (tocsin_build_info{@})"},
            height=6,
        ),
    ),
)
DASHBOARD = Dashboard(
    "overview",
    "Does Tocsin work, and which alerts are sent? The other dashboards say more.",
    LIVE,
    (WELL, RINGING, WHO, FLOW),
)
