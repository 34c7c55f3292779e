"""The tables of settings and of exit codes."""

from streams import errors
from streams.service.settings import Described, describe
from tools.reference.table import code, table

# The field that each group of settings begins with, and the group's title.
GROUPS = {
    "broker": "Connection to the broker",
    "application_id": "Consumer group",
    "topic_prefix": "Topics",
    "max_text_characters": "Articles and analysis",
    "analysis_processes": "Worker",
    "http_host": "HTTP port, live page, health and logs",
    "ingest_contact": "`tocsin ingest`",
    "forward_to": "`tocsin forward`",
}
MEANINGS = {
    0: "Done.",
    1: "A bug in Tocsin. The log has its traceback: please report it.",
    2: "Wrong use, settings, topics or input. Fix it before you start again.",
    3: "A transient fault, such as an unavailable broker. Try again later.",
    4: "A replay is incomplete: it lacks results for records of its range.",
    130: "Interrupted with Ctrl-C or SIGTERM.",
}


def _row(one: Described) -> list[str]:
    default = str(one.default).lower() if isinstance(one.default, bool) else str(one.default)
    return [code(one.variable), code(default), one.description]


def settings() -> str:
    """Return a table of settings for each group."""
    parts: list[str] = []
    rows: list[list[str]] = []
    for one in describe():
        if one.field in GROUPS:
            rows = []
            parts.append(f"## {GROUPS[one.field]}\n\n")
        rows.append(_row(one))
        last = one.field == describe()[-1].field
        following = None if last else describe()[describe().index(one) + 1].field
        if last or following in GROUPS:
            parts.append(table(["Variable", "Default", "Description"], rows) + "\n")
    return "".join(parts).removesuffix("\n")


def exit_codes() -> str:
    """Return a table of the exit codes."""
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    rows = [[code(value), MEANINGS[value]] for value in sorted(codes)]
    return table(["Code", "Meaning"], rows)
