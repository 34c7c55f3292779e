"""Fetches feeds over HTTP: one conditional GET, bounded in time, size and redirects.

It sends the request and judges the answer. It does not parse feeds. Any answer costs at most a
minute and about 10 MB, and cannot redirect Tocsin to another internal host: the operator names a
feed's address, and its server can only name another public one. aiohttp is used because its time
limit applies to the whole answer, headers included. The standard library's limit applies to each
packet only.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Protocol
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from streams.errors import PassingFaultError
from streams.http_client.addresses import PrivateAddressError, public_sockets
from streams.http_client.answers import retry_after_seconds, shown
from streams.http_client.unpacking import ACCEPT_ENCODING, BadCodingError, unpacking_of

MAX_FEED_BYTES: Final = 10_485_760
MAX_REDIRECTS: Final = 5
TOTAL_SECONDS: Final = 60.0

_CONNECT_SECONDS: Final = 15.0
_READ_SECONDS: Final = 30.0
_CHUNK_BYTES: Final = 65_536
_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
_OK, _NOT_MODIFIED = 200, 304
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_PERMANENT: Final = frozenset((301, 308))
# Statuses of a server that may answer later. Other refusals are lasting.
_PASSING: Final = frozenset((408, 425, 429, 500, 502, 503, 504))

Reason = Literal[
    "address",
    "connection",
    "timeout",
    "status",
    "redirect",
    "too_large",
    "not_a_feed",
    "unreadable",
]


class FeedError(PassingFaultError):
    """A feed could not be fetched or read this time.

    Args:
        message: What was wrong, for a person.
        lasting: Whether another attempt soon would only give the same answer.
        retry_after_seconds: How long the server asks clients to wait. None if it does not ask.
        reason: One of `REASONS`. It is a metric label.
        status: The HTTP status if the server gave one, or 0 without an answer.
    """

    def __init__(
        self,
        message: str,
        *,
        lasting: bool = False,
        retry_after_seconds: float | None = None,
        reason: Reason = "connection",
        status: int = 0,
    ) -> None:
        super().__init__(message)
        self.lasting = lasting
        self.retry_after_seconds = retry_after_seconds
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Validators:
    """Values from the server for the next conditional request, or "" if it gave none."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the body without transfer coding, and the final address.

    `moved_to` is the target of permanent redirects, or "" if the address is still the right one.
    """

    body: bytes
    url: str
    content_type: str
    validators: Validators
    moved_to: str = ""


class Fetch(Protocol):
    """Fetches a feed."""

    def __call__(
        self, url: str, validators: Validators, named_by: str = ""
    ) -> Awaitable[Fetched | None]:
        """Return the answer, or None if the feed has not changed.

        Args:
            url: The address.
            validators: Those of the answer before.
            named_by: The operator's address, if a server named this one. This one must then be at
                the same host or public.

        Raises:
            FeedError: No other error is raised.
        """
        ...


@asynccontextmanager
async def open_fetch(
    user_agent: str,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    largest_bytes: int = MAX_FEED_BYTES,
    total_seconds: float = TOTAL_SECONDS,
) -> AsyncIterator[Fetch]:
    """Return the function that fetches, while its connections are open.

    Proxies are taken from the environment (`HTTPS_PROXY`...), as other programs do.

    Args:
        user_agent: How Tocsin identifies itself.
        now: The current time, for a `Retry-After` that is a date.
        largest_bytes: Maximum size of a body, both as sent and unpacked.
        total_seconds: Maximum time for one feed, redirects included.
    """
    anywhere = _session(user_agent, aiohttp.TCPConnector())
    public = _session(user_agent, aiohttp.TCPConnector(socket_factory=public_sockets))

    async def fetch(url: str, validators: Validators, named_by: str = "") -> Fetched | None:
        request = _Request(url, named_by or url, validators)
        try:
            async with asyncio.timeout(total_seconds):
                return await _get(anywhere, public, request, now, largest_bytes)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise FeedError(
                f"the address cannot be used: {shown(error)}", lasting=True, reason="address"
            ) from error
        except aiohttp.ClientConnectorError as error:
            hint = ""
            if isinstance(error.os_error, PrivateAddressError):
                hint = "; a redirect may lead to another host only at a public address"
            raise FeedError(f"{shown(error)}{hint}") from error
        except aiohttp.ClientError as error:
            raise FeedError(shown(error) or type(error).__name__) from error
        except TimeoutError as error:
            message = f"no complete answer within {total_seconds:g} s"
            raise FeedError(message, reason="timeout") from error
        except (OSError, ValueError) as error:
            # ValueError: parts of aiohttp raise it for invalid hosts and ports.
            raise FeedError(shown(error) or type(error).__name__) from error

    async with anywhere, public:
        yield fetch


def _session(user_agent: str, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,  # a small body may unpack to anything: done here, with a limit
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={
            "User-Agent": user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": ACCEPT_ENCODING,
        },
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=_CONNECT_SECONDS, sock_read=_READ_SECONDS
        ),
        trust_env=True,
    )


def _is_elsewhere(url: str, first: str) -> bool:
    """Return whether a redirect leads to another host to which Tocsin connects directly.

    A proxy connects on Tocsin's behalf, and its operator decides where to.
    """
    to, host = urlsplit(url), urlsplit(first).hostname
    proxied = to.scheme in getproxies() and not proxy_bypass(to.hostname or "")
    return to.hostname != host and not proxied


@dataclass(frozen=True, slots=True)
class _Request:
    url: str
    first: str
    validators: Validators

    @property
    def conditions(self) -> dict[str, str]:
        found = {
            "If-None-Match": self.validators.etag,
            "If-Modified-Since": self.validators.last_modified,
        }
        return {name: value for name, value in found.items() if value}


async def _get(
    anywhere: aiohttp.ClientSession,
    public: aiohttp.ClientSession,
    request: _Request,
    now: Callable[[], datetime],
    largest_bytes: int,
) -> Fetched | None:
    url, moved_to, is_permanent = request.url, "", True
    for _ in range(MAX_REDIRECTS + 1):
        session = public if _is_elsewhere(url, request.first) else anywhere
        async with session.get(url, headers=request.conditions, allow_redirects=False) as answer:
            if answer.status == _NOT_MODIFIED:
                return None
            if answer.status in _REDIRECTS:
                url = _redirected(url, answer.headers.get("Location", ""))
                is_permanent = is_permanent and answer.status in _PERMANENT
                moved_to = url if is_permanent else moved_to
                continue
            if answer.status != _OK:
                raise FeedError(
                    f"the server answers {answer.status}",
                    lasting=answer.status not in _PASSING,
                    retry_after_seconds=retry_after_seconds(
                        answer.headers.get("Retry-After", ""), now
                    ),
                    reason="status",
                    status=answer.status,
                )
            return Fetched(
                body=await _body(answer, largest_bytes),
                url=url,
                content_type=answer.headers.get("Content-Type", ""),
                validators=Validators(
                    etag=answer.headers.get("ETag", ""),
                    last_modified=answer.headers.get("Last-Modified", ""),
                ),
                moved_to=moved_to,
            )
    raise FeedError(f"more than {MAX_REDIRECTS} redirects", lasting=True, reason="redirect")


def _redirected(url: str, location: str) -> str:
    target = urljoin(url, location)
    parts = urlsplit(target)
    if not location or parts.scheme not in ("http", "https") or not parts.hostname:
        raise FeedError(
            f"redirected to {shown(location)}; only http and https are followed",
            lasting=True,
            reason="redirect",
        )
    return target


async def _body(answer: aiohttp.ClientResponse, largest_bytes: int) -> bytes:
    coding = answer.headers.get("Content-Encoding", "")
    try:
        unpacking = unpacking_of(coding)
    except BadCodingError as error:
        message = f"the content coding {shown(coding)} {error}"
        raise FeedError(message, lasting=True, reason="unreadable") from error
    if (answer.content_length or 0) > largest_bytes:
        raise _too_large(largest_bytes)
    parts: list[bytes] = []
    size = received = 0
    async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
        received += len(chunk)
        part = chunk
        if unpacking is not None:
            try:
                part = unpacking.unpack(chunk, largest_bytes - size + 1)
            except BadCodingError as error:
                raise FeedError(str(error), reason="unreadable") from error
        size += len(part)
        if max(size, received) > largest_bytes:
            raise _too_large(largest_bytes)
        parts.append(part)
    if unpacking is not None and received and not unpacking.is_complete:
        raise FeedError(f"the {shown(coding)} coding ends too early", reason="unreadable")
    return b"".join(parts)


def _too_large(largest_bytes: int) -> FeedError:
    return FeedError(
        f"larger than the {largest_bytes} bytes that are read", lasting=True, reason="too_large"
    )
