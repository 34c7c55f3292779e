"""Serves the page over HTTP: its files, the model as JSON, and the events.

Text of articles reaches a browser only as JSON, and the page's code inserts it as text. As a second
protection, the policy below allows only scripts of the page's own files, and no request to another
host.
"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files

import msgspec
from aiohttp import web
from msgspec import Struct

from streams.page.condition import Condition
from streams.page.leader_book import Ranking
from streams.page.live import LivePage
from streams.page.view_model import ShownAlert, ShownKind
from streams.page.visitors import KEEP_ALIVE, frame

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Server": "tocsin",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
}
KEEP_ALIVE_SECONDS = 10.0
AGAIN_MS = 2_000
RETRY_AFTER_SECONDS = 10

_encode = msgspec.json.Encoder().encode


class PageState(Struct, frozen=True):
    """The first answer to a browser. Events after `last_event_id` are new to it."""

    last_event_id: str
    condition: Condition
    kinds: list[ShownKind]
    alerts: list[ShownAlert]
    rankings: list[Ranking]


def add_page(app: web.Application, page: LivePage) -> None:
    """Serve the page at `/` of an application, from the application's start to its end."""
    app.on_response_prepare.append(_protect)
    app.on_startup.append(lambda _: page.start())
    app.on_shutdown.append(lambda _: page.stop())
    routes = _PageRoutes(page)
    app.router.add_get("/api/state", routes.state)
    app.router.add_get("/events", routes.events, allow_head=False)
    for entry in files("streams.page").joinpath("files").iterdir():
        suffix = entry.name.rpartition(".")[2]
        if suffix in TYPES:
            path = "/" if entry.name == "index.html" else f"/page/{entry.name}"
            app.router.add_get(path, _file(entry.read_bytes(), TYPES[suffix]))


class _PageRoutes:
    """Handlers that answer from the page's present model."""

    def __init__(self, page: LivePage) -> None:
        self._page = page

    async def state(self, _request: web.Request) -> web.Response:
        page = self._page
        page.visited()
        picture = page.model.picture()
        state = PageState(
            page.visitors.newest_id,
            page.condition(),
            picture.kinds,
            picture.alerts,
            picture.rankings,
        )
        answer = web.Response(
            body=_encode(state),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )
        answer.enable_compression()
        return answer

    async def events(self, request: web.Request) -> web.StreamResponse:
        page = self._page
        page.visited()
        visitor = page.visitors.enter()
        if visitor is None:
            return web.Response(
                status=503,
                text="There are too many visitors; try again later.\n",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        try:
            answer = web.StreamResponse(
                headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
            )
            # Frames that are sent from here on are in the queue, behind the missed ones.
            missed = page.visitors.missed(_last_id(request))
            await answer.prepare(request)
            await answer.write(f"retry: {AGAIN_MS}\n\n".encode())
            await answer.write(frame("condition", page.condition()))
            for encoded in missed if missed is not None else [frame("reset", None)]:
                await answer.write(encoded)
            while True:
                try:
                    # Python 3.11's `wait_for` can swallow the cancellation that ends a visitor.
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        encoded = await visitor.queue.get()
                except TimeoutError:
                    encoded = KEEP_ALIVE
                await answer.write(encoded)
        except ConnectionError:
            return answer
        except asyncio.CancelledError:
            # Without the abort, the server would wait for browsers that do not read.
            if request.transport is not None:
                request.transport.abort()
            raise
        finally:
            page.visitors.leave(visitor)


def _last_id(request: web.Request) -> str:
    """Return the last event that a browser has. A browser that reconnects sends it in a header."""
    return request.headers.get("Last-Event-ID") or request.query.get("after", "")


def _file(body: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_request: web.Request) -> web.StreamResponse:
        # Not cached, so that a page never runs with the code of an older version.
        headers = {"Content-Type": content_type, "Cache-Control": "no-cache"}
        return web.Response(body=body, headers=headers)

    return answer


async def _protect(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
