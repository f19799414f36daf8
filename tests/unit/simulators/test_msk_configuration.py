# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker


def put(talker: Talker, **changes: Any) -> Any:
    return talker.put("/sensorConfiguration", {"configuration": changes})


def test_put_is_partial_and_counted(talker: Talker) -> None:
    before = talker.get("/sensorConfiguration")
    assert put(talker, channel=3, country="DEU") == {"errorCode": 0}
    after = talker.get("/sensorConfiguration")
    expected = {**before["configuration"], "channel": 3, "country": "DEU", "configurationsCount": 1}
    assert after == {"configuration": expected, "version": before["version"]}


@pytest.mark.parametrize(
    "body",
    [
        {"configuration": {"configurationsCount": 4}},
        {"configuration": {"version": 1}},
        {"configuration": {"channel": 1}, "version": 1},
        {"configuration": {"colour": 1}},
        {"configuration": {"channel": "1"}},
        {"configuration": {"channel": 1.0}},
        {"configuration": {"channel": True}},
        {"configuration": {"channel": None}},
        {"configuration": {"country": 380}},
        {"configuration": {"ssManualZones": [{"min": 1}]}},
        {"configuration": {"ssManualZones": {"min": 1, "max": 2}}},
        {"configuration": {"alarmSensitivity": 75}},
        {"configuration": {"alarmSensitivity": 256 + 128}},
        {"configuration": {"preAlarmDistance": 9999}},
        {"configuration": {"alarmDistance": 12001}},
        {"configuration": {"channel": 4, "alarmDistance": 5, "preAlarmDistance": 4}},
        {"configuration": []},
        {"channel": 1},
        [],
    ],
)
def test_refused_puts_change_nothing(talker: Talker, sensor: Sensor, body: Any) -> None:
    before = talker.get("/sensorConfiguration")
    reply = talker.put("/sensorConfiguration", body)
    assert reply["errorCode"] != 0
    assert reply["errorDesc"]
    assert talker.get("/sensorConfiguration") == before
    assert len(sensor.violations) == 1


def test_equal_areas_mean_no_pre_alarm(talker: Talker) -> None:
    assert put(talker, alarmDistance=12000)["errorCode"] == 0


def test_typical_ranges_are_not_limits_unless_asked(talker: Talker, sensor: Sensor) -> None:
    assert put(talker, channel=40, mountHeight=9000, alarmSensitivity=255)["errorCode"] == 0
    sensor.switches.set(hard_limits=True)
    assert put(talker, channel=41)["errorCode"] == 2
    assert put(talker, preAlarmDistance=30000)["errorCode"] == 2
    assert put(talker, country="Italy")["errorCode"] == 2
    assert not sensor.violations


def test_unknown_keys_may_be_ignored(talker: Talker, sensor: Sensor) -> None:
    sensor.switches.set(unknown_keys="ignored")
    assert put(talker, colour="red", channel=2) == {"errorCode": 0}
    assert sensor.configuration["channel"] == 2
    assert "colour" not in sensor.configuration
