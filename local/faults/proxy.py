"""A proxy between the functions and the embedded AWS that breaks calls on purpose.

It runs as a process of its own: ``python -m local.faults.proxy``. What it did is told at ``GET /_faults``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from local.faults.aws import busy, read_call
from local.faults.chance import CallFaults, Fault
from local.processes import LOOPBACK

STATE = "/_faults"
_LATER_SECONDS = 0.7
_WORKER = b"/ministack-lambda-"
_NO_BODY = ("HEAD",)


class _Message(NamedTuple):
    """A request or an answer: its first line, its headers by name in lower case, and all of it as it came."""

    line: str
    headers: Mapping[str, str]
    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.head + self.body


class Proxy:
    """Breaks what it is told to break and passes on the rest, byte for byte.

    Attributes
    ----------
    calls
        How many calls came, attempts of the client's own counted each.
    injected
        How often each fault was put in, by kind of call.
    """

    def __init__(self, upstream: int, faults: CallFaults) -> None:
        self._upstream, self._faults = upstream, faults
        self.calls: Counter[str] = Counter()
        self.injected: Counter[tuple[Fault, str]] = Counter()
        self._later: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        upstream = _Upstream(self._upstream)
        try:
            # cancelled: the proxy ends while a client keeps its connection
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._served(reader, writer, upstream):
                    await writer.drain()
        finally:
            upstream.close()
            writer.transport.abort()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: _Upstream) -> bool:
        """Serve one request; tells whether the connection goes on."""
        request = await _read(reader, writer)
        method, target, _ = request.line.split(" ", 2)
        if target == STATE:
            writer.write(_answer(200, {"content-type": "application/json"}, json.dumps(self.state()).encode()))
            return True
        call = read_call(method, target, request.headers, request.body)
        self.calls[call.kind] += 1
        fault = self._faults.fault_of(call)
        if fault is not None:
            self.injected[fault, call.kind] += 1
        if fault == "throttled":
            writer.write(_answer(*busy(call)))
            return True
        if fault in ("not_applied", "killed_before"):
            return self._break_off(fault, writer)
        answer = await upstream.ask(request.raw, method)
        if fault in ("lost_answer", "killed_after"):
            return self._break_off(fault, writer)
        writer.write(answer.raw)
        if fault == "repeated":
            self._repeat(request.raw, method)
        return answer.headers.get("connection", "").lower() != "close"

    def _break_off(self, fault: Fault, writer: asyncio.StreamWriter) -> bool:
        if fault.startswith("killed"):
            kill_caller(writer.get_extra_info("peername")[1], writer.get_extra_info("sockname")[1])
        return False

    def _repeat(self, raw: bytes, method: str) -> None:
        async def again() -> None:
            await asyncio.sleep(_LATER_SECONDS)
            upstream = _Upstream(self._upstream)
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await upstream.ask(raw, method)
            upstream.close()

        task = asyncio.create_task(again())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def state(self) -> dict[str, object]:
        """Tell what came and what was broken."""
        broken: dict[str, dict[str, int]] = {}
        for (fault, kind), times in sorted(self.injected.items()):
            broken.setdefault(fault, {})[kind] = times
        return {"calls": self.calls.total(), "injected": broken, "calls_by_kind": dict(sorted(self.calls.items()))}


class _Upstream:
    """A connection to the embedded AWS, opened when it is first asked."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    async def ask(self, raw: bytes, method: str) -> _Message:
        """Pass on a request; gives the answer."""
        now = asyncio.get_running_loop().time()
        if self._streams is not None and now - self._used > 1:  # the other side may have hung up meanwhile
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(LOOPBACK, self._port)
        reader, writer = self._streams
        writer.write(raw)
        answer = await _read(reader, None, bodiless=method in _NO_BODY)
        self._used = asyncio.get_running_loop().time()
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _read(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None, *, bodiless: bool = False
) -> _Message:
    """Read one message; a client that asks before it sends its body is told to go on."""
    head = await reader.readuntil(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")[:-2]
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    if headers.get("expect", "").lower() == "100-continue" and writer is not None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        kept = [field for field in fields if not field.lower().startswith("expect:")]
        head = "\r\n".join([line, *kept, "", ""]).encode("latin-1")
    if bodiless or (writer is None and line.split(" ", 2)[1] in ("204", "304")):
        return _Message(line, headers, head, b"")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _Message(line, headers, head, await _chunks(reader))
    return _Message(line, headers, head, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """Read a chunked body as it is, framing included."""
    parts = []
    while True:
        size = await reader.readuntil(b"\r\n")
        parts.append(size)
        length = int(size.partition(b";")[0], 16)
        if not length:
            while True:  # trailers end with an empty line
                parts.append(await reader.readuntil(b"\r\n"))
                if parts[-1] == b"\r\n":
                    return b"".join(parts)
        parts.append(await reader.readexactly(length + 2))


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


# Killing


def kill_caller(port: int, own_port: int) -> bool:
    """Kill the worker process behind a connection to us, as if its machine had gone; tells whether it was found.

    Only a Lambda worker of the embedded AWS is killed, and only our own functions are connected to us.
    """
    inode = _socket(port, own_port)
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and inode and _is_worker(process) and _holds(process, inode):
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)
            return True
    return False


def _socket(port: int, peer: int) -> str:
    """Find the inode of the loopback socket that is bound to a port and connected to another."""
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = row.split()
        if (int(fields[1].partition(":")[2], 16), int(fields[2].partition(":")[2], 16)) == (port, peer):
            return fields[9]
    return ""


def _is_worker(process: Path) -> bool:
    try:
        return _WORKER in (process / "cmdline").read_bytes()
    except OSError:  # it is gone, or not ours to read
        return False


def _holds(process: Path, inode: str) -> bool:
    try:
        return any(str(handle.readlink()) == f"socket:[{inode}]" for handle in (process / "fd").iterdir())
    except OSError:
        return False


# The process


async def _run(port: int, proxy: Proxy) -> None:
    server = await asyncio.start_server(proxy.serve, LOOPBACK, port)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    options = parser.parse_args()
    asyncio.run(_run(options.port, Proxy(options.upstream, CallFaults(options.seed, options.rate))))


if __name__ == "__main__":
    main()
