# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated sensors that a test works with, and the module arguments that reach them."""

from __future__ import annotations

from typing import Any

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor

FLEET = 400  # sensors; a fleet costs next to nothing, and an untouched sensor spares tests from tidying up
LARGEST_NEED = 50


class Site:
    """Gives out sensors that nobody has used yet."""

    def __init__(self, fleet: MskSimulator, untouched: list[Sensor]) -> None:
        self.fleet = fleet
        self._untouched = untouched

    def sensor(self) -> Sensor:
        """A commissioned sensor with factory settings."""
        return self._untouched.pop(0)

    def new_sensor(self) -> Sensor:
        """A sensor as it leaves the factory."""
        sensor = self.sensor()
        sensor.factory_new()
        return sensor

    def connection(self, sensor: Sensor, **more: Any) -> dict[str, Any]:
        """A module's arguments for one sensor; those that are None are left out."""
        arguments = {
            "host": sensor.address,
            "port": self.fleet.port,
            "password": sensor.password,
            "ca_path": self.fleet.ca_path,
            "connect_timeout": 5,
            "timeout": 5,
            "retries": 1,
            **more,
        }
        return {name: value for name, value in arguments.items() if value is not None}

    def elsewhere(self, sensor: Sensor) -> str:
        """An address that is this sensor's alone, for it to move to."""
        return f"127.31.{sensor.number // 250}.{sensor.number % 250 + 1}"


class Supply:
    """A context manager: a running fleet, and another one when most of its sensors are used up."""

    def __init__(self) -> None:
        self._fleet: MskSimulator | None = None
        self._untouched: list[Sensor] = []

    def __enter__(self) -> Supply:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._fleet is not None:
            self._fleet.stop()

    def site(self) -> Site:
        """A site with sensors enough for any one test."""
        if self._fleet is None or len(self._untouched) < LARGEST_NEED:
            self.__exit__()
            self._fleet = MskSimulator(FLEET, first_address="127.30.0.1", move_seconds=0, reboot_seconds=0.05)
            self._untouched = self._fleet.sensors
            self._fleet.start()
        return Site(self._fleet, self._untouched)


def calls(sensor: Sensor) -> list[str]:
    """The recorded requests, each as verb and path."""
    return [f"{request.method} {request.path}" for request in sensor.requests]


def connections(sensor: Sensor) -> int:
    """How many TCP connections the recorded requests came on."""
    return len({request.connection for request in sensor.requests})
