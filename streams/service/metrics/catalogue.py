"""The metrics: one catalogue, from which the instruments, the docs and the tests are made.

Owns every metric's name, type, labels and buckets. Must not know who counts. Base units only;
labels are bounded: by closed sets, by the registry of leaders, or by the partitions assigned. An
article's id, title or message is never a label. Names follow Prometheus' conventions; the `_total`
of a counter is part of its name here, as it is in every query.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]

STAGES = ("decode", "analyse", "publish", "watch")
STAGE_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
LATENCY_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
BATCH_RECORDS = (1, 5, 10, 50, 100, 250, 500, 1000)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the catalogue. `buckets` is for histograms only."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


CATALOGUE: tuple[Metric, ...] = (
    Metric("tocsin_articles_consumed_total", "counter", "Article records taken from the topic."),
    Metric("tocsin_articles_analysed_total", "counter", "Articles whose analysis is published."),
    Metric(
        "tocsin_articles_flagged_total",
        "counter",
        "Articles of which something was doubtful or could not be read, by flag.",
        ("flag",),
    ),
    Metric(
        "tocsin_canary_articles_total",
        "counter",
        "Those among them that a canary sent, and that are no news.",
    ),
    Metric(
        "tocsin_discarded_total",
        "counter",
        "Records that went no further, by stage and reason; none is discarded without being here.",
        ("stage", "reason"),
    ),
    Metric(
        "tocsin_dead_letters_total",
        "counter",
        "Records written to the dead letters, by reason.",
        ("reason",),
    ),
    Metric(
        "tocsin_mentions_total",
        "counter",
        "Mentions published, by leader (bounded by the registry), country and sentiment label; "
        "without those of canaries.",
        ("leader", "country", "label"),
    ),
    Metric(
        "tocsin_mentions_polarity_total",
        "counter",
        "Strength of sentiment in the mentions published, 0 to 1 each, by leader and direction.",
        ("leader", "country", "direction"),
    ),
    Metric("tocsin_alerts_total", "counter", "Alerts published.", ("kind", "severity")),
    Metric(
        "tocsin_leader_alerts_total",
        "counter",
        "Alerts published, by leader concerned: one about two leaders counts for both.",
        ("leader", "kind"),
    ),
    Metric(
        "tocsin_alerts_suppressed_total",
        "counter",
        "Alerts that a rule would have sent and did not, by rule and reason.",
        ("rule", "reason"),
    ),
    Metric(
        "tocsin_mentions_held",
        "gauge",
        "Mentions read that wait for earlier ones: for the watermark of all articles.",
    ),
    Metric(
        "tocsin_mentions_late_total",
        "counter",
        "Mentions that came after later ones of their leader: counted, and watched as they came.",
    ),
    Metric(
        "tocsin_mentions_released_early_total",
        "counter",
        "Mentions watched before their turn, because more waited than a worker holds in memory.",
    ),
    Metric(
        "tocsin_stage_duration_seconds",
        "histogram",
        "Time that one stage takes: of an article (decode, analyse), of a batch (publish, watch).",
        ("stage",),
        STAGE_SECONDS,
    ),
    Metric("tocsin_batch_records", "histogram", "Records in a batch.", ("stage",), BATCH_RECORDS),
    Metric(
        "tocsin_article_latency_seconds",
        "histogram",
        "From an article record's timestamp to the acknowledgement of its outputs.",
        (),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_alert_latency_seconds",
        "histogram",
        "From the article record's timestamp to the alert's acknowledgement.",
        ("kind",),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_lag_records",
        "gauge",
        "Records not yet finished, measured at the broker apart from the consumer.",
        ("topic", "partition"),
    ),
    Metric(
        "tocsin_lag_seconds",
        "gauge",
        "Age of the oldest record not yet finished; 0 when there is none.",
        ("topic", "partition"),
    ),
    Metric(
        "tocsin_lag_measured_timestamp_seconds",
        "gauge",
        "When lag was last measured, in Unix time: the two gauges above are as old as this.",
    ),
    Metric(
        "tocsin_open_transaction_seconds",
        "gauge",
        "How long an open transaction of a producer has kept the records behind it from being "
        "read; 0 when none does.",
        ("topic", "partition"),
    ),
    Metric(
        "tocsin_last_progress_timestamp_seconds",
        "gauge",
        "When a stage last finished a batch, in Unix time.",
        ("stage",),
    ),
    Metric(
        "tocsin_topic_partitions",
        "gauge",
        "Partitions that a topic of the worker has at the broker.",
        ("topic",),
    ),
    Metric(
        "tocsin_topic_differs",
        "gauge",
        "1 where a topic is not as planned, by difference: missing, made_again, partitions, "
        "other_partitions, rights, offsets.",
        ("topic", "difference"),
    ),
    Metric("tocsin_assigned_partitions", "gauge", "Partitions that this worker has.", ("topic",)),
    Metric("tocsin_rebalances_total", "counter", "Times that partitions were assigned anew."),
    Metric("tocsin_commits_total", "counter", "Commits of offsets.", ("outcome",)),
    Metric(
        "tocsin_produce_retries_total",
        "counter",
        "Records sent again because the broker did not acknowledge them; none of them is lost.",
    ),
    Metric("tocsin_watched_leaders", "gauge", "Leaders with state at this worker."),
    Metric("tocsin_watch_state_bytes", "gauge", "Size of that state as it is in the changelog."),
    Metric(
        "tocsin_leader_reports",
        "gauge",
        "Independent sources that reported on a leader in the window of a surge rule.",
        ("leader", "country", "rule"),
    ),
    Metric(
        "tocsin_leader_expected_reports",
        "gauge",
        "Independent sources that the leader's own past explains in that window.",
        ("leader", "country", "rule"),
    ),
    Metric(
        "tocsin_leader_surge",
        "gauge",
        "State of a surge: -1 while the past is too short to say, 0 none, 1 low, 2 medium, 3 high.",
        ("leader", "country", "rule"),
    ),
    Metric(
        "tocsin_leader_usual_polarity",
        "gauge",
        "Usual polarity of a story about a leader, -1 to 1, as a shift rule has learnt it.",
        ("leader", "country", "rule"),
    ),
    Metric(
        "tocsin_leader_shift_score",
        "gauge",
        "How far the tone has turned from the usual, by direction; the rule says what rings.",
        ("leader", "country", "rule", "direction"),
    ),
    Metric("tocsin_ready", "gauge", "1 when partitions are assigned and state is recovered."),
    Metric("tocsin_page_visitors", "gauge", "Browsers that look at this process's live page."),
    Metric(
        "tocsin_page_visitors_dropped_total",
        "counter",
        "Browsers that were turned away or left, by reason: too_many, too_slow.",
        ("reason",),
    ),
    Metric(
        "tocsin_page_records_unreadable_total",
        "counter",
        "Records that the live page could not read, and left out.",
    ),
    Metric(
        "tocsin_recovering",
        "gauge",
        "1 while partitions are assigned anew or their state is recovered.",
    ),
    Metric(
        "tocsin_analysis_resident_memory_bytes",
        "gauge",
        "Memory of the processes that analyse, beside process_resident_memory_bytes.",
    ),
    Metric(
        "tocsin_replay_articles",
        "gauge",
        "Articles in the range of a replay. These are of a replay's workers alone.",
        ("replay",),
    ),
    Metric("tocsin_replay_articles_done", "gauge", "Articles of it finished.", ("replay",)),
    Metric(
        "tocsin_replay_mentions_left",
        "gauge",
        "Mentions that a replay has written and not yet watched.",
        ("replay",),
    ),
    Metric("tocsin_replay_alerts", "gauge", "Records in the replay's alert topics.", ("replay",)),
    Metric(
        "tocsin_replay_position_timestamp_seconds",
        "gauge",
        "The newest event time that a replay has finished, in Unix time.",
        ("replay",),
    ),
    Metric(
        "tocsin_replay_range_timestamp_seconds",
        "gauge",
        "The event times between which a replay's range lies (bound: start, end), in Unix time.",
        ("replay", "bound"),
    ),
    Metric(
        "tocsin_build_info",
        "gauge",
        "Always 1; the labels say which system this is.",
        ("version", "registry", "lexicon", "scorer"),
    ),
    Metric(
        "tocsin_canary_sent_total", "counter", "Canary articles that the broker has; of the canary."
    ),
    Metric(
        "tocsin_canary_rang_total",
        "counter",
        "Canary articles whose alert came back in time; of the canary.",
    ),
    Metric(
        "tocsin_canary_missed_total",
        "counter",
        "Canary articles without an alert in time: not_sent or not_rung; of the canary.",
        ("reason",),
    ),
    Metric(
        "tocsin_canary_round_trip_seconds",
        "histogram",
        "From the sending of a canary article to its alert, also one that came late; of the "
        "canary.",
        (),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_canary_last_rang_timestamp_seconds",
        "gauge",
        "When a canary article's alert last came back, in Unix time; of the canary.",
    ),
    Metric(
        "tocsin_forward_alerts_total",
        "counter",
        "Alerts that forwarding is done with: delivered, repeated, not wanted, or why put aside.",
        ("outcome",),
    ),
    Metric(
        "tocsin_forward_attempts_total",
        "counter",
        "Requests to the receiver, by the class of its answer; none: there was no answer.",
        ("status",),
    ),
    Metric(
        "tocsin_forward_attempt_duration_seconds",
        "histogram",
        "Time that one request to the receiver takes.",
        ("status",),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_forward_latency_seconds",
        "histogram",
        "From the alert record's timestamp to its delivery.",
        (),
        LATENCY_SECONDS,
    ),
    Metric("tocsin_forward_waiting", "gauge", "Alerts read that are neither delivered nor aside."),
    Metric("tocsin_forward_ready", "gauge", "1 when forwarding has partitions to read."),
    Metric(
        "tocsin_feed_last_success_timestamp_seconds",
        "gauge",
        "When a feed was last read, or had not changed, in Unix time; before that, the start. A "
        "feed has the name that its list gives it.",
        ("feed",),
    ),
    Metric(
        "tocsin_feed_interval_seconds", "gauge", "Pause between two looks at a feed.", ("feed",)
    ),
    Metric(
        "tocsin_feed_entries_total",
        "counter",
        "Entries of a feed, by outcome: new (sent), unchanged, refused, skipped.",
        ("feed", "outcome"),
    ),
    Metric(
        "tocsin_feed_undated_entries_total",
        "counter",
        "Entries of a feed whose date is missing or was not understood.",
        ("feed",),
    ),
    Metric(
        "tocsin_feed_answers_total",
        "counter",
        "Answers of a feed's server, by the class of their status; none: there was no answer.",
        ("feed", "status"),
    ),
    Metric(
        "tocsin_feed_errors_total",
        "counter",
        "Looks at a feed that failed, by reason.",
        ("feed", "reason"),
    ),
)


def entry(name: str, kind: Kind) -> Metric:
    """Give a metric of the catalogue."""
    return next(m for m in CATALOGUE if m.name == name and m.kind == kind)
