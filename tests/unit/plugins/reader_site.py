# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated service and readers that a test works with, and the module arguments that reach them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators.springcard import Reader, Service, SpringcardSimulator, image
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run

OLD = "1.22-138-g56e5ed58"
NEW = "1.24-150-g0123abcd"


class ReaderSite:
    """One service with readers that run `OLD`."""

    def __init__(self, simulator: SpringcardSimulator, service: Service, folder: Path) -> None:
        self.simulator = simulator
        self.service = service
        self.folder = folder
        for reader in service.readers:
            reader.seconds, reader.restart_seconds = 0.03, 0.08

    @property
    def reader(self) -> Reader:
        """The first reader."""
        return self.service.readers[0]

    def file(self, revision: str = NEW, **details: Any) -> str:
        """A firmware file; its path."""
        path = self.folder / f"{revision}.bin"
        path.write_bytes(image(revision, **details))
        return str(path)

    def connection(self, **more: Any) -> dict[str, Any]:
        """A module's arguments for this service."""
        return {
            "host": self.service.address,
            "port": self.simulator.port,
            "websocket_port": self.simulator.websocket_port,
            "connect_timeout": 5,
            "timeout": 5,
            "retries": 1,
            **more,
        }

    def load(self, *, check: bool = False, diff: bool = False, **options: Any) -> Outcome:
        """Run springcard_firmware, by default with the first reader and a new firmware file."""
        options = {"device": self.reader.serial, "wait_timeout": 10, **options}
        if "url" not in options and "src" not in options:
            options["src"] = self.file()
        return run("springcard_firmware", self.connection(**options), check=check, diff=diff)

    def settle(self) -> None:
        """Wait until no load is under way."""
        deadline = time.monotonic() + 10
        while self.service.tasks or not self.service.listening:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    @property
    def writes(self) -> list[str]:
        """What became of each writing request: the status, or None for a connection that was closed."""
        return [str(request.status) for request in self.service.writing_requests()]
