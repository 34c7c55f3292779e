"""A query service on loopback, and answers of its documented shape."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

ENTITY = "http://www.wikidata.org/entity/"
DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
PRECISIONS = {10: "11", 7: "10", 4: "9"}


def when(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """A time and its precision, as the service writes them."""
    full = f"{text}-01-01"[:10] if len(text) < 10 else text
    value = {"type": "literal", "datatype": DATE_TIME, "value": f"{full}T00:00:00Z"}
    precision = {"type": "literal", "datatype": INTEGER, "value": PRECISIONS[len(text)]}
    return value, precision


def binding(
    code: str, role: str, person: str, name: str, start: str, end: str = ""
) -> dict[str, dict[str, str]]:
    """One row of an answer."""
    value, precision = when(start)
    row = {
        "code": {"type": "literal", "value": code},
        "role": {"type": "literal", "value": role},
        "person": {"type": "uri", "value": f"{ENTITY}{person}"},
        "personLabel": {"type": "literal", "xml:lang": "en", "value": name},
        "start": value,
        "startPrecision": precision,
    }
    if end:
        row["end"], row["endPrecision"] = when(end)
    return row


def answer(*bindings: dict[str, dict[str, str]]) -> bytes:
    """A whole answer."""
    names = ["code", "role", "person", "personLabel", "start", "startPrecision", "end"]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode()


class Service(BaseHTTPRequestHandler):
    """Answers one after the other with what it was given: a status, headers and a body."""

    answers: list[tuple[int, dict[str, str], bytes]]
    asked: list[dict[str, Any]]

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        type(self).asked.append({"query": query, "agent": self.headers["User-Agent"]})
        status, headers, body = type(self).answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Callable[..., tuple[str, list[dict[str, Any]]]]]:
    """`service((200, {}, body), …)` gives an endpoint, and what it was asked."""
    servers: list[ThreadingHTTPServer] = []

    def start(
        *answers: tuple[int, dict[str, str], bytes],
    ) -> tuple[str, list[dict[str, Any]]]:
        handler = type("Answering", (Service,), {"answers": list(answers), "asked": []})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/sparql", handler.asked  # type: ignore[attr-defined]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
