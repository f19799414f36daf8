# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.msk.info import SUBSETS
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls, connections

PATHS = {
    "sensor": "/sensorInfo",
    "position": "/sensorPositionStatus",
    "detection": "/detectionStatus",
    "alarms": "/alarmStatus",
    "events": "/eventLog",
    "installations": "/installationConfigurations",
    "calibration": "/calibrationData",
    "network": "/netSettings",
    "name": "/comBoardName",
    "configuration": "/sensorConfiguration",
}


def gather(site: Site, sensor: Sensor, *subsets: str, check: bool = False, **more: Any) -> Outcome:
    return run("msk_info", site.connection(sensor, **({"gather": list(subsets)} if subsets else {}), **more), check=check)


@pytest.mark.parametrize("check", [False, True])
def test_the_usual_subsets(site: Site, sensor: Sensor, check: bool) -> None:
    outcome = gather(site, sensor, check=check)
    assert not outcome.changed
    assert set(outcome.result["msk"]) == {"sensor", "configuration", "network", "name"}
    assert len(sensor.requests) == 6
    assert connections(sensor) == 1
    assert (sensor.open_sessions, sensor.violations, sensor.writing_requests()) == (0, [], [])


@pytest.mark.parametrize("subset", SUBSETS)
def test_each_subset_is_one_request(site: Site, sensor: Sensor, subset: str) -> None:
    assert list(gather(site, sensor, subset).result["msk"]) == [subset]
    assert calls(sensor) == ["PUT /login", f"GET {PATHS[subset]}", "PUT /logout"]


@pytest.mark.parametrize("subset", SUBSETS)
def test_a_reply_of_another_shape_is_an_error_that_names_the_request(site: Site, sensor: Sensor, subset: str) -> None:
    sensor.raise_alarm(2, 102)
    sensor.fail("wrong_types", PATHS[subset])
    outcome = gather(site, sensor, subset)
    if subset == "sensor":  # the document leaves the types of its members open
        assert not outcome.failed
        return
    assert outcome.kind == "reply"
    assert f"{sensor.address}:{site.fleet.port} answered GET {PATHS[subset]} with JSON of an unexpected shape" in outcome.message
    assert sensor.open_sessions == 0


def test_repeated_subsets_are_read_once(site: Site, sensor: Sensor) -> None:
    gather(site, sensor, "name", "name")
    assert len(sensor.requests) == 3


def test_an_unknown_subset(site: Site, sensor: Sensor) -> None:
    outcome = gather(site, sensor, "weather")
    assert outcome.kind == "arguments"
    assert "value of gather must be one or more of: sensor, position" in outcome.message
    assert sensor.requests == []


@pytest.mark.parametrize("names", [("sensor", "comBoard"), ("radar", "communicationBoard"), ("a", "b")])
@pytest.mark.parametrize(("version_as", "version"), [("string", "1.118"), ("number", 1118)])
def test_the_two_parts_are_known_by_what_they_hold(
    site: Site, sensor: Sensor, names: tuple[str, str], version_as: str, version: Any
) -> None:
    sensor.switches.set(info_names=names, version_as=version_as)
    parts = gather(site, sensor, "sensor").result["msk"]["sensor"]
    assert parts["sensor"] == {
        "model": 1,
        "family": 5,
        "fw_version": version,
        "device_id": f"MSK{sensor.number:08}",
        "min_distance": 500,
        "max_distance": 20000,
        "min_angle": -50,
        "max_angle": 50,
    }
    assert parts["com_board"]["device_id"] == f"CBP{sensor.number:08}"
    assert parts["com_board"]["pin_reset_required"] is False


@pytest.mark.parametrize("names", [("sensor", "comBoard"), ("radar", "ethernet")])
def test_a_board_that_says_nothing_of_its_pin(site: Site, sensor: Sensor, names: tuple[str, str]) -> None:
    sensor.switches.set(info_names=names, info_tells_pin=False)
    parts = gather(site, sensor, "sensor").result["msk"]["sensor"]
    assert [parts[name]["device_id"] for name in ("sensor", "com_board")] == [f"MSK{sensor.number:08}", f"CBP{sensor.number:08}"]


ALARMS = [
    (1, 4, "movement", "alarm_area"),
    (1, 2, "movement", "pre_alarm_area"),
    (3, 2, "tamper", "sensor_moved"),
    (3, 3, "tamper", "sensor_masked"),
    (2, 100, "fault", "input_voltage_out_of_range"),
    (2, 101, "fault", "detection_error"),
    (2, 102, "fault", "security_error"),
    (2, 103, "fault", "hw_head_fault"),
    (2, 104, "fault", "masking"),
    (2, 105, "fault", "motion_detector_not_responding"),
    (2, 106, "fault", "masking_not_ready"),
    (2, 107, "fault", "corrupted_storage"),
    (2, 1001, "fault", "communication_fault"),
    (2, 4, "fault", None),
    (9, 4, None, None),
]


def test_alarms_and_events_have_the_names_of_the_document(site: Site, sensor: Sensor) -> None:
    for kind, cause, _type_name, _cause_name in ALARMS:
        sensor.raise_alarm(kind, cause, [{"distance": 4200, "rcs": 1100}], minDistance=100)
    result = gather(site, sensor, "alarms", "events").result["msk"]
    wanted = [{"type": kind, "cause": cause, "type_name": type_name, "cause_name": name} for kind, cause, type_name, name in ALARMS]
    for rows in (result["alarms"]["alarms"], result["events"]):
        assert [{key: row[key] for key in ("type", "cause", "type_name", "cause_name")} for row in rows] == wanted
    assert result["alarms"]["alarms"][0]["target"] == [{"distance": 4200, "rcs": 1100}]
    assert result["events"][0]["min_distance"] == 100
    assert result["events"][0]["elapsed_time"] == 0


def test_units_stay_and_numbers_get_names(site: Site, sensor: Sensor) -> None:
    sensor.configuration.update(alarmSensitivity=60 | 0x80, ledMode=1, ssMode=9)
    result = gather(site, sensor, "configuration", "network", "installations", "position").result["msk"]
    configuration = result["configuration"]
    assert (configuration["alarm_sensitivity"], configuration["alarm_sensitivity_percent"]) == (188, 60)
    assert (configuration["led_mode"], configuration["led_mode_name"]) == (1, "disabled")
    assert (configuration["ss_mode"], configuration["ss_mode_name"]) == (9, None)
    assert (configuration["configurations_count"], configuration["version"], configuration["alarm_distance"]) == (0, 1, 10000)
    network = result["network"]
    assert (network["net_configuration"], network["dhcp"], network["name_resolution"], network["auto_ip"]) == (2, False, True, False)
    assert (network["cur_host_address"], network["cur_name_resolution"]) == (sensor.address, True)
    assert [row["orientation_name"] for row in result["installations"]] == ["horizontal", "vertical"]
    assert result["installations"][0]["max_distance"] == 1600
    assert result["position"] == {"elevation": -15, "rotation": 0}


def test_a_sensor_without_its_part(site: Site, sensor: Sensor) -> None:
    sensor.fail("ignore", "/sensorInfo")
    outcome = gather(site, sensor, "sensor")
    assert outcome.kind == "reply"
    assert "answered GET /sensorInfo without the sensor's part. Is it an MSK-101-POE?" in outcome.message


# What every module that logs in says when it cannot


def test_a_wrong_password(site: Site, sensor: Sensor) -> None:
    outcome = gather(site, sensor, password="nope")
    assert outcome.kind == "authentication"
    assert outcome.result["error"]["code"] == 1
    assert outcome.message.startswith(
        f"{sensor.address}:{site.fleet.port} refused the password (login answered error code 1 (wrong password))."
    )
    assert "fallback_passwords" in outcome.message


def test_no_password(site: Site, sensor: Sensor) -> None:
    outcome = gather(site, sensor, password=None)
    assert outcome.kind == "authentication"
    assert outcome.message == f"No password for {sensor.address}:{site.fleet.port}. Set password, or the environment variable MSK_PASSWORD."
    assert sensor.requests == []


def test_the_password_of_the_environment(site: Site, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSK_PASSWORD", sensor.password)
    assert not gather(site, sensor, password=None).failed


def test_the_factorys_password(site: Site, new_sensor: Sensor) -> None:
    outcome = gather(site, new_sensor)
    assert outcome.kind == "default_password"
    assert outcome.result["error"]["code"] == 100
    assert "still has its factory password" in outcome.message
    assert "siteops.devices.msk_password" in outcome.message
    assert new_sensor.open_sessions == 0


def test_html_where_a_sensor_should_be(site: Site, sensor: Sensor) -> None:
    sensor.fail("html")
    outcome = gather(site, sensor)
    assert outcome.kind == "reply"
    assert 'answered PUT /login with HTML ("Gateway") where JSON was expected. Is this the device\'s address' in outcome.message


def test_nobody_there(site: Site, sensor: Sensor, pauses: list[float]) -> None:
    outcome = gather(site, sensor, host="127.39.0.1", retries=2)
    assert outcome.kind == "unreachable"
    assert outcome.message.startswith(f"127.39.0.1:{site.fleet.port} cannot be reached: connection refused; nothing was sent.")
    assert pauses == [0.3, 0.6]
