"""The settings: what can be set, to what, and where each value came from.

Owns every `TOCSIN_*` variable. Must not know what a setting is used for beyond its description,
and reads no environment itself: `load` takes a mapping. A value comes from the default written
here, the variable `TOCSIN_<NAME>`, the file that `TOCSIN_<NAME>_FILE` names (the way that container
platforms hand over secrets), or the command line. Setting both variables is an error, as is a
variable that is unknown.
"""

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from streams.errors import BadSettingsError

PREFIX = "TOCSIN_"
FILE_SUFFIX = "_FILE"
SECRET = {"secret": True}
_LONGEST_SHOWN = 100
# A $ would let a line break through at the end.
_END = r"\Z"
_DEFAULT = "default"
_COMMAND_LINE = "command line"
_SERVICE_LINK = re.compile(r"TOCSIN_(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)", re.ASCII)

Text = str
Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]
# No wait is longer than a day; most clients keep milliseconds in 32 bits.
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
ShortSeconds = Annotated[float, Meta(gt=0, le=10)]
# A hundred years: as milliseconds, it still fits into Kafka's 64 bits.
Retention = Annotated[int, Meta(ge=1, le=3_155_760_000)]
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
        Meta(
            ge=0, le=86_400, description="How long to wait for a broker that is away. 0: for ever."
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

    # Who we are to the broker.
    application_id: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{1,100}\Z",
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

    # Topics.
    topic_prefix: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9._-]{0,100}\Z", description="Put before every topic's name."),
    ] = ""
    create_topics: Annotated[
        bool, Meta(description="Whether a worker creates the topics that are missing.")
    ] = False
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
        ShortSeconds, Meta(description="How long a batch that is not full waits for more.")
    ] = 0.05
    commit_interval_seconds: Annotated[
        Seconds, Meta(description="How often finished offsets are committed.")
    ] = 0.5
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
        Count, Meta(le=10_000_000, description="Newest articles over which that share is taken.")
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


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a setting; `field` is empty where no setting is meant."""

    field: str
    message: str


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
    read, problems = examine(environment, **options)
    if problems:
        raise BadSettingsError([problem.message for problem in problems])
    return read


def examine(
    environment: Mapping[str, str], **options: object
) -> tuple[Effective, Sequence[Problem]]:
    """Read the settings and what is wrong with them; see `load`. What is wrong has its default."""
    problems: list[Problem] = []
    known = {d.variable: d for d in describe()}
    given = _texts(environment, known, problems)
    for name, option in options.items():
        if option is not None:
            given[name] = (option, _COMMAND_LINE)
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        value, origin = given.get(field.name, (field.default, _DEFAULT))
        try:
            values[field.name] = _converted(value, field.type)
        except ValueError:
            message = _why_not(known[PREFIX + field.name.upper()], field.type, value, origin)
            problems.append(Problem(field.name, message))
    origins = {
        name: given[name][1] if name in given and name in values else _DEFAULT
        for name in Settings.__struct_fields__
    }
    return Effective(Settings(**values), origins), problems


def _texts(
    environment: Mapping[str, str], known: Mapping[str, Described], problems: list[Problem]
) -> dict[str, tuple[object, str]]:
    """Give text and variable of every setting that the environment has, by field."""
    given: dict[str, tuple[object, str]] = {}
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX):
            continue
        described, text = _given(variable, value, known, problems)
        if described is None:
            continue
        if variable != described.variable and described.variable in environment:
            twice = f"{described.variable} is set twice: as a value and as a file. Keep one."
            problems.append(Problem(described.field, twice))
        elif text is not None:
            given[described.field] = (text, variable)
    return given


def _given(
    variable: str, value: str, known: Mapping[str, Described], problems: list[Problem]
) -> tuple[Described | None, str | None]:
    """Find the setting of a variable, and its text; both are None where there is none."""
    described = known.get(variable)
    try:
        if described is not None:
            # What is no UTF-8 comes from the environment as lone surrogates.
            value.encode()
            return described, value
        described = known.get(variable.removesuffix(FILE_SUFFIX))
        if described is not None and variable.endswith(FILE_SUFFIX):
            return described, Path(value).read_text(encoding="utf-8-sig").rstrip("\r\n")
    except OSError as error:
        # Who sets the wrong one of the two variables has put the secret where a path belongs.
        named = "a file" if described is None or described.secret else f"the file {value!r}"
        why = error.strerror or type(error).__name__
        message = f"{variable} names {named}, which cannot be read: {why}."
        problems.append(Problem(described.field if described else "", message))
        return described, None
    except ValueError:
        message = f"{variable} is not UTF-8, or names a file that is not."
        problems.append(Problem(described.field if described else "", message))
        return described, None
    problems.append(Problem("", f"{variable} is not a setting. {_hint(variable, known)}"))
    return None, None


def _hint(variable: str, known: Mapping[str, Described]) -> str:
    candidates = [*known, *(name + FILE_SUFFIX for name in known)]
    near = difflib.get_close_matches(variable.upper(), candidates, n=1, cutoff=0.75)
    if near:
        return f"Did you mean {near[0]}?"
    if _SERVICE_LINK.fullmatch(variable):
        return (
            "It looks like one that Kubernetes adds for a Service: "
            "say enableServiceLinks: false in the pod."
        )
    return "`tocsin config show` lists the settings."


def _converted(value: object, kind: Any) -> object:
    """Convert a text, or check a value from the command line.

    Raises:
        ValueError: it is not what the setting takes.
    """
    converted = msgspec.convert(value, kind, strict=not isinstance(value, str))
    if isinstance(converted, float) and not math.isfinite(converted):
        raise ValueError("not finite")
    return converted


def _why_not(described: Described, kind: Any, value: object, origin: str) -> str:
    if origin == _COMMAND_LINE:
        origin = f"--{described.field.replace('_', '-')}"
    shown = "a secret value" if described.secret else _shortened(repr(value))
    return (
        f"{origin} is {shown}; it takes {_taken(kind)}. {described.description} "
        f"Default: {described.default!r}."
    )


def _taken(kind: Any) -> str:
    """Say what a setting takes, such as "a whole number from 1 to 100"."""
    bare = getattr(kind, "__origin__", kind)
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(str(one) or "(empty)" for one in get_args(bare))
    if bare is bool:
        return "true or false"
    bounds = {
        words: limit
        for meta in _metas(kind)
        for words, limit in (("from", meta.ge), ("above", meta.gt), ("up to", meta.le))
        if limit is not None
    }
    if bare in {int, float}:
        noun = "a whole number" if bare is int else "a number"
        return " ".join([noun, *(f"{words} {limit}" for words, limit in bounds.items())])
    patterns = [meta.pattern for meta in _metas(kind) if meta.pattern]
    return f"text that matches {patterns[0].strip('^').removesuffix(_END)}" if patterns else "text"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _metas(kind: Any) -> list[Meta]:
    return [m for m in getattr(kind, "__metadata__", ()) if isinstance(m, Meta)]
