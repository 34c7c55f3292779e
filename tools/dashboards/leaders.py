"""Leaders: how much is written of them, how, against what is usual, and which alerts were sent."""

from tools.dashboards.frame import LIVE, Dashboard, Row, Variable
from tools.dashboards.panels import SURGES, TONES, ask, bars, states, table, timeseries

WHO = '{@, country=~"$country", leader=~"$leader"'
# The lines of more leaders than this cannot be distinguished.
MOST = 10
MENTIONS = f"sum by (leader) (increase(tocsin_mentions_total{WHO}}}[$__range]))"
# Chosen once for the whole time shown, or every moment would have its own ten.
CHOSEN = f"topk({MOST}, sum by (leader) (increase(tocsin_mentions_total{WHO}}}[$__range] @ end())))"


def strength(direction: str, span: str = "$__rate_interval", function: str = "rate") -> str:
    """Sum up how strongly leaders are spoken of in one direction."""
    of = f'tocsin_mentions_polarity_total{WHO}, direction="{direction}"}}'
    return f"sum by (leader) ({function}({of}[{span}]))"


def mean_polarity(span: str = "$__rate_interval", function: str = "rate") -> str:
    """Return the mean polarity of the mentions that have a scored word."""
    scored = f'tocsin_mentions_total{WHO}, label!="unknown"}}'
    return (
        f"({strength('positive', span, function)} - {strength('negative', span, function)})"
        f" / (sum by (leader) ({function}({scored}[{span}])) > 0)"
    )


def standing(metric: str) -> str:
    """Ask one gauge of the leaders; a leader is at one worker."""
    return f"max by (leader) ({metric}{WHO}}})"


def chosen(expr: str) -> str:
    """Keep the most mentioned of the leaders that are selected."""
    return f"{expr} and on (leader) {CHOSEN}"


VARIABLES = (
    *LIVE,
    Variable(
        "country",
        "Country",
        'label_values(tocsin_mentions_total{job=~"$job", instance=~"$instance"}, country)',
    ),
    Variable(
        "leader",
        "Leader",
        'label_values(tocsin_mentions_total{job=~"$job", instance=~"$instance",'
        ' country=~"$country"}, leader)',
    ),
)
HOW_MUCH = Row(
    "How much is written?",
    (
        timeseries(
            "Mentions",
            f"Mentions published a minute, of the {MOST} most mentioned leaders of those selected.",
            "cpm",
            ask(
                chosen(
                    f"60 * sum by (leader) (rate(tocsin_mentions_total{WHO}}}[$__rate_interval]))"
                ),
                "{{leader}}",
            ),
            width=12,
            interval="1m",
        ),
        bars(
            "Mentions in the time shown",
            "Mentions published, of the leaders selected.",
            "short",
            ask(f"topk(15, {MENTIONS})", "{{leader}}"),
            width=6,
            decimals=0,
        ),
        timeseries(
            "Mentions by sentiment",
            "Mentions published a minute of all leaders selected, by the label of their sentiment. "
            "Unknown: no word was scored.",
            "cpm",
            ask(
                f"60 * sum by (label) (rate(tocsin_mentions_total{WHO}}}[$__rate_interval]))",
                "{{label}}",
            ),
            width=6,
            stacked=True,
            colors=TONES,
        ),
    ),
)
USUAL = Row(
    "More than usual?",
    (
        timeseries(
            "Independent reports",
            "Independent sources on a leader within the window of the surge rule (an hour, in the "
            "built-in rules). A publisher's family, or copies of one text, are one source.",
            "short",
            ask(chosen(standing("tocsin_leader_reports")), "{{leader}}"),
        ),
        timeseries(
            "Baseline",
            "Independent sources in such a window that the leader's own past explains, at this "
            "hour of the week.",
            "short",
            ask(chosen(standing("tocsin_leader_expected_reports")), "{{leader}}"),
        ),
        timeseries(
            "Reports against the baseline",
            "How many times what is usual. Whether that is a surge depends on the number, too: two "
            "where 0.1 are usual is chance.",
            "short",
            ask(
                chosen(
                    f"{standing('tocsin_leader_reports')}"
                    f" / ({standing('tocsin_leader_expected_reports')} > 0)"
                ),
                "{{leader}}",
            ),
        ),
        states(
            "Surge",
            "State of each leader's surge. The past is too short for the first days after a leader "
            "is first named.",
            ask(chosen(standing("tocsin_leader_surge")), "{{leader}}"),
            values=SURGES,
        ),
        timeseries(
            "Alerts about them",
            "Alerts published a minute, by leader concerned and kind. One about two leaders counts "
            "for both.",
            "cpm",
            ask(
                "60 * sum by (leader, kind)"
                ' (rate(tocsin_leader_alerts_total{@, leader=~"$leader"}'
                f"[$__rate_interval])) and on (leader) {CHOSEN}",
                "{{leader}}, {{kind}}",
            ),
            width=12,
            interval="1m",
        ),
    ),
)
HOW = Row(
    "How are they spoken of?",
    (
        timeseries(
            "Polarity",
            "Mean polarity towards the leader, -1 to 1. Mentions without a scored word are left "
            "out: they are unknown, and not neutral.",
            "short",
            ask(chosen(mean_polarity()), "{{leader}}"),
            interval="1m",
            min=-1,
            max=1,
        ),
        timeseries(
            "Usual polarity",
            "Polarity of a story as usual, as the shift rule has learnt it over some 60 stories.",
            "short",
            ask(chosen(standing("tocsin_leader_usual_polarity")), "{{leader}}"),
            min=-1,
            max=1,
        ),
        timeseries(
            "Turn of the tone",
            "How far the tone has turned from the usual (the sums of CUSUM, in standard "
            "deviations). The built-in rule fires from 5 on, if enough stories are known.",
            "short",
            ask(
                "max by (leader, direction)"
                f" (tocsin_leader_shift_score{WHO}}}) and on (leader) {CHOSEN}",
                "{{leader}}, {{direction}}",
            ),
            limits=((None, "transparent"), (5, "red")),
        ),
    ),
)
TABLE = Row(
    "Side by side",
    (
        table(
            "Leaders",
            "The leaders selected: what was written in the time shown, and how they stand now. "
            "Surge: -1 the past is too short, 0 none, 1 low, 2 medium, 3 high.",
            {
                "Mentions": f"round(topk(50, {MENTIONS}))",
                "Polarity": mean_polarity("$__range", "increase"),
                "Usual polarity": standing("tocsin_leader_usual_polarity"),
                "Reports": standing("tocsin_leader_reports"),
                "Baseline": standing("tocsin_leader_expected_reports"),
                "Surge": standing("tocsin_leader_surge"),
            },
            width=24,
            height=10,
            sort="Mentions",
        ),
    ),
)
DASHBOARD = Dashboard(
    "leaders",
    "One or several leaders over time: mentions, sentiment, what is usual, and surges.",
    VARIABLES,
    (HOW_MUCH, USUAL, HOW, TABLE),
    since="now-6h",
    # Six hours of all leaders are not asked for every ten seconds.
    refresh="1m",
)
