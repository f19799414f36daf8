# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module gives the same result in process and shipped; a shipped one ends its session when it is told to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, outcome_of, run, ship, start_shipped
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually


def configure(site: Site, sensor: Sensor) -> dict[str, Any]:
    return site.connection(sensor, configuration={"led_mode": "disabled", "mount_height": 2900})


def repeat(site: Site, sensor: Sensor) -> dict[str, Any]:
    return site.connection(sensor, configuration={"led_mode": "normal"})


def misspell(site: Site, sensor: Sensor) -> dict[str, Any]:
    return site.connection(sensor, configuration={"led_mod": "normal"})


def mistake(site: Site, sensor: Sensor) -> dict[str, Any]:
    return site.connection(sensor, configuration={"led_mode": f"a {sensor.password} b"})


def be_refused(site: Site, sensor: Sensor) -> dict[str, Any]:
    sensor.fail("error_code", "/sensorConfiguration", "PUT", code=7, desc=f"not with {sensor.password}")
    return configure(site, sensor)


CASES: list[tuple[Callable[[Site, Sensor], dict[str, Any]], str | None, bool]] = [
    (configure, None, False),
    (configure, None, True),
    (repeat, None, False),
    (misspell, "arguments", False),
    (mistake, "input", False),
    (be_refused, "refused", False),
]


@pytest.mark.parametrize(("arguments", "kind", "check"), CASES)
def test_both_ways_give_the_same(site: Site, arguments: Callable[[Site, Sensor], dict[str, Any]], kind: str | None, check: bool) -> None:
    first, second = site.sensor(), site.sensor()
    here = run("msk_config", arguments(site, first), check=check, diff=True)
    there = ship("msk_config", arguments(site, second), check=check, diff=True)
    assert here.kind == kind
    assert aligned(there, second) == aligned(here, first)
    assert calls(first) == calls(second)
    assert second.password not in there.text
    assert second.open_sessions == 0


def aligned(outcome: Outcome, sensor: Sensor) -> tuple[Any, list[str]]:
    """An outcome without what differs between sensors. The engine adds `changed` where it is missing."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return value.replace(sensor.address, "ADDRESS") if isinstance(value, str) else value

    return plain({"changed": False, "failed": False, **outcome.result}), plain(outcome.warnings)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_shipped_module_that_is_told_to_stop(site: Site, sensor: Sensor, number: signal.Signals) -> None:
    sensor.fail("delay", "/sensorConfiguration", "GET", seconds=2)
    process = start_shipped("msk_config", configure(site, sensor))
    eventually(lambda: "GET /sensorConfiguration" in calls(sensor), seconds=20)
    process.send_signal(number)
    outcome = outcome_of(process)
    assert outcome.kind == "interrupted"
    assert "The run was told to stop" in outcome.message
    eventually(lambda: sensor.open_sessions == 0)
    assert sensor.writing_requests() == []


def test_the_password_may_come_from_the_environment_of_the_process(site: Site, sensor: Sensor) -> None:
    outcome = ship("msk_name", site.connection(sensor, password=None, name=f"x{sensor.password}x"), MSK_PASSWORD=sensor.password)
    assert not outcome.failed
    assert sensor.com_board_name == f"x{sensor.password}x"
    assert sensor.password not in outcome.text


def test_a_defect_is_told_without_its_arguments(site: Site, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise LookupError(f"no {sensor.password} in {{'password': {sensor.password!r}}}")

    monkeypatch.setattr("ansible_collections.siteops.devices.plugins.module_utils.msk.name.Name.read", fail)
    outcome = run("msk_name", site.connection(sensor, name="gate-03"))
    assert outcome.kind == "defect"
    assert "A defect of this collection: LookupError: no ******** in" in outcome.message
    assert "test_ways.py:" in outcome.message
    assert sensor.password not in outcome.text
    assert sensor.open_sessions == 0
