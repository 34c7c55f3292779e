"""Faust's Kafka transport, with a consumer that is quicker and loses nothing at the beginning.

Owns three steps of Faust's consumer. For every record Faust 0.15 makes four asyncio tasks and waits
for the first of them, although handing a record on nearly always ends at once; that cost as much as
reading the record. And where a topic has an inbox, its records go there and into no stream. Must
not know what a record is.
"""

import logging
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from typing import Any

from faust.transport.drivers import aiokafka as driver

from streams.inbox import Inbox

# The coroutine of Faust's conductor that hands one record to the streams.
_HANDS_ON = "on_message"


class _Consumer(driver.Consumer):  # type: ignore[misc]  # Faust ships no types
    # Faust logs under the name of the module that a class is from; this is not ours that speaks.
    # A name that no class of Faust's has: such a logger is taken for inherited, and replaced.
    logger = logging.getLogger("faust.consumer")

    def __init__(self, transport: Any, callback: Any, *args: Any, **known: Any) -> None:
        super().__init__(transport, callback, *args, **known)
        self.callback = _handing_on(callback, self.app.inboxes, self.app.flow_control)

    async def wait_first(self, *awaited: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109 - Faust's
        """Wait for the first of several, and for a record's handing on alone if that is at once."""
        if timeout is not None or not awaited or getattr(awaited[0], "__name__", "") != _HANDS_ON:
            return await super().wait_first(*awaited, timeout=timeout)
        handing_on, *others = awaited
        at_once = True
        try:
            blocked_by = handing_on.send(None)
            at_once = False
        except StopIteration:
            return None
        finally:
            if at_once:
                for other in others:
                    # Never begun: Python would warn of a coroutine that nobody awaited.
                    other.close()
        return await super().wait_first(_resumed(handing_on, blocked_by), *others)

    async def seek_to_committed(self) -> Any:
        """Go to the committed offsets, and to the beginning where nothing is committed yet.

        Faust's fetcher discards what it holds in a rebalance and trusts this seek to bring it
        back; aiokafka seeks nowhere without an offset, and the records were lost.
        """
        committed = await super().seek_to_committed()
        changelogs = self.app.tables.changelog_topics
        unread = [tp for tp, at in committed.items() if not at and tp.topic not in changelogs]
        if unread:
            await self._thread.seek_to_beginning(*unread)
        return committed


class Transport(driver.Transport):  # type: ignore[misc]
    """The transport of `build`'s app."""

    Consumer = _Consumer


def _handing_on(
    to_streams: Callable[[Any], Awaitable[None]], inboxes: Mapping[str, Inbox], flow_control: Any
) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """Hand a record on to its topic's inbox, or else as Faust does."""

    async def on_message(message: Any) -> None:
        inbox = inboxes.get(message.topic)
        if inbox is None:
            await to_streams(message)
            return
        # While partitions are assigned anew nothing comes in, as with Faust's own streams.
        await flow_control.acquire()
        inbox.put(message)

    return on_message


async def _resumed(begun: Coroutine[Any, Any, None], blocked_by: Any) -> None:
    """Go on with a coroutine that was begun, from what it waits for."""
    await _continue(begun, blocked_by)


@types.coroutine
def _continue(begun: Coroutine[Any, Any, None], blocked_by: Any) -> Generator[Any, Any, None]:
    try:
        while True:
            try:
                sent = yield blocked_by
            except BaseException as error:  # noqa: BLE001 - cancelled: the coroutine must hear of it
                blocked_by = begun.throw(error)
            else:
                blocked_by = begun.send(sent)
    except StopIteration:
        return
