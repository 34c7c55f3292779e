"""Defines every `TOCSIN_*` setting, with its type, bounds, default and description.

`streams.service.settings_loading` decides where a value comes from.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

PREFIX = "TOCSIN_"
SECRET = {"secret": True}
# A $ would accept a line break at the end.
END = r"\Z"

Text = str
Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]
# No wait is longer than a day, because most clients keep milliseconds in 32 bits.
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
ShortSeconds = Annotated[float, Meta(gt=0, le=10)]
# A hundred years, which as milliseconds still fits into Kafka's 64 bits.
Retention = Annotated[int, Meta(ge=1, le=3_155_760_000)]
Share = Annotated[float, Meta(gt=0, le=1)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. `describe` returns the descriptions."""

    def __repr__(self) -> str:
        """Return the settings that differ from the default, without secrets. It may be logged."""
        given = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"Settings({given})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return the same settings for Rich, as name and value."""
        values = ((one, getattr(self, one.field)) for one in describe())
        return [
            (one.field, "(hidden)" if one.secret else value)
            for one, value in values
            if value != one.default
        ]

    # How to reach the broker.
    broker: Annotated[
        Text,
        Meta(description="Bootstrap addresses, host:port[,host:port]. Empty: embedded broker."),
    ] = ""
    broker_data: Annotated[
        Text, Meta(description="Folder of the embedded broker's data. Empty: a temporary one.")
    ] = ""
    broker_wait_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=86_400,
            description="How long to wait for an unavailable broker. 0: indefinitely.",
        ),
    ] = 0.0
    security_protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
        Meta(description="How the connection to the broker is secured."),
    ] = "PLAINTEXT"
    sasl_mechanism: Annotated[
        Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
        Meta(description="How to log in to the broker, with a SASL_* protocol."),
    ] = ""
    sasl_username: Annotated[Text, Meta(description="User name at the broker.")] = ""
    sasl_password: Annotated[Text, Meta(description="Password at the broker.", extra=SECRET)] = ""
    ssl_ca_file: Annotated[
        Text, Meta(description="Certificates to trust (PEM). Empty: the system's.")
    ] = ""
    ssl_certificate_file: Annotated[Text, Meta(description="Client certificate (PEM).")] = ""
    ssl_key_file: Annotated[Text, Meta(description="Key of the client certificate (PEM).")] = ""
    ssl_key_password: Annotated[
        Text, Meta(description="Password of the client certificate's key.", extra=SECRET)
    ] = ""
    ssl_check_hostname: Annotated[
        bool, Meta(description="Whether the broker's certificate must name its host.")
    ] = True

    # How Tocsin identifies itself to the broker.
    application_id: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{1,100}\Z",
            description="Consumer group, and the start of the name of the watch state's changelog.",
        ),
    ] = "tocsin"
    group_instance_id: Annotated[
        Text,
        Meta(
            description="Static member of the group: a restart under this name takes over at once."
        ),
    ] = ""
    session_timeout_seconds: Annotated[
        Seconds, Meta(description="How long the group waits for a worker that died.")
    ] = 10.0

    # Topics.
    topic_prefix: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9._-]{0,100}\Z", description="Prefix of every topic's name."),
    ] = ""
    articles_topic: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{0,249}\Z",
            description="Topic that articles are read from, without prefix. Empty: news.articles.",
        ),
    ] = ""
    accept_replayed: Annotated[
        bool, Meta(description="Whether a live worker processes records that a replay wrote.")
    ] = False
    create_topics: Annotated[bool, Meta(description="Whether a worker creates missing topics.")] = (
        False
    )
    partitions: Annotated[Count, Meta(le=10_000, description="Partitions of every topic.")] = 4
    replication_factor: Annotated[Count, Meta(le=100, description="Replicas of every topic.")] = 1
    retention_articles_seconds: Annotated[
        Retention, Meta(description="How long articles, analyses and mentions are kept.")
    ] = 7 * 86_400
    retention_alerts_seconds: Annotated[
        Retention, Meta(description="How long alerts and dead letters are kept.")
    ] = 30 * 86_400
    max_message_bytes: Annotated[
        int,
        Meta(
            ge=65_536,
            le=100_000_000,
            description="Maximum size of an article record and of a dead letter.",
        ),
    ] = 33_554_432

    max_ahead_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=3_155_760_000,
            description="How far ahead of the broker's clock an article's timestamp may be. "
            "A worker allows twice as much by its own clock.",
        ),
    ] = 300.0

    # Limits of an article, and how it is read.
    max_text_characters: Annotated[
        int, Meta(ge=1_000, le=10_000_000, description="Maximum length of a text that is analysed.")
    ] = 200_000
    registry_extra: Annotated[
        Text,
        Meta(description="Your own leaders, companies or terms: a table, or a folder of tables."),
    ] = ""
    scorer: Annotated[
        Text,
        Meta(description="Sentiment scorer: textblob-news, textblob, vader, minilm or your own."),
    ] = "textblob-news"
    confirm: Annotated[
        Literal["auto", "off", "minilm"],
        Meta(
            description="Second model that confirms strong sentiment before an alert is sent:"
            " minilm, off, or auto (minilm where tocsin[minilm] is installed)."
        ),
    ] = "auto"
    families: Annotated[
        Text, Meta(description="File of your own publisher families (CSV), which override ours.")
    ] = ""
    shapes: Annotated[
        Text, Meta(description="File of your own article shapes (TOML), tried before ours.")
    ] = ""
    rules: Annotated[Text, Meta(description="File of rules (TOML). Empty: the built-in ones.")] = ""

    # How the worker runs.
    analysis_processes: Annotated[
        Annotated[int, Meta(ge=0, le=256)] | Literal["auto"],
        Meta(
            description="Analysing processes beside the worker's own. 0: the worker analyses."
            " auto: 2, or 1 on a machine or in a container with one core."
        ),
    ] = "auto"
    batch_records: Annotated[
        Count, Meta(le=10_000, description="Maximum number of records in a batch.")
    ] = 500
    batch_wait_seconds: Annotated[
        ShortSeconds,
        Meta(
            description="How long after the last batch an incomplete one waits for more records."
            " The first record after a pause does not wait."
        ),
    ] = 0.02
    lateness_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=10 * 366 * 86_400,
            description="Allowed out-of-orderness: how far behind the previous article's event"
            " time an article may be without counting as late.",
        ),
    ] = 0.05
    commit_interval_seconds: Annotated[
        Seconds, Meta(description="How often finished offsets are committed.")
    ] = 0.5
    producer_compression: Annotated[
        Literal["auto", "none", "gzip", "snappy", "lz4", "zstd"],
        Meta(
            description="Codec of the records that Tocsin writes. auto: zstd, and alerts without"
            " compression, which any client reads."
        ),
    ] = "auto"
    producer_linger_seconds: Annotated[
        float, Meta(ge=0, le=10, description="How long the producer collects a batch.")
    ] = 0.005
    stop_timeout_seconds: Annotated[
        Seconds, Meta(description="How long a stop waits for batches in flight.")
    ] = 25.0
    dead_letter_limit_share: Annotated[
        Share,
        Meta(description="Share of dead letters that stops the worker. 1: never."),
    ] = 0.5
    dead_letter_limit_records: Annotated[
        Count,
        Meta(
            le=10_000_000,
            description="Number of newest articles over which that share is measured.",
        ),
    ] = 1_000

    # The worker's port, live page, metrics and logs.
    http_host: Annotated[
        Text, Meta(description="Address of the live page, /metrics, /livez and /readyz.")
    ] = "127.0.0.1"
    http_port: Annotated[Port, Meta(description="Port of the same. 0: any free port.")] = 9464
    page: Annotated[
        bool, Meta(description="Whether a worker serves the live page at / of that port.")
    ] = True
    page_visitors: Annotated[
        Count, Meta(le=10_000, description="Maximum number of browsers on the live page at once.")
    ] = 100
    page_quiet_seconds: Annotated[
        Seconds, Meta(description="Time without an article after which the live page reports it.")
    ] = 300.0
    live_timeout_seconds: Annotated[
        Seconds,
        Meta(description="Time after which /livez fails if articles wait and none is finished."),
    ] = 60.0
    lag_interval_seconds: Annotated[
        Seconds, Meta(description="How often lag is measured, independently of the consumer.")
    ] = 5.0
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Meta(description="Minimum level of log records."),
    ] = "INFO"
    log_format: Annotated[
        Literal["auto", "console", "json"],
        Meta(description="auto: console on a terminal, JSON elsewhere."),
    ] = "auto"

    # How `tocsin ingest` reads feeds.
    ingest_contact: Annotated[
        str,
        Meta(
            pattern=r"^[\x20-\x7e]{0,200}\Z",
            description="Contact for the feeds' servers: a mail address or a web page, in the user"
            " agent.",
        ),
    ] = ""
    ingest_requests: Annotated[
        Count,
        Meta(
            le=100, description="Maximum number of requests for feeds at a time, with one per host."
        ),
    ] = 8
    ingest_max_entries: Annotated[
        Count,
        Meta(le=10_000, description="Maximum number of entries read from one document of a feed."),
    ] = 500

    # How `tocsin forward` sends alerts.
    forward_to: Annotated[
        Text,
        Meta(
            description="Where tocsin forward sends alerts: an https address, whose path may hold a"
            " token, file:/path for a file of JSON lines, or - for standard output.",
            extra=SECRET,
        ),
    ] = ""
    forward_secret: Annotated[
        Text,
        Meta(
            description="Secret that signs them: whsec_ and 24 to 64 bytes in Base64.", extra=SECRET
        ),
    ] = ""
    forward_previous_secret: Annotated[
        Text,
        Meta(
            description="The old secret, while the receiver changes to the new one.", extra=SECRET
        ),
    ] = ""
    forward_group: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{0,200}\Z",
            description="Its consumer group, one per receiver. Empty: <application id>-forward.",
        ),
    ] = ""
    forward_mode: Annotated[
        Literal["binary", "structured"], Meta(description="Mode of its CloudEvents over HTTP.")
    ] = "binary"
    forward_requests: Annotated[
        Count, Meta(le=1_000, description="Maximum number of requests to the receiver at a time.")
    ] = 8
    forward_timeout_seconds: Annotated[
        Seconds, Meta(description="How long it waits for the answer to a request.")
    ] = 15.0
    forward_give_up_seconds: Annotated[
        Seconds, Meta(description="How long it retries an alert before it dead-letters it.")
    ] = 3_600.0
    forward_allow_http: Annotated[
        bool, Meta(description="Whether the address may be http, unencrypted.")
    ] = False
    forward_allow_private: Annotated[
        bool,
        Meta(description="Whether the address may be private, loopback or link-local."),
    ] = False


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as shown to a person: its variable, default, description and secrecy."""

    field: str
    variable: str
    default: object
    description: str
    secret: bool


def describe() -> list[Described]:
    """Return every setting in the order in which they are documented."""
    described = []
    for field in msgspec.structs.fields(Settings):
        description, secret = "", False
        for meta in metas(field.type):
            description = meta.description or description
            secret = secret or bool((meta.extra or {}).get("secret"))
        described.append(
            Described(
                field=field.name,
                variable=PREFIX + field.name.upper(),
                default=field.default,
                description=description,
                secret=secret,
            )
        )
    return described


def path_of(value: str) -> Path | None:
    """Return the path that a setting names, or None if it is empty."""
    return Path(value) if value else None


def metas(kind: Any) -> list[Meta]:
    """Return the metadata of a setting's type: bounds, pattern, description."""
    return [m for m in getattr(kind, "__metadata__", ()) if isinstance(m, Meta)]
