# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.wait import Clock
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, Supply


@pytest.fixture(scope="session")
def supply() -> Iterator[Supply]:
    """Fleets of simulated sensors, one after another."""
    with Supply() as running:
        yield running


@pytest.fixture
def site(supply: Supply, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Where a test gets its sensors from. The environment has no password in it."""
    monkeypatch.delenv("MSK_PASSWORD", raising=False)
    return supply.site()


@pytest.fixture
def sensor(site: Site) -> Sensor:
    """A commissioned sensor with factory settings."""
    return site.sensor()


@pytest.fixture
def new_sensor(site: Site) -> Sensor:
    """A sensor as it leaves the factory."""
    return site.new_sensor()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the engine wanted to pause, in process. It only pauses for a moment."""
    asked: list[float] = []

    def sleep(_clock: Clock, seconds: float) -> None:
        asked.append(seconds)
        time.sleep(min(seconds, 0.02))

    monkeypatch.setattr(Clock, "sleep", sleep)
    return asked
