"""Serves `/metrics`, `/livez`, `/readyz` and, if configured, a live page on one port.

A small web server runs in a thread with its own event loop, so it answers while the worker's loop
is busy or stuck. A worker, a canary, a forwarder and a page use it.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from processors.errors import MisconfigurationError
from streams.service.health import Answer, Questions
from streams.service.http_connections import (
    MAX_CONNECTIONS,
    SILENT_SECONDS,
    Connections,
    Handler,
    connections_allowed,
)

# How many connections are accepted at once, before one of them can be closed.
BACKLOG = 128
INDEX = """Tocsin
/metrics  Prometheus and OpenMetrics
/livez    200 while there is progress
/readyz   200 when it can do its work
"""


class HttpServer:
    """Serves metrics and health until it is stopped.

    Args:
        host: Address to listen on.
        port: Port to listen on. 0 chooses a free one.
        registry: The metrics.
        health: The health.
        add_page: Adds the live page to the application. None: there is no page.
        max_visitors: Maximum number of event streams of the page, beside other connections.
    """

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        health: Questions,
        add_page: Callable[[web.Application], None] | None = None,
        max_visitors: int = 0,
    ) -> None:
        self._host = host
        self._port = port
        self._registry = registry
        self._health = health
        self._add_page = add_page
        self._max_connections = connections_allowed(MAX_CONNECTIONS + max_visitors)
        self._connections: Connections | None = None
        self._loop = asyncio.new_event_loop()
        self._started: Future[int] = Future()
        self._failure: BaseException | None = None
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def start(self) -> str:
        """Start to serve, and return the address as `http://host:port`.

        Raises:
            MisconfigurationError: The port is taken, or may not be listened on.
        """
        self._thread.start()
        try:
            port = self._started.result(timeout=10)
        except OSError as error:
            raise MisconfigurationError(
                f"cannot listen on {self._host}:{self._port} for /metrics: "
                f"{error.strerror or error}. Set TOCSIN_HTTP_PORT to a free port, or to 0 for any."
            ) from error
        shown = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{shown}:{port}"

    def check(self) -> None:
        """Raise the error that ended the thread after its start.

        Raises:
            Exception: A bug. Without this check the process would run on without metrics and
                health.
        """
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Stop serving and wait for the thread to end."""
        if self._thread.is_alive():
            # The loop may be closing already, if the start failed.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # noqa: BLE001 - `check` raises it
            self._failure = error
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        closing: asyncio.Task[None] | None = None
        listening: asyncio.Server | None = None
        try:
            await runner.setup()
            assert runner.server is not None  # noqa: S101 - it is set up
            self._connections = Connections(self._max_connections, runner.server, SILENT_SECONDS)
            listening = await self._loop.create_server(
                self._connections.new, self._host, self._port, backlog=BACKLOG
            )
            closing = self._loop.create_task(self._connections.close_silent())
        except Exception as error:  # noqa: BLE001 - `start` raises it
            self._started.set_exception(error)
        else:
            self._started.set_result(listening.sockets[0].getsockname()[1])
            await self._until_stopped(closing)
        finally:
            if listening is not None:
                listening.close()
            if closing is not None:
                closing.cancel()
            await runner.cleanup()

    async def _until_stopped(self, closing: asyncio.Task[None]) -> None:
        """Wait for the stop.

        Raises:
            Exception: The error that ended the closing of silent connections.
        """
        stopping = self._loop.create_task(self._stopping.wait())
        await asyncio.wait([stopping, closing], return_when=asyncio.FIRST_COMPLETED)
        if closing.done():
            stopping.cancel()
            closing.result()
            raise RuntimeError("silent connections are not closed any more")

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._keep_while_answering])
        if self._add_page is None:
            app.router.add_get("/", _index)
        else:
            self._add_page(app)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/livez", _answering(self._health.live))
        app.router.add_get("/readyz", _answering(self._health.ready))
        return app

    @web.middleware
    async def _keep_while_answering(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if self._connections is None:
            return await handler(request)
        with self._connections.answering(request.transport):
            return await handler(request)

    async def _metrics(self, request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        body = encode(self._registry)
        return web.Response(body=body, headers={"Content-Type": content_type})


async def _index(_request: web.Request) -> web.Response:
    return web.Response(text=INDEX)


def _answering(
    ask: Callable[[], Answer],
) -> Callable[[web.Request], "asyncio.Future[web.Response]"]:
    async def answer(_request: web.Request) -> web.Response:
        given = ask()
        return web.Response(text=given.reason + "\n", status=200 if given.ok else 503)

    return answer  # type: ignore[return-value]  # aiohttp takes any coroutine function
