# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls

NOBODY = "127.39.0.1"


def wait(site: Site, sensor: Sensor, *, check: bool = False, **options: Any) -> Outcome:
    return run("msk_wait", site.connection(sensor, **{"password": None, "wait_timeout": 0.05, **options}), check=check)


@pytest.mark.parametrize("check", [False, True])
def test_a_sensor_that_answers(site: Site, sensor: Sensor, check: bool) -> None:
    assert wait(site, sensor, check=check).result == {"changed": False, "host": sensor.address}
    assert calls(sensor) == ["GET /sensorInfo"]  # no login


def test_a_new_sensor_answers_too(site: Site, new_sensor: Sensor) -> None:
    assert wait(site, new_sensor).result["host"] == new_sensor.address


def test_alternatives_count_while_the_host_does_not_answer(site: Site, sensor: Sensor) -> None:
    other = site.sensor()
    assert wait(site, sensor, alternatives=[other.address]).result["host"] == sensor.address
    assert wait(site, sensor, host=NOBODY, alternatives=[NOBODY, other.address]).result["host"] == other.address
    assert other.requests[0].path == "/sensorInfo"


def test_it_waits_until_the_sensor_is_there(site: Site, sensor: Sensor, pauses: list[float]) -> None:
    sensor.fail("not_listening", seconds=0.05)
    sensor.fail("status", code=503, times=2)
    outcome = wait(site, sensor, wait_timeout=20)
    assert outcome.result["host"] == sensor.address
    assert pauses[:2] == [1.0, 1.5]


def test_nobody_comes(site: Site, sensor: Sensor) -> None:
    outcome = wait(site, sensor, host=NOBODY, alternatives=["127.39.0.2"])
    assert outcome.kind == "deadline"
    for part in (
        "Waited 0.05 s for a sensor to answer at 127.39.0.1 or 127.39.0.2, in vain",
        f"{NOBODY}:{site.fleet.port} cannot be reached",
        "power",
    ):
        assert part in outcome.message
    assert ".." not in outcome.message
    assert "127.39.0.2" in outcome.result["last"]["state"]


@pytest.mark.parametrize(
    ("kind", "details", "told"),
    [
        ("html", {}, "HTML"),
        ("status", {"code": 500}, "HTTP 500"),
        ("truncated", {"done": True}, ""),
        ("drop_before", {}, "closed the connection"),
    ],
)
def test_what_answers_otherwise_is_no_sensor_yet(site: Site, sensor: Sensor, kind: str, details: dict[str, Any], told: str) -> None:
    sensor.fail(kind, "/sensorInfo", times=None, **details)
    outcome = wait(site, sensor)
    if kind == "truncated":  # of a refusal, whose status counts
        assert not outcome.failed
        return
    assert outcome.kind == "deadline"
    assert told in outcome.message


def test_a_certificate_does_not_get_better_by_waiting(site: Site, sensor: Sensor, pauses: list[float]) -> None:
    site.fleet.show_certificate(sensor, "self_signed")
    assert wait(site, sensor, wait_timeout=60).kind == "certificate"
    assert pauses == []


@pytest.mark.parametrize(
    ("options", "kind"), [({"host": "a/b"}, "input"), ({"alternatives": ["a b"]}, "input"), ({"wait_timeout": "soon"}, "arguments")]
)
def test_bad_input(site: Site, sensor: Sensor, options: dict[str, Any], kind: str) -> None:
    assert wait(site, sensor, **options).kind == kind
