"""A server on loopback with ten feeds, each of another format, made of tests/data/feeds.

.venv/bin/python tests/feed_site.py 8765      serves them, and writes feeds.opml into this folder
"""

import hashlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import quoteattr

FOLDER = Path(__file__).parent / "data" / "feeds"
# By path: the sample, and what the list calls it.
FEEDS = {
    "/harbour/rss": ("rss.xml", "Harbour Post"),
    "/spree/atom": ("atom.xml", "Spree Courier"),
    "/kanto/rdf": ("rdf.xml", "Kanto Wire"),
    "/tiber/feed.json": ("json_feed.json", "Tiber Notes"),
    "/delta/news-sitemap.xml": ("news_sitemap.xml", "Delta Herald"),
    "/delta/sitemap.xml": ("sitemap_index.xml", "Delta index"),
    "/fjord/wp-json/wp/v2/posts": ("wordpress.json", "Fjord Times"),
    "/meridian/newsml": ("newsml.xml", "Meridian NewsML"),
    "/meridian/nitf": ("nitf.xml", "Meridian NITF"),
    "/loire/": ("page.html", "Loire Daily"),
}
# What the index and the page lead to.
BEHIND = {"/sitemap-news-1.xml": "delta-1", "/sitemap-news-2.xml": "delta-2", "/loire/rss.xml": ""}


class FeedSite:
    """The server: documents by path, what was asked, and paths that wait until they may answer."""

    def __init__(self, port: int = 0) -> None:
        self.asked: list[tuple[str, int]] = []
        self.agents: set[str] = set()
        self.held: dict[str, threading.Event] = {}
        self.changed: dict[str, bytes] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path in site.held:
                    site.held[self.path].wait(60)
                site.agents.add(self.headers.get("User-Agent", ""))
                body = site.document(self.path)
                tag = f'"{hashlib.sha256(body or b"").hexdigest()[:16]}"'
                status = 404 if body is None else 200
                if body and self.headers.get("If-None-Match") == tag:
                    status, body = 304, b""
                site.asked.append((self.path, status))
                self.send_response(status)
                self.send_header("ETag", tag)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def document(self, path: str) -> bytes | None:
        """Give a document as of now: its dates are of yesterday."""
        if path in self.changed:
            return self.changed[path]
        if path in FEEDS:
            text = (FOLDER / FEEDS[path][0]).read_text(encoding="utf-8")
        elif path in BEHIND:
            sample = "news_sitemap.xml" if "sitemap" in path else "rss.xml"
            text = (FOLDER / sample).read_text(encoding="utf-8")
            text = text.replace("harbour.example", "loire.example").replace("Harbour Post", "Loire")
            text = text.replace("/2026/05/strike", f"/{BEHIND[path]}")
        else:
            return None
        text = text.replace("https://delta.example/sitemap", f"{self.url}/sitemap")
        return of_yesterday(text).encode()

    def opml(self) -> str:
        """Give a list of the feeds."""
        outlines = "\n".join(
            f"    <outline type='rss' text={quoteattr(name)} xmlUrl={quoteattr(self.url + path)}/>"
            for path, (_, name) in FEEDS.items()
        )
        head = "  <head><title>Ten feeds</title></head>"
        return (
            f'<?xml version="1.0"?>\n<opml version="2.0">\n{head}\n'
            f'  <body>\n  <outline text="World">\n{outlines}\n  </outline>\n  </body>\n</opml>\n'
        )


def of_yesterday(text: str) -> str:
    """Give a sample with its dates a day ago."""
    day = datetime.now(UTC) - timedelta(days=1)
    return (
        text.replace("2026-05-01T", f"{day:%Y-%m-%dT}")
        .replace("20260501T", f"{day:%Y%m%dT}")
        .replace("Fri, 01 May 2026", f"{day:%a, %d %b %Y}")
    )


@contextmanager
def serving(port: int = 0) -> Iterator[FeedSite]:
    """Serve until the end of the block."""
    site = FeedSite(port)
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        for event in site.held.values():
            event.set()
        site.server.shutdown()
        thread.join()
        site.server.server_close()


if __name__ == "__main__":
    with serving(int(sys.argv[1])) as running:
        Path("feeds.opml").write_text(running.opml(), encoding="utf-8")
        threading.Event().wait()
