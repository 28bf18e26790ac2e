"""Browsers without a screen: websockets in a process of their own, which fold what they were sent."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import numpy as np
import numpy.typing as npt
from websockets.asyncio.client import ClientConnection, connect

from search.events import from_json
from search.state import LiveState, apply

THE_END = "the end of the benchmark"
PATIENCE = 20  # seconds that the last frame may take, after thrice the time that was asked for
SEQ = re.compile(r'"seq":(\d+)')


@dataclass
class Client:
    """What one browser was sent, and when."""

    seqs: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    async def follow(self, socket: ClientConnection, after: int, known: dict[str, str]) -> None:
        await socket.send(json.dumps({"after": after}))
        async for message in socket:
            now, text = time.time(), str(message)
            found = SEQ.search(text)
            assert found is not None
            self.seqs.append(int(found[1]))
            self.times.append(now)
            self.texts.append(known.setdefault(text, text))  # all hold the same frame
            if THE_END in text:
                return


@dataclass
class Crowd:
    """What all browsers together saw: for each the numbers and times of its frames."""

    frames: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]
    states: Counter[str]
    size: int


def watch(pipe: Connection, count: int, address: str, headers: dict[str, str], page: str) -> None:
    """Send "ready" when all browsers are connected, and a Crowd when all have seen the end."""
    document = json.loads(page)
    clients = [Client() for _ in range(count)]
    asyncio.run(_watch(pipe, clients, address, headers, document["seq"]))
    frames = [(np.array(c.seqs), np.array(c.times)) for c in clients]
    size = sum(len(text) for client in clients for text in client.texts)
    pipe.send(Crowd(frames, _states(clients, page), size))


async def _watch(
    pipe: Connection, clients: Sequence[Client], address: str, headers: dict[str, str], after: int
) -> None:
    known: dict[str, str] = {}
    origin = headers.pop("Origin")
    sockets = [
        await connect(address, additional_headers=headers, origin=origin, compression=None)  # type: ignore[arg-type]
        for _ in clients
    ]
    following = [
        asyncio.create_task(client.follow(socket, after, known))
        for client, socket in zip(clients, sockets, strict=True)
    ]
    pipe.send("ready")
    seconds = await asyncio.to_thread(pipe.recv)
    _, late = await asyncio.wait(following, timeout=3 * seconds + PATIENCE)
    if late:
        print(f"{len(late)} browsers never saw the end", flush=True)
    for task, socket in zip(following, sockets, strict=True):
        task.cancel()
        await socket.close()


def _states(clients: Sequence[Client], page: str) -> Counter[str]:
    """The states that the browsers end in; those that were sent the same end in the same."""
    stories = Counter(tuple(client.texts) for client in clients)
    return Counter({_fold(page, story): count for story, count in stories.items()})


def _fold(page: str, story: Sequence[str]) -> str:
    document = json.loads(page)
    state: LiveState = document["state"]
    seq = document["seq"]
    for text in story:
        frame = json.loads(text)
        if "state" in frame:
            state = frame["state"]
        else:
            assert frame["after"] == seq, "a gap"
            for event in frame["patch"]:
                apply(state, from_json(event))
        seq = frame["seq"]
    state["counts"] = {name: n for name, n in state["counts"].items() if n}
    return json.dumps(state, sort_keys=True)
