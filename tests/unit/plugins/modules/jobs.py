# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change for each writing module, with a sensor for it: what the tests of faults and interruptions repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site

NEW_PASSWORD = 'gate-"03" & more'


@dataclass
class Job:
    """A change that is still to be made. `done`: whether the sensor shows it, `untouched`: whether it shows nothing of it."""

    module: str
    site: Site
    sensor: Sensor
    arguments: dict[str, Any]
    done: Callable[[], bool]
    untouched: Callable[[], bool]

    def at_rest(self) -> bool:
        """Whether the sensor is where its settings put it, and answers."""
        return self.sensor.listening and not self.sensor.network.moving

    def run(self, **keywords: bool) -> Outcome:
        """Run the module against the sensor, where it is now."""
        return run(self.module, {**self.arguments, "host": self.sensor.address}, **keywords)


def configure(site: Site) -> Job:
    sensor = site.sensor()
    arguments = site.connection(sensor, configuration={"led_mode": "disabled", "channel": "C"})

    def shown() -> tuple[int, int]:
        return sensor.configuration["ledMode"], sensor.configuration["channel"]

    return Job("msk_config", site, sensor, arguments, lambda: shown() == (1, 3), lambda: shown() == (0, 0))


def rename(site: Site) -> Job:
    sensor = site.sensor()
    before = sensor.com_board_name
    return Job(
        "msk_name",
        site,
        sensor,
        site.connection(sensor, name="gate-03"),
        lambda: sensor.com_board_name == "gate-03",
        lambda: sensor.com_board_name == before,
    )


def change_password(site: Site) -> Job:
    sensor = site.sensor()
    before = sensor.password
    arguments = site.connection(sensor, new_password=NEW_PASSWORD, fallback_passwords=["not-it"])
    return Job("msk_password", site, sensor, arguments, lambda: sensor.password == NEW_PASSWORD, lambda: sensor.password == before)


def take_ownership(site: Site) -> Job:
    sensor = site.new_sensor()
    before = sensor.password
    arguments = site.connection(sensor, password=None, new_password=NEW_PASSWORD, fallback_passwords=[before])
    return Job("msk_password", site, sensor, arguments, lambda: sensor.password == NEW_PASSWORD, lambda: sensor.password == before)


def move(site: Site) -> Job:
    sensor = site.sensor()
    before, after = sensor.address, site.elsewhere(sensor)
    arguments = site.connection(sensor, network={"static_address": after, "gateway": "127.31.0.254", "subnet": "16"}, wait_timeout=1)
    return Job("msk_netsettings", site, sensor, arguments, lambda: sensor.address == after, lambda: sensor.address == before)


def hide_name(site: Site) -> Job:
    sensor = site.sensor()
    arguments = site.connection(sensor, network={"name_resolution": False}, wait_timeout=1)

    def bits() -> int:
        return sensor.network.net_configuration

    return Job("msk_netsettings", site, sensor, arguments, lambda: bits() == 0, lambda: bits() == 2)


JOBS = [configure, rename, change_password, take_ownership, move, hide_name]


_COUNTS: dict[str, int] = {}


def requests_of(make: Callable[[Site], Job], site: Site) -> int:
    """How many requests the job takes when nothing goes wrong."""
    if make.__name__ not in _COUNTS:
        clean = make(site)
        assert not clean.run().failed
        _COUNTS[make.__name__] = len(clean.sensor.requests)
        assert not clean.run().changed
    return _COUNTS[make.__name__]
