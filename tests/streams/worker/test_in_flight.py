"""What is handed to the outbox at one time has a bound."""

import asyncio
import contextlib

from streams.worker.in_flight import BytesInFlight


class Sends:
    """Sends that end when they are told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    async def send(self, name: str) -> None:
        self.begun.append(name)
        await self._ends.setdefault(name, asyncio.Event()).wait()

    def end(self, name: str) -> None:
        self._ends[name].set()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_what_has_no_room_waits_for_what_is_under_way() -> None:
    async def run() -> None:
        sends, in_flight = Sends(), BytesInFlight(10)
        await in_flight.start(6, sends.send("a"))
        await in_flight.start(4, sends.send("b"))
        third = asyncio.create_task(in_flight.start(1, sends.send("c")))
        await settled()
        assert sends.begun == ["a", "b"]
        sends.end("b")
        await settled()
        assert sends.begun == ["a", "b", "c"]
        await third

    asyncio.run(run())


def test_what_is_larger_than_the_bound_goes_alone() -> None:
    async def run() -> None:
        sends, in_flight = Sends(), BytesInFlight(10)
        await in_flight.start(1, sends.send("small"))
        large = asyncio.create_task(in_flight.start(50, sends.send("large")))
        await settled()
        assert sends.begun == ["small"]
        sends.end("small")
        await large
        last = asyncio.create_task(in_flight.start(1, sends.send("last")))
        await settled()
        assert sends.begun == ["small", "large"]
        sends.end("large")
        await last
        await settled()
        assert sends.begun[-1] == "last"

    asyncio.run(run())


def test_a_send_that_fails_or_is_cancelled_makes_room() -> None:
    async def fail() -> None:
        raise OSError("refused")

    async def run() -> None:
        sends, in_flight = Sends(), BytesInFlight(10)
        failed = await in_flight.start(10, fail())
        cancelled = await in_flight.start(10, sends.send("a"))
        assert isinstance(failed.exception(), OSError)
        cancelled.cancel()
        await in_flight.start(10, sends.send("b"))
        waiting = asyncio.create_task(in_flight.start(10, sends.send("never")))
        await settled()
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        assert sends.begun == ["b"]
        sends.end("b")
        await settled()
        await in_flight.start(10, sends.send("c"))

    asyncio.run(run())
