# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls


def health(site: Site, sensor: Sensor, *, check: bool = False, **options: Any) -> Outcome:
    return run("msk_health", site.connection(sensor, **options), check=check)


@pytest.mark.parametrize("check", [False, True])
def test_a_healthy_sensor(site: Site, sensor: Sensor, check: bool) -> None:
    outcome = health(site, sensor, check=check)
    assert outcome.result == {
        "changed": False,
        "health": {"healthy": True, "problems": [], "fps": 100, "alarms": [], "position": {"elevation": -15, "rotation": 0}},
    }
    assert calls(sensor) == ["PUT /login", "GET /alarmStatus", "GET /sensorPositionStatus", "GET /sensorConfiguration", "PUT /logout"]


@pytest.mark.parametrize(
    ("alarm", "problem"),
    [
        ((2, 103), "It reports a fault alarm: hw head fault."),
        ((2, 999), "It reports a fault alarm: cause 999."),
        ((3, 2), "It reports a tamper alarm: sensor moved."),
        ((1, 4), None),  # somebody walks by: that is its work
    ],
)
def test_alarms(site: Site, sensor: Sensor, alarm: tuple[int, int], problem: str | None) -> None:
    sensor.raise_alarm(*alarm)
    outcome = health(site, sensor)
    assert outcome.kind == ("failed" if problem else None)
    assert outcome.result["health"]["problems"] == ([problem] if problem else [])
    if problem:
        assert outcome.message == f"{sensor.address}:{site.fleet.port} is not healthy. {problem}"
        reported = health(site, sensor, fail=False)
        assert not reported.failed
        assert reported.result["health"] == outcome.result["health"]


@pytest.mark.parametrize(("age", "healthy"), [(60, False), (61, True)])
def test_an_alarm_that_ended_is_history(site: Site, sensor: Sensor, age: int, healthy: bool) -> None:
    sensor.raise_alarm(2, 103)
    sensor.elapsed_time = age
    assert health(site, sensor, fail=False).result["health"]["healthy"] is healthy


def test_an_alarm_may_carry_its_own_age(site: Site, sensor: Sensor) -> None:
    sensor.alarms = [{"type": 2, "cause": 103, "elapsedTime": 3600}]
    assert not health(site, sensor).failed
    assert health(site, sensor, max_alarm_age=7200).failed


@pytest.mark.parametrize(("least", "healthy"), [(100, True), (100.5, False)])
def test_frames(site: Site, sensor: Sensor, least: float, healthy: bool) -> None:
    outcome = health(site, sensor, min_fps=least)
    assert outcome.failed is not healthy
    if not healthy:
        assert "It processes 100 frames per second; 100.5 or more are normal." in outcome.message


@pytest.mark.parametrize(
    ("position", "tolerance", "problems"),
    [
        ({"elevation": -20}, 5, 0),
        ({"elevation": -21}, 5, 1),
        ({"elevation": -21, "rotation": 90}, 5, 2),
        ({"elevation": -21, "rotation": 90}, -1, 0),
        ({"rotation": 358}, 5, 0),
        ({"elevation": -15.5}, 0.4, 1),
    ],
)
def test_the_mount(site: Site, sensor: Sensor, position: dict[str, float], tolerance: float, problems: int) -> None:
    sensor.position.update(position)  # type: ignore[arg-type]
    found = health(site, sensor, position_tolerance=tolerance, fail=False).result["health"]["problems"]
    assert len(found) == problems
    assert all(text.startswith("mount_") and "degrees, but the sensor measures" in text for text in found)


def test_it_may_take_a_while(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(sick_version="1.118", sick_after=0.0)
    threading.Timer(0.5, sensor.switches.set, kwargs={"sick_version": None}).start()
    assert not health(site, sensor, wait_timeout=10).failed


def test_it_takes_too_long(site: Site, sensor: Sensor) -> None:
    sensor.raise_alarm(2, 103)
    outcome = health(site, sensor, wait_timeout=0.2)
    assert outcome.kind == "failed"
    assert outcome.result["health"]["problems"] == ["It reports a fault alarm: hw head fault."]


def test_without_a_comparison_the_configuration_is_not_read(site: Site, sensor: Sensor) -> None:
    health(site, sensor, position_tolerance=-1)
    assert "GET /sensorConfiguration" not in calls(sensor)


def test_a_reply_that_cannot_be_used_is_no_health(site: Site, sensor: Sensor) -> None:
    sensor.fail("wrong_types", "/alarmStatus")
    outcome = health(site, sensor, fail=False)
    assert outcome.kind == "reply"
    assert "health" not in outcome.result
    assert sensor.open_sessions == 0
