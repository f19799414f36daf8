# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated appliances that a test works with, and the module arguments that reach them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators.npm import Appliance, NpmSimulator, image_bytes
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run

OLD = "11.5.0 #20100"  # what every appliance runs
NEW = "11.6.0 #23947"
API = "/api/npm.system_update/2.0"
SWIFT: dict[str, Any] = {  # a whole update in a few hundredths of a second
    "validating_seconds": 0.01,
    "fetch_seconds": 0.01,
    "init_seconds": 0.01,
    "run_seconds": 0.01,
    "reboot_seconds": 0.02,
    "start_up": ((502, 0.01), (503, 0.01), (401, 0.01)),
    "finish_seconds": 0.01,
}


class Rack:
    """Gives out appliances that nobody has used yet."""

    def __init__(self, fleet: NpmSimulator, untouched: Iterator[Appliance]) -> None:
        self.fleet = fleet
        self._untouched = untouched

    def appliance(self, **switches: Any) -> Appliance:
        """An idle appliance without images, running :data:`OLD`."""
        appliance = next(self._untouched)
        appliance.switches.set(**switches)
        return appliance

    def with_image(self, version: str = NEW, **switches: Any) -> Appliance:
        """One that has a valid image of ``version``."""
        appliance = self.appliance(**switches)
        appliance.add_image(version=version, checksum=hashlib.sha256(image_bytes(version)).hexdigest())
        return appliance

    def connection(self, appliance: Appliance, **more: Any) -> dict[str, Any]:
        """A module's arguments for one appliance."""
        return {
            "host": appliance.address,
            "port": self.fleet.port,
            "username": appliance.credentials.username,
            "password": appliance.credentials.password,
            "ca_path": self.fleet.ca_path,
            "connect_timeout": 5,
            "timeout": 5,
            "retries": 1,
            **more,
        }

    def update(self, appliance: Appliance, version: str | None = NEW, *, check: bool = False, diff: bool = True, **more: Any) -> Outcome:
        """Run npm_update."""
        arguments = self.connection(appliance, **{"version": version, "wait_timeout": 20, "reach_timeout": 5, **more})
        return run("npm_update", arguments, check=check, diff=diff)

    def image(self, appliance: Appliance, *, check: bool = False, diff: bool = True, **more: Any) -> Outcome:
        """Run npm_update_image."""
        return run("npm_update_image", self.connection(appliance, **{"wait_timeout": 20, **more}), check=check, diff=diff)


def after_first_look(owner: Any, method: str, then: Callable[[], None]) -> None:
    """Let something happen right after the appliance was asked for the first time, however slow the machine is."""
    real = getattr(owner, method)

    def first() -> Any:
        answer = real()
        setattr(owner, method, real)
        then()
        return answer

    setattr(owner, method, first)


def image_file(folder: Path, version: str = NEW, size: int = 4096) -> Path:
    """A file that the simulator takes for an image of ``version``."""
    path = folder / "appresponse.iso"
    path.write_bytes(image_bytes(version, size))
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def writes(appliance: Appliance) -> list[str]:
    """The requests that were to change it, each as verb and the last part of its path."""
    return [f"{request.method} {request.path.removeprefix(API).strip('/')}" for request in appliance.writing_requests()]
