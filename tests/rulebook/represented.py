# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated devices that the bridge represents: of each system its inventory, its firmware, and what was done to it."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from ..simulators import ifw
from ..simulators.fleet import Fleet
from ..simulators.msk import MskSimulator
from ..simulators.npm import PASSWORD, USERNAME, NpmSimulator, image_bytes
from ..simulators.springcard import SpringcardSimulator, image
from ..simulators.xyte import XyteDevice


class Represented(abc.ABC):
    """One device of a simulator, and its account in the cloud. `more`: variables of its host, for one test."""

    system: ClassVar[str]
    prefix: ClassVar[str]
    new: ClassVar[str]

    def __init__(self, simulator: Any, number: int, account: XyteDevice) -> None:
        self.simulator = simulator
        self.device = list(simulator.devices.values())[number]
        self.host = f"{self.prefix}-{number + 1:02}"
        self.account = account
        self.more: dict[str, Any] = {}

    @staticmethod
    @abc.abstractmethod
    def simulate(count: int) -> Fleet[Any]:
        """A simulator of so many devices."""

    @staticmethod
    @abc.abstractmethod
    def shared(simulator: Any) -> dict[str, Any]:
        """Variables of the group."""

    @abc.abstractmethod
    def firmware(self, build: str) -> bytes:
        """A file with that version of the firmware."""

    @property
    @abc.abstractmethod
    def version(self) -> str:
        """What the device runs, as the cloud is told it."""

    @property
    @abc.abstractmethod
    def flashes(self) -> int:
        """How often an update of it was begun in earnest."""

    def own(self) -> dict[str, Any]:
        """Variables of its host."""
        return {"ansible_host": self.device.address}

    def variables(self) -> dict[str, Any]:
        """All variables of its host."""
        return {**self.own(), "xyte_device_id": self.account.id, "xyte_access_key": self.account.access_key, **self.more}


class RepresentedSensor(Represented):
    system, prefix, new = "msk", "gate", "1.210"

    @staticmethod
    def simulate(count: int) -> Fleet[Any]:
        return MskSimulator(count, first_address="127.61.0.1", reboot_seconds=0.3)

    @staticmethod
    def shared(simulator: Any) -> dict[str, Any]:
        return {
            "msk_rollout_port": simulator.port,
            "msk_rollout_ca_path": str(simulator.ca_path),
            "msk_rollout_password": simulator.sensor.password,
            "msk_rollout_position_tolerance": -1,
            "msk_rollout_health_timeout": 0,
        }

    def firmware(self, build: str) -> bytes:
        return ifw.firmware(ifw.SENSOR, build).describe(df=5).build()  # of the sensor's own family

    @property
    def version(self) -> str:
        return str(self.device.versions[ifw.SENSOR][0])

    @property
    def flashes(self) -> int:
        """Updates that were brought to their end; an abandoned one (force) is none."""
        ends = [request for request in self.device.writing_requests() if request.path == "/stopProcessUpdate" and not request.refused]
        return sum(1 for request in ends if not (request.body or {}).get("force"))


class RepresentedAppliance(Represented):
    system, prefix, new = "npm", "probe", "11.6.0 #23947"

    @staticmethod
    def simulate(count: int) -> Fleet[Any]:
        return NpmSimulator(count, first_address="127.62.0.1")

    @staticmethod
    def shared(simulator: Any) -> dict[str, Any]:
        return {
            "npm_rollout_port": simulator.port,
            "npm_rollout_ca_path": str(simulator.ca_path),
            "npm_rollout_username": USERNAME,
            "npm_rollout_password": PASSWORD,
            "npm_rollout_reach_timeout": 1,
        }

    def firmware(self, build: str) -> bytes:
        return image_bytes(build)

    @property
    def version(self) -> str:
        return str(self.device.update.version)

    @property
    def flashes(self) -> int:
        return sum(1 for request in self.device.writing_requests() if request.path.endswith("/update/start") and not request.refused)


class RepresentedReader(Represented):
    """A PC with two readers, the first of which is the one that the inventory names."""

    system, prefix, new = "springcard", "desk", "1.24"

    @staticmethod
    def simulate(count: int) -> Fleet[Any]:
        return SpringcardSimulator(count, 2, first_address="127.63.0.1")

    @staticmethod
    def shared(simulator: Any) -> dict[str, Any]:
        return {
            "ansible_connection": "local",
            "springcard_rollout_port": simulator.port,
            "springcard_rollout_websocket_port": simulator.websocket_port,
            "springcard_rollout_wait_timeout": 20,
        }

    def own(self) -> dict[str, Any]:
        return {"springcard_rollout_host": self.device.address, "springcard_rollout_devices": [self.device.readers[0].serial]}

    def firmware(self, build: str) -> bytes:
        return image(f"{build}-150-g0123abcd")

    @property
    def version(self) -> str:
        return str(self.device.readers[0].firmware["Version"])

    @property
    def flashes(self) -> int:
        """Loads of any reader of the PC."""
        return sum(1 for request in self.device.writing_requests() if not request.refused)


SYSTEMS: dict[str, type[Represented]] = {row.system: row for row in (RepresentedSensor, RepresentedAppliance, RepresentedReader)}
