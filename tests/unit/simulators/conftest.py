# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker


@pytest.fixture
def simulator() -> Iterator[MskSimulator]:
    with MskSimulator(2, move_seconds=0, reboot_seconds=0.05, update_seconds=0.05) as running:
        yield running


@pytest.fixture
def sensor(simulator: MskSimulator) -> Sensor:
    return simulator.sensor


@pytest.fixture
def stranger(simulator: MskSimulator, sensor: Sensor) -> Talker:
    """A client that is not logged in."""
    return Talker(simulator, sensor)


@pytest.fixture
def talker(stranger: Talker) -> Talker:
    """A client that is logged in."""
    return stranger.login()
