"""The settings: what can be set, to what, and where each value came from.

Owns every `TOCSIN_*` variable. Must not know what a setting is used for beyond its description,
and reads no environment itself: `load` takes a mapping. A value comes from the default written
here, the variable `TOCSIN_<NAME>`, the file that `TOCSIN_<NAME>_FILE` names (the way that container
platforms hand over secrets), or the command line. Setting both variables is an error, as is a
variable that is unknown.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from streams.errors import BadSettingsError

PREFIX = "TOCSIN_"
FILE_SUFFIX = "_FILE"
SECRET = {"secret": True}

Text = str
Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(gt=0, le=1)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. `describe` gives the descriptions."""

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
        Meta(ge=0, description="How long to wait for a broker that is away. 0: for ever."),
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

    # Who we are to the broker.
    application_id: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{1,100}$",
            description="Consumer group; the watch state's changelog starts with it.",
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
    processing_guarantee: Annotated[
        Literal["at_least_once", "exactly_once"],
        Meta(description="exactly_once: outputs and offsets in one Kafka transaction."),
    ] = "at_least_once"

    # Topics.
    topic_prefix: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9._-]{0,100}$", description="Put before every topic's name."),
    ] = ""
    create_topics: Annotated[
        bool, Meta(description="Whether a worker creates the topics that are missing.")
    ] = False
    partitions: Annotated[Count, Meta(le=10_000, description="Partitions of every topic.")] = 4
    replication_factor: Annotated[Count, Meta(le=100, description="Replicas of every topic.")] = 1
    retention_articles_seconds: Annotated[
        Count, Meta(description="How long articles, analyses and mentions are kept.")
    ] = 7 * 86_400
    retention_alerts_seconds: Annotated[
        Count, Meta(description="How long alerts and dead letters are kept.")
    ] = 30 * 86_400
    max_message_bytes: Annotated[
        int,
        Meta(ge=65_536, le=100_000_000, description="Largest article record, and dead letter."),
    ] = 33_554_432

    # What an article may be, and how it is read.
    max_text_characters: Annotated[
        int, Meta(ge=1_000, le=10_000_000, description="Longest text that is analysed.")
    ] = 200_000
    scorer: Annotated[Text, Meta(description="Sentiment scorer: textblob-news or textblob.")] = (
        "textblob-news"
    )

    # How the worker runs.
    batch_records: Annotated[
        Count, Meta(le=10_000, description="Most records that are handled together.")
    ] = 500
    batch_wait_seconds: Annotated[
        Seconds, Meta(le=10, description="How long a batch that is not full waits for more.")
    ] = 0.05
    commit_interval_seconds: Annotated[
        Seconds, Meta(description="How often finished offsets are committed.")
    ] = 1.0
    producer_linger_seconds: Annotated[
        float, Meta(ge=0, le=10, description="How long the producer gathers a batch.")
    ] = 0.005
    stop_timeout_seconds: Annotated[
        Seconds, Meta(description="How long a stop waits for batches in flight.")
    ] = 25.0
    dead_letter_limit_share: Annotated[
        Share,
        Meta(
            description="Share of dead letters in the window below that stops the worker. 1: never."
        ),
    ] = 0.5
    dead_letter_limit_records: Annotated[
        Count, Meta(description="Newest articles over which that share is taken.")
    ] = 1_000

    # What the worker shows.
    http_host: Annotated[Text, Meta(description="Address of /metrics, /livez and /readyz.")] = (
        "127.0.0.1"
    )
    http_port: Annotated[Port, Meta(description="Port of the same. 0: any free one.")] = 9464
    live_timeout_seconds: Annotated[
        Seconds,
        Meta(description="/livez fails when articles wait and none is finished for so long."),
    ] = 60.0
    lag_interval_seconds: Annotated[
        Seconds, Meta(description="How often lag is measured, apart from the consumer.")
    ] = 5.0
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Meta(description="Least level logged.")
    ] = "INFO"
    log_format: Annotated[
        Literal["auto", "console", "json"],
        Meta(description="auto: console on a terminal, JSON elsewhere."),
    ] = "auto"


@dataclass(frozen=True, slots=True)
class Described:
    """One setting for a person: its variable, default, description, and whether it is secret."""

    field: str
    variable: str
    default: object
    description: str
    secret: bool


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings in force, and where each came from (by field name)."""

    settings: Settings
    origins: Mapping[str, str]


def describe() -> list[Described]:
    """List every setting in the order in which they are documented."""
    described = []
    for field in msgspec.structs.fields(Settings):
        description, secret = "", False
        for meta in _metas(field.type):
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


def load(environment: Mapping[str, str], **options: object) -> Effective:
    """Read the settings.

    Args:
        environment: Variables; only those that start with `TOCSIN_` are looked at.
        options: Values given on the command line, by field name; None means not given.

    Raises:
        BadSettingsError: naming every unknown variable, unreadable file and bad value at once.
    """
    problems: list[str] = []
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    known = {d.variable: d for d in describe()}
    for variable, given in sorted(environment.items()):
        if not variable.startswith(PREFIX):
            continue
        field, text = _given(variable, given, known, problems)
        if field is None or text is None:
            continue
        if field in origins:
            problems.append(
                f"{known[PREFIX + field.upper()].variable} is set twice: as a value and "
                f"as a file. Keep one."
            )
        values[field], origins[field] = text, variable
    types = {f.name: f.type for f in msgspec.structs.fields(Settings)}
    converted = {
        field: _convert(field, text, types[field], origins[field], known, problems)
        for field, text in values.items()
    }
    for field, option in options.items():
        if option is not None:
            converted[field], origins[field] = option, "command line"
    if problems:
        raise BadSettingsError(problems)
    return Effective(
        settings=Settings(**converted),  # type: ignore[arg-type]  # converted by field above
        origins={f: origins.get(f, "default") for f in types},
    )


def _given(
    variable: str, value: str, known: Mapping[str, Described], problems: list[str]
) -> tuple[str | None, str | None]:
    if variable in known:
        return known[variable].field, value
    stem = variable.removesuffix(FILE_SUFFIX)
    if variable.endswith(FILE_SUFFIX) and stem in known:
        try:
            return known[stem].field, Path(value).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{variable} names the file {value!r}, which cannot be read: {error}.")
            return None, None
    near = difflib.get_close_matches(variable, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else " `tocsin config show` lists the settings."
    problems.append(f"{variable} is not a setting.{hint}")
    return None, None


def _convert(
    field: str,
    text: object,
    kind: Any,
    origin: str,
    known: Mapping[str, Described],
    problems: list[str],
) -> object:
    described = known[PREFIX + field.upper()]
    shown = "a secret value" if described.secret else repr(text)
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        problems.append(
            f"{origin} is {shown}: {str(error).lower()}. {described.description} "
            f"Default: {described.default!r}."
        )
        return None


def _metas(kind: Any) -> list[Meta]:
    return [m for m in getattr(kind, "__metadata__", ()) if isinstance(m, Meta)]
