# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated SpringCard Companion services with card readers: `SpringcardSimulator`, `python -m tests.simulators.springcard`.

Each service has a REST API and a WebSocket on another port. load-firmware follows the vendor's page "Load a new firmware into
a device": `File` or `Blob`, an answer at once, each of the ten messages of 422, progress by `Device.LoadFirmwareProgress`.

    with SpringcardSimulator(1, 3) as simulator:            # in a test
        service = simulator.service
        service.readers[0].outcome = "failed"
        service.events.mode = "silent"
        ...                                                 # http://{address}:{port}, ws://{address}:{websocket_port}
        assert not service.violations

The document does not say, and here it is so:

- SUCCESS is `{"Result": "success"}`, an error `{"Result": "error", "Message": ...}`. There is no login.
- The checks come in the order of the table of messages. A file is found, readable and an image before the device is looked at.
- What is under an http(s) URL is what `remote` says, by URL: an image, or the status 401, 403, 404 or any other; nothing is fetched.
- An image is what `springcard_reader.image` makes. `"denied"` as outcome is the message "Failed".
- While an image is loaded, the reader stays in /devices and every other request to it is answered with 409.
- Then it is gone for a while (410), and is back with its old or a new DeviceId (`new_id`). `outcome`: "failed" leaves it with Status
  "error" under another id, "old" reports success and keeps the old firmware, "gone" reports success and does not return.
- `starting` services answer 503 to everything. GET /service exists unless `has_service` is false.
- A body of another media type than JSON, an unknown member of a body, or an Accept header without JSON is a violation.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import json
import os
import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .device import Device
from .exchange import Call, Outage, Reply
from .faults import Fault
from .fleet import Fleet
from .lifetime import wait_for_the_end, write_ready_file
from .serving import addresses
from .springcard_events import Events, EventServer
from .springcard_reader import Reader, describe, image

__all__ = ["Reader", "Service", "SpringcardSimulator", "image"]

FIRST_ADDRESS = "127.24.0.1"
REMOTE_REFUSALS = {401: "Access denied", 403: "Access denied", 404: "File not found"}


class Refused(Exception):
    """The service does not do it. A `violation` is something that the document forbids a client to do."""

    def __init__(self, message: str, status: int = 422, *, violation: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.violation = violation


class Service(Device):
    """One service. `number` counts from 1; `readers` are the ones that it has ever had."""

    def __init__(self, number: int, address: str, readers: int) -> None:
        super().__init__(f"service-{number:02}")
        self.number = number
        self._address = address
        self.readers = [Reader(number * 1000 + count) for count in range(1, readers + 1)]
        self.events = Events()
        self.remote: dict[str, bytes | int] = {}
        self.starting = False
        self.has_service = True
        self.service_reply: Reply | None = None  # to GET /service, instead of its object
        self.twice = ""  # what each reader stands in /devices with before its own row: "" (nothing), or a row of that Status
        self.wrapped = False  # an object with the list of /devices in it, which the vendor's page does not have
        self.has_firmware_info = True
        self.load_reply: tuple[int, Any] = (200, {"Result": "success"})  # None as body: empty
        self.websocket_port = 0
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return self._address

    @property
    def host_name(self) -> str:
        return f"{self.name}.local"

    def writes(self, call: Call) -> bool:
        return call.method != "GET" and call.path != "/utilities/firmware-info"

    def restarted(self) -> None:
        """A load that was under way goes on in the reader."""

    def factory_new(self) -> Outage | None:
        self.readers = [Reader(reader.number) for reader in self.readers]
        return None

    def state(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "address": self.address,
            "starting": self.starting,
            "websocket": self.events.mode,
            "websocket_connections": self.events.connections,
            "readers": [reader.state() for reader in self.readers],
        }

    def merge(self, changes: dict[str, Any]) -> Outage | None:
        """`{"readers": {"<serial>": {...}}, "remote": {"<url>": <status> or "<base64>"}, "websocket": mode, "starting": bool}`."""
        for name, value in changes.items():
            if name == "readers":
                for serial, alterations in value.items():
                    next(reader for reader in self.readers if reader.serial == serial).alter(alterations)
            elif name == "remote":
                decoded = {url: what if isinstance(what, int) else base64.b64decode(what, validate=True) for url, what in value.items()}
                self.remote.update(decoded)
            elif name == "websocket" and value in Events.MODES:
                self.events.mode = value
            elif name in {"starting", "has_service", "has_firmware_info"}:
                setattr(self, name, bool(value))
            else:
                raise ValueError(f"{name}: no such thing, or not {value!r}")
        return None

    def answer(self, call: Call, fault: Fault | None = None) -> Reply:
        """Carry out one request."""
        try:
            if fault is not None and fault.kind == "error_code":
                raise Refused(str(fault.details.get("desc", "The device says no")), int(fault.details.get("code", 499)))
            if self.starting:
                raise Refused("Service starting", 503)
            return self._route(call)(call)
        except Refused as refusal:
            if refusal.violation:
                self.violations.append(f"{call.method} {call.path}: {refusal.message}")
            return Reply({"Result": "error", "Message": refusal.message}, refusal.status, refused=refusal.message)

    def _route(self, call: Call) -> Callable[[Call], Reply]:
        for method, pattern, work in ROUTES:
            found = re.fullmatch(pattern, call.path)
            if found is None:
                continue
            if call.method != method:
                raise Refused("Method not allowed", 405, violation=True)
            accept = call.headers.get("Accept", "*/*")
            if not any(kind in accept for kind in ("*/*", "application/*", "application/json")):
                raise Refused("Not acceptable", 406, violation=True)
            return lambda some: work(self, some, *(urllib.parse.unquote(part) for part in found.groups()))
        raise Refused("Unknown route", 404, violation=True)

    def _reader(self, device_id: str, *, busy: bool = True) -> Reader:
        for reader in self.readers:
            if reader.present and reader.device_id == device_id:
                if busy and (reader.loading or reader.locked):
                    raise Refused("Device is locked by another request", 409)
                return reader
        raise Refused("Unknown device", 410)

    def get_service(self, _call: Call) -> Reply:
        if not self.has_service:
            raise Refused("Unknown route", 404)
        if self.service_reply is not None:
            return self.service_reply
        return Reply(
            {
                "Name": "SpringCard Companion Service",
                "Version": "23.4.19.2346",
                "UniqueId": f"00000000-0000-4000-8000-{self.number:012}",
                "API": "1.0",
                "Platform": "linux",
                "Mode": "service",
                "Install": "system",
                "Timeout": 10,
                "WebSocketPort": self.websocket_port,
            }
        )

    def get_devices(self, _call: Call) -> Reply:
        rows: list[dict[str, Any]] = []
        for reader in self.readers:
            if reader.present:
                rows += [*([{**reader.device(), "Status": self.twice, "Binding": "bound"}] if self.twice else []), reader.device()]
        return Reply({"Devices": rows} if self.wrapped else rows)

    def get_device(self, _call: Call, device_id: str) -> Reply:
        return Reply(self._reader(device_id, busy=False).device())

    def get_firmware_info(self, _call: Call, device_id: str) -> Reply:
        if not self.has_firmware_info:
            raise Refused("Unknown route", 404)
        reader = self._reader(device_id)
        if reader.status != "ok" or reader.mute:
            raise Refused("Device is not ready", 499)
        return Reply(reader.firmware)

    def inspect(self, call: Call) -> Reply:
        """POST /utilities/firmware-info: BuildDate where the device's own says Date."""
        body = _body_of(call, {"File"})
        if "File" not in body:
            raise Refused("Invalid arguments", violation=True)
        about = describe(self._fetch(body["File"]))
        if about is None:
            raise Refused("Unsupported content")
        about["BuildDate"] = about.pop("Date")
        return Reply(about)

    def load(self, call: Call, device_id: str) -> Reply:
        """POST /device/{id}/load-firmware."""
        body = _body_of(call, {"File", "Blob"})
        reader = self._reader(device_id)
        if ("File" in body) == ("Blob" in body):
            raise Refused("Invalid arguments", violation=True)
        data = self._fetch(body["File"]) if "File" in body else _decoded(body["Blob"])
        about = describe(data)
        if about is None:
            raise Refused("Unsupported content")
        if not reader.loadable:
            raise Refused("Not available")
        if reader.outcome == "denied":
            raise Refused("Failed")
        reader.loading = True
        task = asyncio.get_running_loop().create_task(self._flash(reader, about))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        status, answer = self.load_reply
        return Reply(answer, status=status, raw=b"" if answer is None else None)

    def _fetch(self, location: str) -> bytes:
        scheme, _colon, rest = location.partition("://")
        if scheme not in {"file", "http", "https"}:
            raise Refused("Scheme not supported", violation=True)
        if scheme == "file":
            try:
                return Path(rest).read_bytes()
            except FileNotFoundError:
                raise Refused("File not found") from None
            except PermissionError:
                raise Refused("Access denied") from None
            except OSError:
                raise Refused("Read failed") from None
        found = self.remote.get(location, 0)
        if isinstance(found, bytes):
            return found
        raise Refused(REMOTE_REFUSALS.get(found, "Download failed"))

    async def _flash(self, reader: Reader, about: dict[str, str]) -> None:
        device_id, outcome = reader.device_id, reader.outcome
        for step in range(reader.steps):
            await self._progress(device_id, "pending", step * 100 // max(1, reader.steps))
            await asyncio.sleep(reader.seconds / max(1, reader.steps))
        status = outcome if outcome in {"failed", "cancelled"} else "success"
        await self._progress(device_id, status, 100 if status == "success" else 50)
        reader.loading, reader.present = False, False
        await self._list_changed()
        if outcome == "gone":
            return
        await asyncio.sleep(reader.restart_seconds)
        if outcome == "success":
            reader.firmware = about
            reader.loads += 1
        if outcome == "failed":
            reader.status = "error"
        if reader.new_id or outcome == "failed":
            reader.generation += 1
        reader.present = True
        await self._list_changed()

    async def _progress(self, device_id: str, status: str, progress: int) -> None:
        await self.events.send("Device.LoadFirmwareProgress", {"DeviceId": device_id, "Status": status, "Progress": progress})

    async def _list_changed(self) -> None:
        present = [reader.device_id for reader in self.readers if reader.present]
        await self.events.send("Devices.ListChange", {"DeviceIds": present})


ROUTES: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("GET", "/service", Service.get_service),
    ("GET", "/devices", Service.get_devices),
    ("GET", "/device/([^/]+)", Service.get_device),
    ("GET", "/device/([^/]+)/firmware-info", Service.get_firmware_info),
    ("POST", "/device/([^/]+)/load-firmware", Service.load),
    ("POST", "/utilities/firmware-info", Service.inspect),
)


def _body_of(call: Call, members: set[str]) -> dict[str, Any]:
    if call.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        raise Refused("Malformed request", 400, violation=True)
    try:
        body = call.json
    except ValueError:
        raise Refused("Malformed request", 400, violation=True) from None
    if not isinstance(body, dict) or set(body) - members or not all(isinstance(value, str) for value in body.values()):
        raise Refused("Malformed request", 400, violation=True)
    return body


def _decoded(blob: str) -> bytes:
    try:
        return base64.b64decode(blob, validate=True)
    except binascii.Error:
        raise Refused("Invalid base64 string", violation=True) from None


class SpringcardSimulator(Fleet[Service]):
    """Some services on loopback addresses, each with some readers."""

    def __init__(
        self,
        services: int = 1,
        readers: int = 2,
        *,
        first_address: str = FIRST_ADDRESS,
        port: int = 0,
        websocket_port: int = 0,
        control_port: int = 0,
    ) -> None:
        made = [Service(number, address, readers) for number, address in enumerate(addresses(first_address, services), 1)]
        super().__init__(made, port=port, control_port=control_port, tls=False)
        self.websocket_port = websocket_port

    @property
    def services(self) -> list[Service]:
        """All services, by number."""
        return list(self.devices.values())

    @property
    def service(self) -> Service:
        """The first service."""
        return self.services[0]

    def ready(self) -> dict[str, Any]:
        """What the ready file says."""
        return {
            "port": self.port,
            "websocket_port": self.websocket_port,
            "control_url": self.control_url,
            "pid": os.getpid(),
            "devices": [
                {
                    "name": service.name,
                    "address": service.address,
                    "readers": [{"serial": reader.serial, "device_id": reader.device_id} for reader in service.readers],
                }
                for service in self.services
            ],
        }

    async def _open(self) -> None:
        await super()._open()
        self._events = EventServer(self.websocket_port)
        await self._events.start(list(self.services))
        self.websocket_port = self._events.port
        for service in self.services:
            service.websocket_port = self.websocket_port

    async def _close(self) -> None:
        tasks = [task for service in self.services for task in service.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if hasattr(self, "_events"):
            await self._events.stop()
        await super()._close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.springcard", description="Simulated SpringCard Companion services.")
    parser.add_argument("--services", type=int, default=1, metavar="N")
    parser.add_argument("--readers", type=int, default=2, metavar="N", help="of each service")
    parser.add_argument("--first-address", default=FIRST_ADDRESS, metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0, help="REST port of every service; 0: a free one")
    parser.add_argument("--websocket-port", type=int, default=0, metavar="PORT")
    parser.add_argument("--control-port", type=int, default=0, metavar="PORT")
    parser.add_argument("--seconds", type=float, default=0.2, help="that loading takes")
    parser.add_argument("--image", metavar="PATH", help="write a firmware image for these readers there")
    parser.add_argument("--image-revision", default="1.24-150-g0123abcd", metavar="REVISION")
    parser.add_argument("--ready-file", metavar="PATH", help="written when they listen")
    parser.add_argument("--exit-with", type=int, metavar="PID", help="end when that process ends")
    return parser.parse_args()


def main() -> None:
    """Run services until told to stop."""
    options = _options()
    simulator = SpringcardSimulator(
        options.services,
        options.readers,
        first_address=options.first_address,
        port=options.port,
        websocket_port=options.websocket_port,
        control_port=options.control_port,
    )
    if options.image:
        Path(options.image).write_bytes(image(options.image_revision))
    for service in simulator.services:
        for reader in service.readers:
            reader.seconds = options.seconds
    with simulator:
        print(json.dumps(simulator.ready(), indent=2), f"Stop with Ctrl-C or: kill {os.getpid()}", sep="\n", flush=True)
        if options.ready_file:
            write_ready_file(options.ready_file, simulator.ready())
        print(f"Ended: {wait_for_the_end(options.exit_with)}", flush=True)


if __name__ == "__main__":
    main()
