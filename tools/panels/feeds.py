"""The feeds of the run: invented, on loopback, with new entries over time.

Owns what each feed gives when. One is unavailable for a while, one gives entries without dates, and
one has moved and is a web page now.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# By name: seconds from one entry to the next.
EVERY = {"Harbour Post": 11, "Spree Courier": 17, "Kanto Wire": 29, "Tiber Notes": 47, "Fjord": 23}
NO_DATES, AWAY, PAGE = "Fjord", "Kanto Wire", "Old Gazette"
AWAY_SECONDS = (150, 300)
KEPT = 20


def document(name: str, seconds: float) -> bytes:
    """Return a feed as it is so many seconds after the start."""
    if name == PAGE:
        return b"<!DOCTYPE html><html><title>We have moved</title></html>"
    every = EVERY[name]
    newest = int(seconds // every) + KEPT
    begun = time.time() - seconds
    items = []
    for number in range(newest, newest - KEPT, -1):
        moment = datetime.fromtimestamp(begun + (number - KEPT) * every, UTC)
        date = "" if name == NO_DATES else f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} UTC</pubDate>"
        items.append(
            f"<item><guid>urn:{name.replace(' ', '-')}:{number}</guid>"
            f"<title>Harbour fees of day {number}, {name}</title>{date}</item>"
        )
    return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()


@contextmanager
def serving() -> Iterator[str]:
    """Serve the feeds, and give the text of a table that lists them."""
    began = time.time()
    names = [*EVERY, PAGE]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seconds = time.time() - began
            name = names[int(self.path.strip("/"))]
            is_away = name == AWAY and AWAY_SECONDS[0] < seconds < AWAY_SECONDS[1]
            body = b"" if is_away else document(name, seconds)
            tag = f'"{hash(body)}"'
            same = self.headers.get("If-None-Match") == tag
            self.send_response(503 if is_away else 304 if same else 200)
            self.send_header("ETag", tag)
            self.end_headers()
            if not same:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield "url,name\n" + "".join(f"{address}/{n},{name}\n" for n, name in enumerate(names))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
