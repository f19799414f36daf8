# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker

ONE = "/devices/sensor-01"


class Control:
    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = requests.request(method, self.url + path, json=body, timeout=5)
        assert reply.status_code == status
        return reply.json()


@pytest.fixture
def control(simulator: MskSimulator) -> Control:
    return Control(simulator.control_url)


def test_devices_are_listed_and_shown(control: Control, sensor: Sensor) -> None:
    rows = control.ask("GET", "/devices")["devices"]
    assert [row["name"] for row in rows] == ["sensor-01", "sensor-02"]
    state = control.ask("GET", ONE)
    assert (state["address"], state["configuration"], state["update"]) == (sensor.address, sensor.configuration, None)
    control.ask("GET", "/devices/sensor-99", status=404)


def test_patch_alters_by_hand(control: Control, talker: Talker, sensor: Sensor) -> None:
    changes = {
        "configuration": {"channel": 8},
        "position": {"rotation": 88},
        "versions": {"0": ["1.5", 1500]},
        "alarms": [{"type": 3, "cause": 2, "target": []}],
        "events": [{"type": 3, "cause": 2, "details": {}}],
        "contents": {"a.html": "aa"},
        "switches": {"hard_limits": True},
        "com_board_name": "gate",
        "network": {"static_address": "127.20.0.90", "dhcp_address": None},
    }
    state = control.ask("PATCH", ONE, changes)
    assert (state["address"], state["listening"]) == ("127.20.0.90", True)
    configuration = talker.get("/sensorConfiguration")["configuration"]
    assert (configuration["channel"], configuration["configurationsCount"]) == (8, 0)
    assert talker.get("/sensorInfo")["sensor"]["fwVersion"] == "1.5"
    assert talker.get("/eventLog")["events"][0]["cause"] == 2
    assert sensor.switches.hard_limits
    control.ask("PATCH", ONE, {"tokens": "expired", "password": "other"})
    assert talker.send("GET", "/sensorInfo").status_code == 403
    assert talker.login("other")


@pytest.mark.parametrize("changes", [{"shape": "round"}, {"switches": {"move": "never"}}, {"network": {"static_address": "10.0.0.1"}}, [1]])
def test_wrong_patches_are_refused(control: Control, changes: Any) -> None:
    assert control.ask("PATCH", ONE, changes, status=400)["error"]


def test_requests_are_shown_and_forgotten(control: Control, talker: Talker) -> None:
    talker.get("/sensorInfo")
    talker.put("/comBoardName", {"name": ""})
    record = control.ask("GET", f"{ONE}/requests")
    assert [row["path"] for row in record["requests"]] == ["/login", "/sensorInfo", "/comBoardName"]
    assert record["violations"] == ["PUT /comBoardName: the name is empty"]
    assert [row["path"] for row in control.ask("GET", f"{ONE}/requests?writing=true")["requests"]] == ["/comBoardName"]
    control.ask("DELETE", f"{ONE}/requests")
    assert control.ask("GET", f"{ONE}/requests") == {"requests": [], "violations": []}


def test_faults_are_ordered_and_forgotten(control: Control, talker: Talker) -> None:
    control.ask("POST", f"{ONE}/faults", {"kind": "status", "path": "/sensorInfo", "code": 500}, status=201)
    assert control.ask("GET", f"{ONE}/faults")["faults"][0]["code"] == 500
    assert talker.send("GET", "/sensorInfo").status_code == 500
    control.ask("POST", f"{ONE}/faults", {"kind": "status", "times": None}, status=201)
    control.ask("DELETE", f"{ONE}/faults")
    assert talker.send("GET", "/sensorInfo").status_code == 200
    control.ask("POST", f"{ONE}/faults", {"kind": "explode"}, status=400)
    control.ask("POST", f"{ONE}/faults", {}, status=400)


def test_factory_new_and_reboot(control: Control, talker: Talker, sensor: Sensor) -> None:
    address = sensor.address
    state = control.ask("POST", f"{ONE}/factory-new")
    assert (state["default_password_set"], state["address"]) == (True, address)
    assert talker.put("/login", {"password": "admin"})["errorCode"] == 100
    assert control.ask("POST", f"{ONE}/reboot", {"seconds": 0})["open_sessions"] == 0
