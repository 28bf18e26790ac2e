"""From a commit to the frame that tells of it, at twenty websockets of one run, at 200 events a second.

Begins when the transaction of `record()` has been committed; ends when the frame has arrived. Frames
are at least 250 ms apart by design, so half of that is the least that a mean can be.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect

from automl_web.runs.record import Claim
from benchmarks.measured import Figure
from benchmarks.trials import held, session
from benchmarks.writer import Told, tell, writer

CLIENTS = 20
TRIALS = 4
EVENTS_A_SECOND = 200
SECONDS = 20
EVENTS_A_COMMIT = 2


@dataclass
class Watcher:
    """A client: which events it knows, when it learned of them, and how often it missed some."""

    seq: int = 0
    gaps: int = 0
    learned: list[tuple[int, float]] = field(default_factory=list)

    async def follow(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"after": self.seq}))
        async for message in socket:
            frame = json.loads(message)
            self.gaps += frame.get("after") != self.seq
            self.seq = frame["seq"]
            self.learned.append((self.seq, time.time()))


def measure(seed: int) -> list[Figure]:
    watchers = [Watcher() for _ in range(CLIENTS)]
    with held(TRIALS, seed) as claims:
        told = asyncio.run(_watch(watchers, claims, session()))
    delays = [delay for watcher in watchers for delay in _delays(watcher, told)]
    rate = EVENTS_A_COMMIT * (len(told) - 1) / (told[-1].at - told[0].at)
    gaps = sum(watcher.gaps for watcher in watchers)
    ends = sorted({watcher.seq for watcher in watchers})
    print(f"{CLIENTS} clients, {rate:.0f} events/s; last seq {told[-1].seq}, of the clients {ends}")
    print(f"{gaps} gaps, {sum(len(w.learned) for w in watchers):,} frames\n")
    return [Figure(f"commit to frame, {CLIENTS} clients", None, delays)]


async def _watch(watchers: list[Watcher], claims: list[Claim], key: str) -> list[Told]:
    """What was told, once every watcher has had ten seconds at most to learn of it."""
    address = f"ws://127.0.0.1:{settings.PORT}/ws/runs/{claims[0].run_id}/"
    headers = {"Cookie": f"sessionid={key}"}
    origin = f"http://127.0.0.1:{settings.PORT}"
    rate = EVENTS_A_SECOND / EVENTS_A_COMMIT
    moments = [number / rate for number in range(int(SECONDS * rate))]
    async with asyncio.TaskGroup() as group:
        sockets = [
            await connect(address, additional_headers=headers, origin=origin)  # type: ignore[arg-type]
            for _ in watchers
        ]
        tasks = [
            group.create_task(watcher.follow(socket))
            for watcher, socket in zip(watchers, sockets, strict=True)
        ]
        with writer() as pool:
            told = await asyncio.wrap_future(pool.submit(tell, claims, moments))
        await _until_all_know(watchers, told[-1].seq)
        for task in tasks:
            task.cancel()
    for socket in sockets:
        await socket.close()
    return told


async def _until_all_know(watchers: list[Watcher], seq: int) -> None:
    for _ in range(100):
        if all(watcher.seq >= seq for watcher in watchers):
            return
        await asyncio.sleep(0.1)


def _delays(watcher: Watcher, told: list[Told]) -> list[float]:
    """For each commit, how long after it the first frame came that reaches its number."""
    frames = iter(watcher.learned)
    seq, at = 0, 0.0
    delays = []
    for commit in told:
        while seq < commit.seq:
            seq, at = next(frames)
        delays.append(at - commit.at)
    return delays
