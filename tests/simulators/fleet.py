# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of simulated devices, started and stopped as one: sockets, certificates and the control API."""

from __future__ import annotations

import asyncio
import ipaddress
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeVar

from .control import Control
from .device import Device
from .exchange import Outage
from .serving import DeviceServer, LoopThread, raise_file_limit
from .tls import CERTIFICATES, Authority

D = TypeVar("D", bound=Device)
Self = TypeVar("Self", bound="Fleet")  # type: ignore[type-arg]
PORT_TRIES = 5
BLOCK = 254  # devices that share a certificate


class Fleet(Generic[D]):
    """Devices of one kind. A context manager: they listen inside the block.

    After `start`, `port` is the port of every device, `ca_path` the authority a client has to trust (None without
    TLS), `control_url` the control API.
    """

    def __init__(self, devices: Sequence[D], *, port: int = 0, control_port: int = 0, tls: bool = True, certificate: str = "good") -> None:
        if certificate not in CERTIFICATES:
            raise ValueError(f"certificate: one of {', '.join(sorted(CERTIFICATES))}")
        self.devices: dict[str, D] = {device.name: device for device in devices}
        self.port = port
        self.control_url = ""
        self.ca_path: str | None = None
        self._control_port = control_port
        self._tls = tls
        self._authority: Authority | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._thread: LoopThread | None = None
        self._names = _names_by_block(devices)
        for device in devices:
            device.certificate = certificate

    def start(self) -> None:
        """Listen for every device; returns when all of them answer."""
        raise_file_limit(3 * len(self.devices) + 1000)
        if self._tls:
            self._folder = tempfile.TemporaryDirectory(prefix="simulated-devices-")
            folder = Path(self._folder.name)
            self._authority = Authority(folder, f"Throw-away authority {folder.name}")
            self.ca_path = str(self._authority.ca_path)
        self._thread = LoopThread()
        try:
            self._thread.run(self._open())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close every socket and remove the certificates. Harmless when it is not running."""
        if self._thread is not None:
            self._thread.run(self._close())
            self._thread.stop()
            self._thread = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self: Self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def url(self, device: D) -> str:
        """The base URL of a device, where it is now."""
        return f"{'https' if self._tls else 'http'}://{device.address}:{self.port}"

    def fingerprint(self, device: D) -> str:
        """SHA-256 of the certificate that a device shows, lower-case hexadecimal."""
        if self._authority is None:
            raise ValueError("there is no TLS here")
        return self._authority.identity(device.address, device.certificate, self._host_names(device.address)).fingerprint

    def show_certificate(self, device: D, kind: str) -> None:
        """Give one device another certificate (see `tls`); its connections are cut."""
        if kind not in CERTIFICATES:
            raise ValueError(f"certificate: one of {', '.join(sorted(CERTIFICATES))}")
        device.certificate = kind
        self.outage(device, Outage(0))

    def reboot(self, device: D, seconds: float = 0.3, *, wait: bool = True) -> None:
        """Restart a device: unreachable for that long, sessions lost."""
        self.outage(device, Outage(seconds, device.restarted), wait=wait)

    def merge(self, device: D, changes: dict[str, object]) -> None:
        """Alter a device by hand, as the control API's PATCH does; a move is over when this returns."""
        outage = device.merge(changes)
        if outage is not None:
            self.outage(device, outage)

    def outage(self, device: D, outage: Outage, *, wait: bool = True) -> None:
        """Carry an outage out; with `wait` to its end."""
        thread, server = self._running()
        if wait:
            thread.run(server.outage(device, outage))
        else:
            thread.loop.call_soon_threadsafe(server.begin_outage, device, outage)

    def _running(self) -> tuple[LoopThread, DeviceServer]:
        if self._thread is None:
            raise RuntimeError("the simulator is not running")
        return self._thread, self._server

    def _host_names(self, address: str) -> Iterable[str]:
        return self._names.get(_block(address), ()) if len(self.devices) > BLOCK else [device.host_name for device in self.devices.values()]

    async def carry_out(self, device: Device, outage: Outage) -> None:
        """Carry an outage out, in the event loop."""
        await self._server.outage(device, outage)

    async def _open(self) -> None:
        self._control = Control(self.devices, self.carry_out)
        for tries_left in reversed(range(PORT_TRIES)):
            self._server = DeviceServer(self._authority, self.port, self._host_names)
            try:
                await self._listen()
                break
            except OSError:  # a port that is free at the first address need not be so at all
                await self._server.stop()
                if self.port or not tries_left:
                    raise
        self.port = self._server.port
        await self._control.start(self._control_port)
        self.control_url = self._control.url

    async def _listen(self) -> None:
        for number, device in enumerate(self.devices.values()):
            await self._server.open(device)
            if number % 100 == 0:
                await asyncio.sleep(0)

    async def _close(self) -> None:
        await self._server.stop()
        await self._control.stop()


def _block(address: str) -> str:
    return str(ipaddress.ip_network(f"{address}/24", strict=False))


def _names_by_block(devices: Iterable[Device]) -> dict[str, list[str]]:
    names = defaultdict(list)
    for device in devices:
        names[_block(device.address)].append(device.host_name)
    return dict(names)
