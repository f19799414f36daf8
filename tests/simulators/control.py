# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: what a playbook uses to look into simulated devices and to make them fail.

Plain HTTP with JSON on 127.0.0.1:

- `GET /devices`: the names and addresses;
- `GET /devices/{name}`: the state; `PATCH` merges into it ("somebody altered the device by hand");
- `GET /devices/{name}/requests[?writing=true]`: what was asked of it, oldest first; `DELETE` empties the record;
- `GET /devices/{name}/faults`, `POST` `{"kind": ..., "path", "method", "nth", "times", ...}` orders one, `DELETE` forgets all;
- `POST /devices/{name}/factory-new`, `POST /devices/{name}/reboot` `{"seconds": 0.5}`.

A wrong request is answered with 400 and `{"error": ...}`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from .device import Device
from .exchange import Outage

CarryOut = Callable[[Device, Outage], Awaitable[None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """The HTTP API over some devices. `carry_out` performs an outage, to its end."""

    def __init__(self, devices: Mapping[str, Device], carry_out: CarryOut) -> None:
        self._devices = devices
        self._carry_out = carry_out
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one. Sets `url`."""
        application = web.Application(middlewares=[_errors_as_json], client_max_size=64 * 2**20)
        one = "/devices/{name}"
        application.add_routes(
            [
                web.get("/devices", self._list),
                web.get(one, self._show),
                web.patch(one, self._merge),
                web.get(f"{one}/requests", self._requests),
                web.delete(f"{one}/requests", self._forget_requests),
                web.get(f"{one}/faults", self._faults),
                web.post(f"{one}/faults", self._order_fault),
                web.delete(f"{one}/faults", self._forget_faults),
                web.post(f"{one}/factory-new", self._factory_new),
                web.post(f"{one}/reboot", self._reboot),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _device(self, request: web.Request) -> Device:
        name = request.match_info["name"]
        if name not in self._devices:
            raise web.HTTPNotFound(text=json.dumps({"error": f"no device {name!r}"}), content_type="application/json")
        return self._devices[name]

    async def _list(self, _request: web.Request) -> web.Response:
        rows = [
            {"name": device.name, "address": device.address, "host_name": device.host_name, "listening": device.listening}
            for device in self._devices.values()
        ]
        return web.json_response({"devices": rows})

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self._device(request).state())

    async def _merge(self, request: web.Request) -> web.Response:
        device = self._device(request)
        await self._perform(device, device.merge(await _object(request)))
        return web.json_response(device.state())

    async def _requests(self, request: web.Request) -> web.Response:
        device = self._device(request)
        writing = request.query.get("writing", "").lower() in {"1", "true", "yes"}
        rows = device.writing_requests() if writing else device.requests
        return web.json_response({"requests": [row.as_json() for row in rows], "violations": device.violations})

    async def _forget_requests(self, request: web.Request) -> web.Response:
        self._device(request).forget_requests()
        return web.json_response({})

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": self._device(request).faults.as_json()})

    async def _order_fault(self, request: web.Request) -> web.Response:
        device = self._device(request)
        order = await _object(request)
        fault = device.fail(order.pop("kind", None), **order)
        return web.json_response(fault.as_json(), status=201)

    async def _forget_faults(self, request: web.Request) -> web.Response:
        self._device(request).faults.clear()
        return web.json_response({})

    async def _factory_new(self, request: web.Request) -> web.Response:
        device = self._device(request)
        await self._perform(device, device.factory_new())
        return web.json_response(device.state())

    async def _reboot(self, request: web.Request) -> web.Response:
        device = self._device(request)
        seconds = float((await _object(request)).get("seconds", 0.5))
        await self._perform(device, Outage(seconds, device.restarted))
        return web.json_response(device.state())

    async def _perform(self, device: Device, outage: Outage | None) -> None:
        if outage is not None:
            await self._carry_out(device, outage)


async def _object(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    value = json.loads(body) if body else {}
    if not isinstance(value, dict):
        raise ValueError("the body has to be a JSON object")
    return value


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (ValueError, TypeError, KeyError) as error:
        return web.json_response({"error": str(error)}, status=400)
