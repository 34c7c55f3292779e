"""Looks at a feed once: fetches its documents and reads them.

A feed's address leads to the feed itself, to the feed that a web page names, or to the parts of an
index. Each is one step, so that there are no loops.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from streams.http_client.fetch import FeedError, Fetch, Fetched, Validators
from streams.ingest.feed_messages import FeedTask
from streams.ingest.lists import Feed
from streams.ingest.lists.feed import shown_url
from streams.ingest.parsing import ReadFeed
from streams.ingest.state import FeedState

_GONE: Final = frozenset((404, 410))


@dataclass(frozen=True, slots=True)
class Found:
    """The result of one look.

    Attributes:
        documents: The documents that were read, empty if the feed has not changed.
        state: The feed's state with their validators.
        moved_to: The target of permanent redirects of the feed's address, or "".
        notes: Messages for a person, such as a part of an index that failed.
    """

    documents: Sequence[ReadFeed]
    state: FeedState
    moved_to: str = ""
    notes: Sequence[str] = ()


@dataclass(slots=True)
class Looker:
    """Looks at one feed.

    Args:
        feed: The feed.
        task: The facts that are the same for each of its documents.
        fetch: Fetches a document.
        read: Reads a document.
    """

    feed: Feed
    task: FeedTask
    fetch: Fetch
    read: Callable[[bytes, FeedTask], Awaitable[ReadFeed]]
    _validators: dict[str, Validators]
    _moved_to: str = ""

    @classmethod
    def at(
        cls,
        feed: Feed,
        task: FeedTask,
        fetch: Fetch,
        read: Callable[[bytes, FeedTask], Awaitable[ReadFeed]],
    ) -> "Looker":
        """Set the functions of the look."""
        return cls(feed, task, fetch, read, {})

    async def look(self, state: FeedState) -> Found:
        """Fetch and read the documents that have changed since `state`.

        Raises:
            FeedError: no document could be read.
        """
        if state.page_feed:
            try:
                document = await self._document(state.page_feed, state)
            except FeedError as error:
                if error.status not in _GONE and error.reason != "not_a_feed":
                    raise
                # The page may name another feed by now.
                state = msgspec.structs.replace(state, page_feed="", validators={})
            else:
                return self._found([document], state, page_feed=state.page_feed)
        whole = await self._document(self.feed.url, state)
        if whole is None and not state.parts:
            return self._found([], state)
        if whole is not None and not whole.header.links:
            return self._found([whole], state)
        if whole is not None and not whole.header.is_index:
            return await self._named_feed(whole.header.links[0], state)
        parts = state.parts if whole is None else tuple(whole.header.links)
        return await self._parts(parts, state)

    async def _named_feed(self, address: str, state: FeedState) -> Found:
        document = await self._document(address, FeedState())
        if document is not None and document.header.links:
            raise FeedError(
                f"the page names {address} as its feed, and that is a {document.header.format}",
                lasting=True,
                reason="not_a_feed",
            )
        # The page's own validators are not kept: from now on its feed is fetched.
        self._validators.pop(self.feed.url, None)
        note = f"is a web page; its feed {address} is read: put that into your list"
        return self._found([document], state, page_feed=address, notes=[note])

    async def _parts(self, parts: tuple[str, ...], state: FeedState) -> Found:
        documents: list[ReadFeed | None] = []
        errors: list[FeedError] = []
        notes: list[str] = []
        for address in parts:
            try:
                documents.append(await self._part(address, state))
            except FeedError as error:
                self._validators.pop(address, None)
                errors.append(error)
                notes.append(f"its part {address}: {error}")
        if errors and not documents:
            raise errors[0]
        return self._found(documents, state, parts=parts, notes=notes)

    async def _part(self, address: str, state: FeedState) -> ReadFeed | None:
        document = await self._document(address, state)
        if document is not None and document.header.links:
            message = f"is a {document.header.format} within an index"
            raise FeedError(message, lasting=True, reason="not_a_feed")
        return document

    async def _document(self, address: str, state: FeedState) -> ReadFeed | None:
        before = state.validators.get(address, Validators())
        fetched = await self.fetch(address, before, self.feed.url)
        if fetched is None:
            self._validators[address] = before
            return None
        if address == self.feed.url:
            self._moved_to = shown_url(fetched.moved_to)
        self._validators[address] = fetched.validators
        return await self.read(fetched.body, self._task(fetched))

    def _task(self, fetched: Fetched) -> FeedTask:
        return msgspec.structs.replace(
            self.task, base=shown_url(fetched.url), content_type=fetched.content_type
        )

    def _found(
        self,
        documents: Sequence[ReadFeed | None],
        state: FeedState,
        *,
        page_feed: str = "",
        parts: tuple[str, ...] = (),
        notes: Sequence[str] = (),
    ) -> Found:
        used = {address: one for address, one in self._validators.items() if one != Validators()}
        after = msgspec.structs.replace(state, validators=used, page_feed=page_feed, parts=parts)
        changed = [document for document in documents if document is not None]
        return Found(changed, after, self._moved_to, notes)
