"""The receiver: its address, checked once, and one request to it at a time.

Owns the request and what its answer means. Must not know alerts, nor how often is tried. The
address may hold a token, so nothing here shows more of it than scheme, host and port. Redirects are
not followed, no proxy is asked (its address would be checked in place of the receiver's), no
cookies are kept, and of an answer only the beginning is read.
"""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from processors.errors import MisconfigurationError
from streams.forward.sinks.sink import Answer, Verdict
from streams.http_client.addresses import is_public, private_addresses, public_sockets
from streams.http_client.answers import retry_after_seconds, shown
from streams.service.version import tocsin_version

MAX_READ_BYTES: Final = 4_096
# What a server says when it may well take the same request later; other 4xx hold.
_PASSING: Final = frozenset((408, 425, 429))
_HUNDREDS: Final = 100
_OK, _REDIRECT, _SERVER_ERROR = 200, 300, 500
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where alerts go. `origin` is what may be shown of `url`."""

    url: str = field(repr=False)
    origin: str
    host: str
    port: int
    allow_private: bool


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The result of one request.

    Attributes:
        status: The answer's status; None: there was no answer.
        said: The answer for a person.
        retry_after_seconds: What it asks for in `Retry-After`.
    """

    status: int | None
    said: str
    retry_after_seconds: float | None = None

    @property
    def verdict(self) -> Verdict:
        """What it means for the alert."""
        if self.status is None or self.status >= _SERVER_ERROR or self.status in _PASSING:
            return "passing"
        return "delivered" if _OK <= self.status < _REDIRECT else "refused"

    def as_answer(self) -> Answer:
        """Return it as every sink's answer; the status is its class, such as `5xx`, or `none`."""
        status = "none" if self.status is None else f"{self.status // _HUNDREDS}xx"
        return Answer(self.verdict, self.said, status, self.retry_after_seconds)


Post = Callable[[Mapping[str, str], bytes], Awaitable[HttpAnswer]]


def target_of(url: str, *, allow_http: bool, allow_private: bool) -> Target:
    """Check an address.

    Raises:
        MisconfigurationError: nothing may be sent there; the message does not show the address.
    """
    problem = f"The address that alerts go to ({shown_origin(url)})"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Not chained: urllib's message shows the address.
        raise MisconfigurationError(f"{problem} cannot be read as one.") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise MisconfigurationError(f"{problem} must be of the form https://host/path.")
    if parts.scheme == "http" and not allow_http:
        raise MisconfigurationError(
            f"{problem} is not encrypted: use https, or allow it with --allow-http."
        )
    if parts.username is not None or parts.fragment or not url.isprintable() or " " in url:
        raise MisconfigurationError(
            f"{problem} may hold no user, password, fragment or space: the signature says who "
            f"sends."
        )
    target = Target(
        url, shown_origin(url), parts.hostname, port or _PORTS[parts.scheme], allow_private
    )
    with contextlib.suppress(ValueError):
        if not allow_private and not is_public(str(ipaddress.ip_address(parts.hostname))):
            raise _private(target, [parts.hostname])
    return target


def shown_origin(url: str) -> str:
    """Give scheme, host and port of an address: the rest may hold a secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "?", parts.port
    except ValueError:
        return "?"
    host = f"[{host}]" if ":" in host else host
    return shown(f"{parts.scheme or '?'}://{host}{f':{port}' if port else ''}")


def require_public(target: Target) -> None:
    """Refuse a name that leads to no public address now; it blocks while the name is asked for.

    A name that cannot be resolved is left for later. This only spares the operator the wait:
    every connection is checked again, at the address that it goes to.

    Raises:
        MisconfigurationError: the name leads to other addresses only.
    """
    if target.allow_private:
        return
    try:
        private, public = private_addresses(target.host, target.port)
    except OSError:
        return
    if private and not public:
        raise _private(target, private)


@asynccontextmanager
async def open_post(
    target: Target,
    timeout_seconds: float,
    connections: int,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[Post]:
    """Give the function that sends one request and returns its answer, whatever happens.

    Args:
        target: The receiver.
        timeout_seconds: Longest time for one request: name, connection, request and answer.
        connections: Most at a time.
        now: The time, for a `Retry-After` that is a date.
    """
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=connections,
            # Made now: aiohttp makes its own when it is imported.
            ssl=ssl.create_default_context(),
            socket_factory=None if target.allow_private else public_sockets,
        ),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"tocsin/{tocsin_version()}", "Accept-Encoding": "identity"},
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    )

    async def post(headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        try:
            async with asyncio.timeout_at(deadline):
                response = await session.post(
                    target.url, data=body, headers=dict(headers), allow_redirects=False
                )
        except TimeoutError:
            return HttpAnswer(None, f"no answer within {timeout_seconds:g} s")
        except aiohttp.ClientResponseError as error:
            # Its text would show the whole address.
            return HttpAnswer(None, f"no HTTP answer: {shown(error.message)}")
        except (aiohttp.ClientError, OSError) as error:
            return HttpAnswer(None, shown(error) or type(error).__name__)
        try:
            return await _answer(response, deadline, now)
        finally:
            response.release()

    async with session:
        yield post


async def _answer(
    response: aiohttp.ClientResponse, deadline: float, now: Callable[[], datetime]
) -> HttpAnswer:
    beginning = b""
    # The status has decided already: what goes wrong after it changes nothing.
    with contextlib.suppress(aiohttp.ClientError, OSError):
        async with asyncio.timeout_at(deadline):
            async for chunk in response.content.iter_chunked(MAX_READ_BYTES):
                beginning += chunk
                if len(beginning) >= MAX_READ_BYTES:
                    break
    text = shown(beginning.decode("utf-8", "replace").strip())
    return HttpAnswer(
        response.status,
        f"the receiver answers {response.status}" + (f": {text}" if text else ""),
        retry_after_seconds(response.headers.get("Retry-After", ""), now),
    )


def _private(target: Target, addresses: list[str]) -> MisconfigurationError:
    return MisconfigurationError(
        f"{target.host} leads to {', '.join(addresses)}, which is no public address: alerts go "
        f"there only with --allow-private."
    )
