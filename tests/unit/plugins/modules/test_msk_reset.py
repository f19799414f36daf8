# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.msk import reset
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run, ship
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that are over soon."""
    monkeypatch.setattr(reset, "GONE_BY", 0.15)
    monkeypatch.setattr(reset, "KEPT_AFTER", 0.2)


@pytest.fixture
def do(site: Site, sensor: Sensor) -> Any:
    def call(component: str, *, check: bool = False, diff: bool = False, **options: Any) -> Outcome:
        arguments = site.connection(sensor, component=component, **{"wait_timeout": 5, **options})
        return run("msk_reset", arguments, check=check, diff=diff)

    return call


@pytest.fixture
def configured(sensor: Sensor) -> Sensor:
    """Configured twice since its last reset."""
    sensor.configuration["ledMode"] = 1
    sensor.configurations_count = 2
    return sensor


# Sensor


def test_a_sensor(do: Any, configured: Sensor) -> None:
    predicted = do("sensor", check=True, diff=True)
    assert configured.writing_requests() == []
    done = do("sensor", diff=True)
    assert done.result == predicted.result
    assert done.result == {
        "changed": True,
        "component": "sensor",
        "host": configured.address,
        "diff": {"before": {"configurations_count": 2}, "after": {"configurations_count": 0}},
    }
    assert configured.configuration["ledMode"] == 0
    assert not do("sensor").changed
    assert calls(configured).count("PUT /sensorReset") == 1


@pytest.mark.parametrize(
    ("kind", "failed"), [("drop_before", False), ("drop_after", False), ("html", False), ("error_code", True), ("ignore", True)]
)
def test_faults_of_a_sensor(do: Any, configured: Sensor, kind: str, failed: bool) -> None:
    configured.fail(kind, "/sensorReset")
    outcome = do("sensor")
    assert outcome.failed == failed, outcome
    assert (configured.configurations_count == 0) == (not failed)
    assert not do("sensor").failed


def test_a_sensor_that_restarts(do: Any, configured: Sensor) -> None:
    configured.fail("reboot", "/sensorReset", done=True, seconds=0.1)
    assert not do("sensor", retries=0).failed


def test_a_sensor_that_restarts_is_not_read_before(do: Any, configured: Sensor, pauses: list[float]) -> None:
    configured.switches.set(sensor_reset_reboots=True)
    assert not do("sensor", retries=0).failed
    assert pauses[0] == reset.RESTARTING
    assert calls(configured)[-1] == "PUT /logout"
    assert configured.open_sessions == 0


def test_nobody_looks_at_a_sensor(do: Any, configured: Sensor) -> None:
    done = do("sensor", wait=False)
    assert (done.failed, done.changed) == (False, True)
    assert calls(configured)[-2:] == ["PUT /sensorReset", "PUT /logout"]


# Communication board


@pytest.fixture
def factory(site: Site, sensor: Sensor) -> str:
    """The address to which a reset takes the sensor."""
    address = site.elsewhere(sensor)
    sensor.network.factory_address = address
    return address


def test_a_communication_board_is_followed(do: Any, sensor: Sensor, factory: str) -> None:
    predicted = do("com_board", check=True, diff=True, follow_host=factory)
    assert sensor.writing_requests() == []
    assert sensor.password != sensor.default_password
    old = sensor.address
    done = do("com_board", diff=True, follow_host=factory)
    assert done.result == predicted.result
    assert done.result["host"] == factory == sensor.address != old
    assert sensor.password == sensor.default_password
    assert sensor.violations == []


def test_one_that_stays_where_it_is(do: Any, sensor: Sensor) -> None:
    sensor.network.factory_address = sensor.address
    done = do("com_board", follow_host="127.31.255.1")
    assert done.result["host"] == sensor.address


def test_one_that_has_its_factory_password_was_reset(site: Site) -> None:
    sensor = site.new_sensor()
    again = run("msk_reset", site.connection(sensor, component="com_board"))
    assert again.result == {"changed": False, "component": "com_board", "host": sensor.address}
    assert "PUT /comboardReset" not in calls(sensor)


def test_nobody_waits(do: Any, sensor: Sensor, factory: str) -> None:
    done = do("com_board", wait=False)
    assert (done.changed, done.result["host"]) == (True, None)
    eventually(lambda: sensor.address == factory)


def test_one_that_is_not_found(do: Any, factory: str) -> None:
    lost = do("com_board", follow_host="127.31.255.2", wait_timeout=0.3)
    assert (lost.kind, lost.changed, lost.result["took_effect"]) == ("deadline", True, "yes")
    assert "Set follow_host to where it goes" in lost.message
    assert factory not in lost.message


@pytest.mark.parametrize("kind", ["drop_after", "cut"])
def test_a_lost_reply(do: Any, sensor: Sensor, factory: str, kind: str) -> None:
    sensor.fail(kind, "/comboardReset")
    done = do("com_board", follow_host=factory)
    assert not done.failed, done
    assert done.result["host"] == factory


def test_a_lost_request_is_sent_again(do: Any, sensor: Sensor, factory: str) -> None:
    sensor.fail("drop_before", "/comboardReset")
    done = do("com_board", follow_host=factory)
    assert (done.failed, done.result.get("host")) == (False, factory), done
    assert "still opens with its password, so the reset is sent again" in done.warnings[0]


def test_a_request_that_is_lost_for_ever(do: Any, sensor: Sensor, factory: str) -> None:
    sensor.fail("drop_before", "/comboardReset", times=None)
    lost = do("com_board", follow_host=factory)
    assert (lost.kind, lost.changed, lost.result["took_effect"]) == ("reply_lost", False, "no")
    assert "it was not reset" in lost.message
    assert calls(sensor).count("PUT /comboardReset") == 3
    assert sensor.open_sessions == 0


def test_within_the_first_seconds_no_password_is_needed(do: Any, sensor: Sensor, factory: str) -> None:
    sensor.restarted()
    done = do("com_board", follow_host=factory, password="forgotten")
    assert not done.failed, done
    assert done.result["host"] == factory
    assert sensor.password == sensor.default_password


def test_without_any_password(do: Any, sensor: Sensor) -> None:
    sensor.restarted()
    sensor.network.factory_address = sensor.address
    done = do("com_board", follow_host=sensor.address, password=None)
    assert not done.failed, done
    assert sensor.password == sensor.default_password


def test_another_device_at_the_factorys_address_ends_no_wait(do: Any, site: Site, sensor: Sensor) -> None:
    """The address is a usual one. What is there has a certificate of its own."""
    sensor.restarted()
    sensor.network.factory_address = sensor.address
    with MskSimulator(1, first_address="127.31.250.1", port=site.fleet.port, certificate="self_signed") as other:
        done = do("com_board", follow_host=other.sensor.address, password=None)
        assert (done.failed, done.result.get("host")) == (False, sensor.address), done


def test_later_the_password_is_needed(do: Any, sensor: Sensor) -> None:
    sensor.age(60)
    refused = do("com_board", password="forgotten")
    assert (refused.kind, refused.changed) == ("authentication", False)
    assert "Within 20 s after it gets power" in refused.message


def test_shipped(site: Site, configured: Sensor) -> None:
    done = ship("msk_reset", site.connection(configured, component="sensor"))
    assert done.changed, done
