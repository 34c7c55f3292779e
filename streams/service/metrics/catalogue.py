"""The catalogue of metrics, from which the instruments, the docs and the tests are made.

It defines every metric's name, type, labels and buckets. Metrics use base units only. Labels are
bounded by closed sets, by the registry of leaders, or by the assigned partitions. An article's id,
title or message is never a label. Names follow the conventions of Prometheus. The `_total` of a
counter is part of its name here, as it is in every query.
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
        "Articles with a doubtful or unreadable part, by flag.",
        ("flag",),
    ),
    Metric(
        "tocsin_canary_articles_total",
        "counter",
        "Analysed articles that a canary sent.",
    ),
    Metric(
        "tocsin_discarded_total",
        "counter",
        "Records dropped, by stage and reason. Every dropped record is counted.",
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
        "Mentions published, by leader (bounded by the registry), country and sentiment label, "
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
        "Mentions that wait for the watermark of all articles.",
    ),
    Metric(
        "tocsin_mentions_late_total",
        "counter",
        "Late mentions: their event time is earlier than one already processed. They are still "
        "processed.",
    ),
    Metric(
        "tocsin_mentions_released_early_total",
        "counter",
        "Mentions processed before the watermark passed, because too many waited in memory.",
    ),
    Metric(
        "tocsin_stage_duration_seconds",
        "histogram",
        "Duration of one stage: of an article (decode, analyse) or of a batch (publish, watch).",
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
        "Unfinished records, measured at the broker independently of the consumer.",
        ("topic", "partition"),
    ),
    Metric(
        "tocsin_lag_seconds",
        "gauge",
        "Age of the oldest unfinished record, or 0.",
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
        "How long an open transaction of a producer has blocked the records behind it, or 0.",
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
        "Partitions of a topic of the worker at the broker.",
        ("topic",),
    ),
    Metric(
        "tocsin_topic_differs",
        "gauge",
        "1 where a topic is not as planned, by difference: missing, made_again, partitions, "
        "other_partitions, rights, offsets.",
        ("topic", "difference"),
    ),
    Metric(
        "tocsin_assigned_partitions", "gauge", "Partitions assigned to this worker.", ("topic",)
    ),
    Metric("tocsin_rebalances_total", "counter", "Rebalances of this worker's group."),
    Metric("tocsin_commits_total", "counter", "Commits of offsets.", ("outcome",)),
    Metric(
        "tocsin_produce_retries_total",
        "counter",
        "Records sent again because the broker did not acknowledge them in time.",
    ),
    Metric("tocsin_watched_leaders", "gauge", "Leaders with state at this worker."),
    Metric("tocsin_watch_state_bytes", "gauge", "Size of the watch state in the changelog."),
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
        "State of a surge: -1 while the past is too short, 0 no surge, 1 low, 2 medium, 3 high.",
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
        "How far the tone has turned from the usual, by direction. The rule has the limits.",
        ("leader", "country", "rule", "direction"),
    ),
    Metric("tocsin_ready", "gauge", "1 when partitions are assigned and state is recovered."),
    Metric("tocsin_page_visitors", "gauge", "Browsers on this process's live page."),
    Metric(
        "tocsin_page_visitors_dropped_total",
        "counter",
        "Browsers that were rejected or disconnected, by reason: too_many, too_slow.",
        ("reason",),
    ),
    Metric(
        "tocsin_page_records_unreadable_total",
        "counter",
        "Unreadable records that the live page skipped.",
    ),
    Metric(
        "tocsin_recovering",
        "gauge",
        "1 during a rebalance and while state is recovered.",
    ),
    Metric(
        "tocsin_analysis_resident_memory_bytes",
        "gauge",
        "Memory of the analysing processes, in addition to process_resident_memory_bytes.",
    ),
    Metric(
        "tocsin_replay_articles",
        "gauge",
        "Articles in the range of a replay. Only a replay's workers have these metrics.",
        ("replay",),
    ),
    Metric("tocsin_replay_articles_done", "gauge", "Finished articles of a replay.", ("replay",)),
    Metric(
        "tocsin_replay_mentions_left",
        "gauge",
        "Mentions that a replay has written and not yet processed.",
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
        "Always 1. The labels identify the system.",
        ("version", "registry", "lexicon", "scorer"),
    ),
    Metric("tocsin_canary_sent_total", "counter", "Canary articles that the broker acknowledged."),
    Metric(
        "tocsin_canary_alerts_total",
        "counter",
        "Canary articles whose alert came back in time.",
    ),
    Metric(
        "tocsin_canary_missed_total",
        "counter",
        "Canary articles without an alert in time, by reason: not_sent, no_alert.",
        ("reason",),
    ),
    Metric(
        "tocsin_canary_round_trip_seconds",
        "histogram",
        "From the sending of a canary article to its alert, including late ones.",
        (),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_canary_last_alert_timestamp_seconds",
        "gauge",
        "When a canary article's alert last came back, in Unix time.",
    ),
    Metric(
        "tocsin_forward_alerts_total",
        "counter",
        "Finished alerts, by outcome: delivered, repeated, not_wanted, or a dead letter's reason.",
        ("outcome",),
    ),
    Metric(
        "tocsin_forward_attempts_total",
        "counter",
        "Attempts to deliver an alert, by sink (webhook, file) and result: the class of the HTTP "
        "answer, none without an answer; written or not_written for a file.",
        ("sink", "status"),
    ),
    Metric(
        "tocsin_forward_attempt_duration_seconds",
        "histogram",
        "Duration of one attempt to deliver an alert.",
        ("sink", "status"),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_forward_latency_seconds",
        "histogram",
        "From the alert record's timestamp to its delivery.",
        (),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_forward_waiting",
        "gauge",
        "Alerts read that are neither delivered nor dead-lettered.",
    ),
    Metric("tocsin_forward_ready", "gauge", "1 when forwarding has partitions to read."),
    Metric(
        "tocsin_feed_last_success_timestamp_seconds",
        "gauge",
        "When a feed was last read or unchanged, in Unix time, or the start. `feed` is its name in "
        "the list of feeds.",
        ("feed",),
    ),
    Metric(
        "tocsin_feed_interval_seconds", "gauge", "Pause between two requests for a feed.", ("feed",)
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
        "Answers of a feed's server, by the class of their status. none: no answer.",
        ("feed", "status"),
    ),
    Metric(
        "tocsin_feed_errors_total",
        "counter",
        "Failed requests for a feed, by reason.",
        ("feed", "reason"),
    ),
)


def entry(name: str, kind: Kind) -> Metric:
    """Return a metric of the catalogue."""
    return next(m for m in CATALOGUE if m.name == name and m.kind == kind)
