"""Fetching from a real server on loopback: conditions, refusals, sizes and redirects."""

import asyncio
import gzip
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import brotli
import pytest

from streams.http_client.fetch import FeedError, Fetched, Validators, open_fetch
from streams.ingest.lists.feed import shown_url

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LIMIT = 10_000


class Site(BaseHTTPRequestHandler):
    """Answers by path; keeps what it was asked with."""

    protocol_version = "HTTP/1.1"
    asked: list[dict[str, str]]

    def do_GET(self) -> None:
        type(self).asked.append(
            {"path": self.path, **{k.lower(): v for k, v in self.headers.items()}}
        )
        # A proxy is asked with the whole address.
        path = urlsplit(self.path).path
        handler = getattr(self, "at" + path.replace("/", "_").replace("-", "_"))
        handler()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def at_feed(self) -> None:
        if self.headers.get("If-None-Match") == '"v1"':
            self.answer(304)
        else:
            self.answer(200, b"<rss/>", ETag='"v1"', Last_Modified="yesterday", Content_Type="x/y")

    def at_gone(self) -> None:
        self.answer(410)

    def at_broken(self) -> None:
        self.answer(500)

    def at_busy(self) -> None:
        self.answer(429, Retry_After="17")

    def at_busy_until(self) -> None:
        self.answer(503, Retry_After="Mon, 23 Nov 2026 10:01:30 GMT")

    def at_announced(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "99999999")
        self.end_headers()
        self.close_connection = True

    def at_endless(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(b"x" * 4_096)
        except OSError:
            return

    def at_packed(self) -> None:
        self.answer(200, gzip.compress(b"<rss/>" * 100), Content_Encoding="gzip")

    def at_bomb(self) -> None:
        self.answer(200, gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")

    def at_not_packed(self) -> None:
        self.answer(200, b"<rss/>", Content_Encoding="gzip")

    def at_half_packed(self) -> None:
        self.answer(200, gzip.compress(b"<rss/>" * 100)[:-12], Content_Encoding="gzip")

    def at_deflated(self) -> None:
        self.answer(200, zlib.compress(b"<rss/>" * 100), Content_Encoding="deflate")

    def at_bare_deflated(self) -> None:
        packed = zlib.compress(b"<rss/>" * 100)[2:-4]
        self.answer(200, packed, Content_Encoding="Deflate")

    def at_brotli(self) -> None:
        self.answer(200, brotli.compress(b"<rss/>" * 100), Content_Encoding="br")

    def at_brotli_bomb(self) -> None:
        self.answer(200, brotli.compress(b" " * 50_000_000), Content_Encoding="br")

    def at_not_brotli(self) -> None:
        self.answer(200, b"<rss/>" * 10, Content_Encoding="br")

    def at_half_brotli(self) -> None:
        self.answer(200, brotli.compress(b"<rss/>" * 100)[:-3], Content_Encoding="br")

    def at_deflate_bomb(self) -> None:
        self.answer(200, zlib.compress(b" " * 50_000_000), Content_Encoding="deflate")

    def at_zstd(self) -> None:
        self.answer(200, b"<rss/>", Content_Encoding="zstd")

    def at_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"<rss>")
        self.close_connection = True

    def at_slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        threading.Event().wait(3)

    def at_moved(self) -> None:
        self.answer(301, Location="/feed")

    def at_for_now(self) -> None:
        self.answer(302, Location="/feed")

    def at_moved_then_for_now(self) -> None:
        self.answer(308, Location="/for-now")

    def at_loop(self) -> None:
        self.answer(302, b"x" * 100, Location="/loop")

    def at_inside(self) -> None:
        port = self.server.server_address[1]
        self.answer(302, Location=f"http://localhost:{port}/feed")

    def at_to_another(self) -> None:
        self.answer(302, Location="http://b.example/feed")

    def at_to_file(self) -> None:
        self.answer(302, Location="file:///etc/passwd")

    def at_to_control(self) -> None:
        self.answer(302, Location="ftp://a.example/\x07")

    def at_to_nowhere(self) -> None:
        self.answer(302)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def fetch(url: str, validators: Validators | None = None, seconds: float = 20) -> Fetched | None:
    async def once() -> Fetched | None:
        async with open_fetch(
            "tocsin/9.9", now=lambda: NOW, largest_bytes=LIMIT, total_seconds=seconds
        ) as get:
            return await get(url, validators or Validators())

    return asyncio.run(once())


def refused(url: str, seconds: float = 20) -> FeedError:
    with pytest.raises(FeedError) as caught:
        fetch(url, seconds=seconds)
    return caught.value


def test_an_answer_comes_with_its_validators_and_we_say_who_we_are(site: str) -> None:
    answer = fetch(f"{site}/feed")
    assert answer == Fetched(b"<rss/>", f"{site}/feed", "x/y", Validators('"v1"', "yesterday"))
    (asked,) = Site.asked
    assert asked["user-agent"] == "tocsin/9.9"
    assert "if-none-match" not in asked


def test_a_feed_that_has_not_changed_is_not_sent_again(site: str) -> None:
    assert fetch(f"{site}/feed", Validators('"v1"', "yesterday")) is None
    assert Site.asked[0]["if-modified-since"] == "yesterday"


@pytest.mark.parametrize(
    ("path", "message", "lasting"),
    [
        ("gone", "the server answers 410", True),
        ("broken", "the server answers 500", False),
        ("announced", "larger than the 10000 bytes", True),
        ("endless", "larger than the 10000 bytes", True),
        ("bomb", "larger than the 10000 bytes", True),
        ("not-packed", "gzip coding is broken", False),
        ("half-packed", "gzip coding ends too early", False),
        ("deflate-bomb", "larger than the 10000 bytes", True),
        ("brotli-bomb", "larger than the 10000 bytes", True),
        ("not-brotli", "br coding is broken", False),
        ("half-brotli", "br coding ends too early", False),
        ("zstd", "content coding zstd was not asked for", True),
        ("cut", "", False),
        ("loop", "more than 5 redirects", True),
        ("to-file", "redirected to file:///etc/passwd", True),
        ("to-nowhere", "redirected to ", True),
    ],
)
def test_what_is_no_good_answer_is_an_error(
    site: str,
    path: str,
    message: str,
    lasting: bool,  # noqa: FBT001 - from the table
) -> None:
    error = refused(f"{site}/{path}")
    assert message in str(error)
    assert error.lasting is lasting


def test_redirects_stop_at_five(site: str) -> None:
    refused(f"{site}/loop")
    assert len(Site.asked) == 6


def test_redirects_are_followed_and_conditions_go_with_them(site: str) -> None:
    answer = fetch(f"{site}/moved")
    assert answer is not None
    assert answer.url == f"{site}/feed"
    assert answer.moved_to == f"{site}/feed"
    assert fetch(f"{site}/moved", Validators(etag='"v1"')) is None


def test_only_permanent_redirects_say_that_a_feed_has_moved(site: str) -> None:
    for path, moved_to in (("feed", ""), ("for-now", ""), ("moved-then-for-now", "/for-now")):
        answer = fetch(f"{site}/{path}")
        assert answer is not None
        assert answer.moved_to == (moved_to and site + moved_to)


def test_a_server_cannot_send_us_to_another_host_inside(site: str) -> None:
    error = refused(f"{site}/inside")
    assert "no public address" in str(error)
    assert "redirect may lead to another host only at a public address" in str(error)
    assert [one["path"] for one in Site.asked] == ["/inside"]


def test_a_proxy_connects_in_our_place_and_its_own_address_may_be_inside(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site)
    answer = fetch("http://a.example/to-another")
    assert answer is not None
    assert answer.url == "http://b.example/feed"
    assert [one["path"] for one in Site.asked] == [
        "http://a.example/to-another",
        "http://b.example/feed",
    ]


def test_control_signs_of_a_server_do_not_reach_the_terminal(site: str) -> None:
    assert str(refused(f"{site}/to-control")).isprintable()


@pytest.mark.parametrize("path", ["packed", "deflated", "bare-deflated", "brotli"])
def test_content_codings_are_unpacked(site: str, path: str) -> None:
    answer = fetch(f"{site}/{path}")
    assert answer is not None
    assert answer.body == b"<rss/>" * 100
    assert Site.asked[0]["accept-encoding"] == "gzip, deflate, br"


@pytest.mark.parametrize(("path", "seconds"), [("busy", 17), ("busy-until", 90)])
def test_a_server_may_ask_us_to_stay_away(site: str, path: str, seconds: float) -> None:
    error = refused(f"{site}/{path}")
    assert error.retry_after_seconds == seconds
    assert not error.lasting


def test_a_server_that_takes_too_long_is_given_up(site: str) -> None:
    assert "no complete answer within 0.5 s" in str(refused(f"{site}/slow", seconds=0.5))


def test_a_server_that_is_not_there_is_a_passing_fault() -> None:
    assert not refused("http://127.0.0.1:9/feed").lasting


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "http://a.example:99999999/", "file:///etc/passwd"]
)
def test_addresses_that_make_no_sense_are_errors_of_the_feed(url: str) -> None:
    assert str(refused(url))


def test_user_and_password_are_not_shown() -> None:
    assert shown_url("https://me:secret@n.example:8443/rss?a=1") == "https://n.example:8443/rss?a=1"
