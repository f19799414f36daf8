# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated devices on real sockets: each listens at its own loopback address, all on one port, in one event loop.

One HTTP server serves them all and finds the device by the local address of the connection. A device that moves or
restarts closes its listener and its live connections, so its old address refuses connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import itertools
import logging
import resource
import socket
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientError, web
from aiohttp.web_protocol import RequestHandler

from . import faults
from .device import Device
from .exchange import Call, Outage, Reply
from .recording import record
from .tls import Authority

T = TypeVar("T")
LOGGER = logging.getLogger(__name__)
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
MOMENT = 0.02  # seconds between a reply and what happens "shortly after" it
BACKLOG = 64


class LoopThread:
    """An event loop running in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="simulator", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], seconds: float = 120) -> T:
        """Run a coroutine in the loop and wait for what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def stop(self) -> None:
        """End the thread; the loop cannot be used again."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@dataclass
class Connection:
    """A live TCP connection and the device it leads to."""

    number: int
    device: Device | None
    transport: asyncio.Transport


class _Manager(web.Server):
    """aiohttp's server, keeping book of which connection leads to which device."""

    def __init__(self, handler: Callable[[web.BaseRequest], Any], find: Callable[[str], Device | None]) -> None:
        super().__init__(handler, access_log=None, logger=LOGGER, keepalive_timeout=300, lingering_time=1)
        self.book: dict[RequestHandler, Connection] = {}
        self._find = find
        self._numbers = itertools.count(1)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        address = transport.get_extra_info("sockname")[0]
        self.book[handler] = Connection(next(self._numbers), self._find(address), transport)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        self.book.pop(handler, None)


class DeviceServer:
    """Listens for devices. All methods run in the event loop."""

    def __init__(self, authority: Authority | None, port: int, host_names: Callable[[str], Iterable[str]]) -> None:
        self.port = port
        self.authority = authority
        self._host_names = host_names  # of the devices whose certificate shares the block of an address
        self._at: dict[str, Device] = {}
        self._manager = _Manager(self._handle, self._at.get)
        self._listeners: dict[str, asyncio.Server] = {}
        self._queue: dict[str, list[Device]] = {}  # devices whose address another one holds
        self._absence: dict[str, int] = {}  # how many outages each device is in
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, device: Device) -> None:
        """Listen at the device's address; where another device holds it, as soon as that one leaves."""
        address = device.address
        if self._at.get(address) is device:
            return
        if address in self._at:
            self._queue.setdefault(address, []).append(device)
            return
        listener = listening_socket(address, self.port)
        self.port = listener.getsockname()[1]
        context = None
        if self.authority is not None:
            context = self.authority.identity(address, device.certificate, self._host_names(address)).context
        self._at[address] = device
        loop = asyncio.get_running_loop()
        self._listeners[address] = await loop.create_server(self._manager, sock=listener, ssl=context, backlog=BACKLOG)
        device.listening = True

    async def close(self, device: Device) -> None:
        """Stop listening for a device and cut its connections."""
        for queue in self._queue.values():
            if device in queue:
                queue.remove(device)
        for address in [address for address, holder in self._at.items() if holder is device] if device.listening else []:
            self._listeners.pop(address).close()
            del self._at[address]
            device.listening = False
            for connection in list(self._manager.book.values()):
                if connection.device is device:
                    connection.transport.abort()
            if self._queue.get(address):
                await self.open(self._queue[address].pop(0))

    async def outage(self, device: Device, outage: Outage) -> None:
        """Carry an outage out, to its end."""
        self._absence[device.name] = self._absence.get(device.name, 0) + 1
        await self.close(device)
        await asyncio.sleep(outage.seconds)
        if outage.on_return is not None:
            outage.on_return()
        self._absence[device.name] -= 1
        if not self._absence[device.name]:
            await self.open(device)

    def begin_outage(self, device: Device, outage: Outage, after: float = 0.0) -> None:
        """Start an outage and return."""

        async def later() -> None:
            if after:
                await asyncio.sleep(after)
            try:
                await self.outage(device, outage)
            except OSError:
                LOGGER.exception("%s did not come back at %s", device.name, device.address)

        task = asyncio.get_running_loop().create_task(later())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Close everything."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listener in self._listeners.values():
            listener.close()
        for device in self._at.values():
            device.listening = False
        for connection in list(self._manager.book.values()):
            connection.transport.abort()
        await asyncio.sleep(0)
        await self._manager.shutdown(1)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = self._manager.book.get(request.protocol)
        device = connection.device if connection else None
        if connection is None or device is None or not device.listening:
            return _hang_up(request)
        call = Call(request.method, request.path, request.headers, b"", request.query, connection.number)
        early = device.early_answer(call)
        if early is not None:
            return _answer_early(device, call, early)
        try:
            await _receive(request, device, call)
        except (OSError, ClientError):
            device.requests.append(record(call, writing=device.writes(call)))
            return _hang_up(request)
        fault = device.faults.take(call.method, call.path)
        entry = record(call, writing=device.writes(call))
        entry.fault = fault.kind if fault else None
        if device.recording:
            device.requests.append(entry)
        reply = await self._reply(device, call, fault)
        if reply is None:
            return _hang_up(request)
        entry.status, entry.refused = reply.status, reply.refused
        if fault is not None and fault.kind == faults.CUT:
            if reply.outage is not None:
                self.begin_outage(device, reply.outage, after=MOMENT)
            return await _cut(request, reply)
        response = web.Response(body=reply.body, status=reply.status, content_type=reply.content_type, headers=reply.headers)
        if reply.outage is not None:
            # A client that has hung up meanwhile does not keep the device from what it was told to do.
            with contextlib.suppress(ConnectionError):
                await response.prepare(request)
                await response.write_eof()
            self.begin_outage(device, reply.outage, after=MOMENT + reply.outage.after)
        return response

    async def _reply(self, device: Device, call: Call, fault: faults.Fault | None) -> Reply | None:
        """The reply, or None where the connection closes without one."""
        wait = device.latency + (fault.seconds if fault and fault.kind == faults.DELAY else 0)
        if wait:
            await asyncio.sleep(wait)
        if fault is not None and fault.kind == faults.MEANWHILE and self._alter(device, fault):
            return None
        if fault is not None and not fault.done:
            instead = fault.instead()
            if call.sink is not None and (instead is not None or fault.kind in {faults.DROP_BEFORE, *faults.OUTAGES}):
                call.sink.broken()
            if fault.kind == faults.DROP_BEFORE:
                return None
            if fault.kind in faults.OUTAGES:
                self._go_away(device, fault)
                return None
            if instead is not None:
                return instead
        reply = device.answer(call, fault)
        if reply.outage is not None and (reply.outage.before_reply or (fault and fault.kind == faults.DROP_AFTER)):
            self.begin_outage(device, reply.outage, after=reply.outage.after)
            return None
        return self._spoilt(device, reply, fault) if fault is not None else reply

    def _spoilt(self, device: Device, reply: Reply, fault: faults.Fault) -> Reply | None:
        if fault.kind in {faults.DROP_AFTER, faults.DROP_BEFORE}:
            return None
        if fault.kind in faults.OUTAGES:
            self._go_away(device, fault)
            return None
        instead = fault.instead()
        if instead is not None:
            instead.outage = reply.outage
            return instead
        return faults.spoil(reply, fault)

    def _alter(self, device: Device, fault: faults.Fault) -> bool:
        """Alter the device while a request is under way; whether it goes away because of it."""
        outage = device.merge(fault.details["changes"])
        if outage is not None:
            self.begin_outage(device, outage)
        return outage is not None

    def _go_away(self, device: Device, fault: faults.Fault) -> None:
        on_return = device.restarted if fault.kind == faults.REBOOT else None
        self.begin_outage(device, Outage(fault.seconds, on_return))


def listening_socket(address: str, port: int) -> socket.socket:
    """A socket bound to a loopback address; raises ValueError for any other address."""
    if ipaddress.ip_address(address) not in LOOPBACK:
        raise ValueError(f"simulated devices live on {LOOPBACK}, {address} is not there")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(error.errno, f"{address}:{port} is taken by another process") from error
        raise
    return listener


def addresses(first: str, count: int) -> Iterator[str]:
    """`count` addresses from `first` on, leaving out those that end in 0 or 255."""
    number = int(ipaddress.ip_address(first))
    while count:
        if number % 256 not in {0, 255}:
            yield str(ipaddress.ip_address(number))
            count -= 1
        number += 1


def raise_file_limit(wanted: int) -> None:
    """Allow that many open files, or as many as this process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    except (ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _hang_up(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)  # goes nowhere: the connection is gone


async def _receive(request: web.BaseRequest, device: Device, call: Call) -> None:
    """Read the body, into memory or the device's sink; raises OSError or ClientError when the connection ends before it is complete."""
    call.sink = device.sink(call)
    if call.sink is None:
        call.body = await request.content.read() if request.can_read_body else b""
        return
    try:
        async for piece in request.content.iter_any():
            call.sink.take(piece)
    except BaseException:
        call.sink.broken()
        raise


def _answer_early(device: Device, call: Call, reply: Reply) -> web.StreamResponse:
    entry = record(call, writing=device.writes(call))
    entry.status, entry.refused = reply.status, reply.refused
    device.requests.append(entry)
    response = web.Response(body=reply.body, status=reply.status, content_type=reply.content_type, headers=reply.headers)
    response.force_close()
    return response


async def _cut(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_type = reply.content_type
    response.content_length = len(reply.body) + 100
    await response.prepare(request)
    await response.write(reply.body)
    if request.transport is not None:
        request.transport.close()
    return response
