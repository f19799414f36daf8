# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.wait import Clock
from ansible_collections.siteops.devices.plugins.module_utils.npm import delivery, updating
from ansible_collections.siteops.devices.plugins.module_utils.springcard import events, firmware, load
from ansible_collections.siteops.devices.tests.simulators.invue import InvueSimulator
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.simulators.npm import Appliance, NpmSimulator
from ansible_collections.siteops.devices.tests.simulators.springcard import Service, SpringcardSimulator
from ansible_collections.siteops.devices.tests.unit.plugins.rack import SWIFT, Rack
from ansible_collections.siteops.devices.tests.unit.plugins.reader_site import ReaderSite
from ansible_collections.siteops.devices.tests.unit.plugins.registry_site import RegistrySite
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, Supply

APPLIANCES = 900  # tests take them one by one, so that each has an untouched one


@pytest.fixture(scope="session", autouse=True)
def heard_signals() -> None:
    """Let signals arrive, which ``nohup`` and a shell's ``&`` have ignored: some tests send them."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


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


@pytest.fixture(scope="session")
def npm_fleet() -> Iterator[NpmSimulator]:
    with NpmSimulator(APPLIANCES, **SWIFT) as running:
        yield running


@pytest.fixture(scope="session")
def untouched_appliances(npm_fleet: NpmSimulator) -> Iterator[Appliance]:
    """Appliances that no test has used, one by one."""
    return iter(npm_fleet.appliances)


@pytest.fixture
def rack(npm_fleet: NpmSimulator, untouched_appliances: Iterator[Appliance], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rack:
    """Where a test gets its appliances from. Checksums are kept for this test only."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(delivery, "GONE_WITHIN", 0.5)
    monkeypatch.setattr(delivery, "ENDS_WITHIN", 0.5)
    monkeypatch.setattr(updating, "STARTING", 0.3)
    monkeypatch.setattr(updating, "SETTLING", 0.3)
    monkeypatch.setattr(updating, "SHOWS_WITHIN", 0.15)
    return Rack(npm_fleet, untouched_appliances)


@pytest.fixture
def appliance(rack: Rack) -> Appliance:
    """An idle appliance without images."""
    return rack.appliance()


@pytest.fixture(scope="session")
def invue() -> Iterator[InvueSimulator]:
    with InvueSimulator(first_address="127.32.0.1") as running:
        yield running


@pytest.fixture
def registry(invue: InvueSimulator, monkeypatch: pytest.MonkeyPatch) -> RegistrySite:
    """An empty registry without a list, and a file host without files. The environment has no token in it."""
    monkeypatch.delenv("INVUE_ACCESS_TOKEN", raising=False)
    return RegistrySite(invue)


@pytest.fixture(scope="session")
def companions() -> Iterator[SpringcardSimulator]:
    with SpringcardSimulator(200, 3, first_address="127.33.0.1") as running:
        yield running


@pytest.fixture(scope="session")
def unused_companions(companions: SpringcardSimulator) -> Iterator[Service]:
    """Services that no test has used, one by one."""
    return iter(companions.services)


@pytest.fixture
def readers(
    companions: SpringcardSimulator, unused_companions: Iterator[Service], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ReaderSite:
    """A service with three readers that no test has used. The times of the module are short."""
    for name, seconds in {"POLL": 0.02, "SILENCE": 0.1, "SETTLE": 0.2, "RETURNED": 0.2, "DOUBT": 0.2}.items():
        monkeypatch.setattr(load, name, seconds)
    monkeypatch.setattr(events, "RECONNECT", 0.1)
    monkeypatch.setattr(firmware, "ABSENCE", 0.2)
    return ReaderSite(companions, next(unused_companions), tmp_path)
