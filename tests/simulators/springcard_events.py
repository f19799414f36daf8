# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WebSocket side of the simulated SpringCard Companion: every event goes to every client, and clients say nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from .serving import listening_socket


class Service(Protocol):
    """What the event server needs to know of a service."""

    events: Events
    violations: list[str]

    @property
    def address(self) -> str: ...


class Events:
    """The clients of one service. `mode`: on, silent (says nothing), off (refuses), dies (closes at the first progress)."""

    MODES = ("on", "silent", "off", "dies")

    def __init__(self) -> None:
        self.mode = "on"
        self.noise = True  # unknown events, events of other devices, and text that is no event, between the others
        self.clients: set[web.WebSocketResponse] = set()
        self.connections = 0
        self.sent: list[dict[str, Any]] = []

    async def send(self, name: str, params: dict[str, Any]) -> None:
        """Broadcast one event."""
        event = {"jsonrpc": "2.0", "event": name, "params": params}
        if self.mode == "dies" and name == "Device.LoadFirmwareProgress":
            await self.drop()
            return
        if self.mode != "on":
            return
        self.sent.append(event)
        if self.noise:
            await self._broadcast(json.dumps({"jsonrpc": "2.0", "event": "Device.Unheard", "params": {"DeviceId": params.get("DeviceId")}}))
            await self._broadcast("not an event")
        await self._broadcast(json.dumps(event))

    async def drop(self) -> None:
        """Cut every client off."""
        clients, self.clients = list(self.clients), set()
        for client in clients:
            await client.close()

    async def _broadcast(self, text: str) -> None:
        for client in list(self.clients):
            try:
                await client.send_str(text)
            except (ConnectionError, RuntimeError):
                self.clients.discard(client)


class EventServer:
    """Listens for WebSocket clients at the addresses of some services, all on one port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._runners: list[web.AppRunner] = []

    async def start(self, services: list[Service]) -> None:
        """Listen for all of them."""
        for service in services:
            listener = listening_socket(service.address, self.port)
            self.port = listener.getsockname()[1]
            application = web.Application()
            application.router.add_get("/{path:.*}", _handler(service))
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
            self._runners.append(runner)
            await runner.setup()
            await web.SockSite(runner, listener).start()

    async def stop(self) -> None:
        """Cut everybody off and stop listening."""
        for runner in self._runners:
            await runner.cleanup()


def _handler(service: Service) -> Any:
    async def serve(request: web.Request) -> web.StreamResponse:
        if service.events.mode == "off":
            raise web.HTTPServiceUnavailable
        client = web.WebSocketResponse()
        await client.prepare(request)
        service.events.connections += 1
        service.events.clients.add(client)
        try:
            async for message in client:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    service.violations.append("a client spoke on the WebSocket")
        except asyncio.CancelledError:
            await client.close()
        finally:
            service.events.clients.discard(client)
        return client

    return serve
