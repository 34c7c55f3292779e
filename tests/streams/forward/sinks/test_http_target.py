"""Requests to a real server on loopback: what is sent, what is not, and what an answer may cost."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from processors.errors import MisconfigurationError
from streams.forward.sinks import http_target as module
from streams.forward.sinks.http_target import (
    HttpAnswer,
    Target,
    open_post,
    require_public,
    target_of,
)
from streams.http_client.addresses import public_sockets

TOKEN = "hush-hush"  # noqa: S105
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{runner.addresses[0][1]}/alerts?token={TOKEN}"
    finally:
        await runner.cleanup()


def allowed(url: str) -> Target:
    return target_of(url, allow_http=True, allow_private=True)


def answer_of(handler: Handler, *, timeout_seconds: float = 5.0, times: int = 1) -> HttpAnswer:
    async def ask() -> HttpAnswer:
        now = lambda: datetime(2026, 11, 26, 5, 0, tzinfo=UTC)  # noqa: E731
        async with (
            served(handler) as url,
            open_post(allowed(url), timeout_seconds, 4, now) as post,
        ):
            for _ in range(times):
                answer = await post({"webhook-id": "a"}, b"body")
            return answer

    return asyncio.run(ask())


def responding(**arguments: Any) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(**arguments)

    return handler


def test_a_request_is_a_post_with_the_headers_and_the_body_given() -> None:
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, request.path_qs, request.headers.copy(), await request.read()))
        return web.Response(status=202, text="thanks")

    assert answer_of(handler) == HttpAnswer(202, "the receiver answers 202: thanks")
    [(method, path, headers, body)] = seen
    assert (method, path, body) == ("POST", f"/alerts?token={TOKEN}", b"body")
    assert headers["webhook-id"] == "a"
    assert headers["user-agent"].startswith("tocsin/")


def test_a_redirect_is_not_followed() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert "elsewhere" not in request.path
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    assert answer_of(handler).verdict == "refused"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Thu, 26 Nov 2026 05:01:00 GMT", 60.0), ("soon", None)],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    answer = answer_of(responding(status=503, headers={"Retry-After": value}))
    assert (answer.status, answer.retry_after_seconds) == (503, seconds)


def test_of_an_answer_only_the_beginning_is_read_and_shown() -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(status=400)
        await response.prepare(request)
        try:
            while True:
                await response.write(b"\x1b[2J" + b"x" * 65_536)
                sent += 65_536
        except (ConnectionError, asyncio.CancelledError):
            return response

    answer = answer_of(handler)
    assert answer.status == 400
    assert len(answer.said) < 300
    assert "\\x1b[2Jxxx" in answer.said
    assert sent < 20_000_000


def test_a_server_that_does_not_answer_costs_the_time_allowed_and_no_more() -> None:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    answer = answer_of(handler, timeout_seconds=0.2)
    assert (answer.status, answer.said, answer.verdict) == (
        None,
        "no answer within 0.2 s",
        "passing",
    )


def test_a_body_that_never_ends_does_not_undo_its_status() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200)
        await response.prepare(request)
        await response.write(b"a")
        await asyncio.sleep(30)
        return response

    assert answer_of(handler, timeout_seconds=0.2).verdict == "delivered"


@pytest.mark.parametrize("said", [b"no http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n"])
def test_what_is_no_answer_is_none_and_does_not_show_the_address(said: bytes) -> None:
    async def ask() -> HttpAnswer:
        async def garbage(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(said)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(garbage, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/{TOKEN}"
        async with server, open_post(allowed(url), 5.0, 1) as post:
            return await post({}, b"")

    answer = asyncio.run(ask())
    assert answer.verdict == "passing"
    assert TOKEN not in answer.said


def test_nobody_there_is_a_passing_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def ask() -> HttpAnswer:
        async with open_post(allowed(f"http://127.0.0.1:{port}/{TOKEN}"), 5.0, 1) as post:
            return await post({}, b"")

    answer = asyncio.run(ask())
    assert answer.verdict == "passing"
    assert TOKEN not in answer.said


def test_cookies_and_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    cookies: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        return web.Response(headers={"Set-Cookie": "a=b"})

    assert answer_of(handler, times=2).status == 200
    assert cookies == [None, None]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_private_address_is_not_connected_to_whatever_its_name(host: str) -> None:
    asked = False

    async def handler(_request: web.Request) -> web.Response:
        nonlocal asked
        asked = True
        return web.Response()

    async def ask() -> HttpAnswer:
        async with served(handler) as url:
            port = int(url.split(":")[2].split("/")[0])
            # As if the name had led elsewhere when it was checked.
            moved = Target(f"http://{host}:{port}/", "", host, port, allow_private=False)
            async with open_post(moved, 5.0, 1) as post:
                return await post({}, b"")

    answer = asyncio.run(ask())
    assert answer.verdict == "passing"
    assert "is no public address" in answer.said
    assert not asked


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"http://example.com/{TOKEN}", "is not encrypted"),
        (f"ftp://example.com/{TOKEN}", "must be of the form https://host/path"),
        (TOKEN, "must be of the form"),
        (f"https:///{TOKEN}", "must be of the form"),
        (f"https://user:{TOKEN}@example.com/", "may hold no user, password"),
        (f"https://example.com/a#{TOKEN}", "fragment"),
        (f"https://example.com/a b{TOKEN}", "space"),
        (f"https://example.com/a\n{TOKEN}", "may hold no"),
        (f"https://example.com:{TOKEN}/", "cannot be read as one"),
        (f"https://[::1/{TOKEN}", "cannot be read as one"),
        (f"https://10.0.0.1/{TOKEN}", "10.0.0.1, which is no public address"),
        (f"https://[::1]/{TOKEN}", "--allow-private"),
        (f"https://169.254.169.254/{TOKEN}", "no public address"),
    ],
)
def test_an_address_that_may_not_be_used_is_refused_without_being_shown(url: str, why: str) -> None:
    with pytest.raises(MisconfigurationError) as refused:
        target_of(url, allow_http=False, allow_private=False)
    assert why in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_what_may_be_shown_of_an_address_is_its_origin() -> None:
    target = target_of(f"https://hooks.example:8443/{TOKEN}", allow_http=False, allow_private=False)
    assert target.origin == "https://hooks.example:8443"
    assert TOKEN not in repr(target)
    assert (target.host, target.port) == ("hooks.example", 8443)


def test_a_name_that_leads_to_private_addresses_alone_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[tuple[list[str], list[str]]] = [
        (["10.0.0.1"], []),
        (["10.0.0.1"], ["8.8.8.8"]),
        ([], ["8.8.8.8"]),
    ]
    monkeypatch.setattr(module, "private_addresses", lambda *_: found.pop(0))
    target = target_of("https://hooks.example/", allow_http=False, allow_private=False)
    with pytest.raises(MisconfigurationError, match=r"hooks\.example leads to 10\.0\.0\.1"):
        require_public(target)
    require_public(target)
    require_public(target)
    require_public(allowed("https://hooks.example/"))
    assert not found


def test_a_name_that_is_not_known_now_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(-3, "no answer")

    monkeypatch.setattr(module, "private_addresses", unknown)
    require_public(target_of("https://hooks.example/", allow_http=False, allow_private=False))


def test_every_connection_goes_through_the_check() -> None:
    assert module.public_sockets is public_sockets


def test_a_certificate_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_programs: Callable[..., None]
) -> None:
    require_programs("a certificate", "openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def ask() -> HttpAnswer:
        async with served(responding(), context) as url, open_post(allowed(url), 5.0, 1) as post:
            return await post({}, b"")

    refused = asyncio.run(ask())
    assert refused.status is None
    assert "certificate" in refused.said.lower()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert asyncio.run(ask()).status == 200
