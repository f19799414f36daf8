# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.simulators.msk_sensor import ENDPOINTS
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker

READS = [path for path, verbs in ENDPOINTS.items() if "GET" in verbs and path != "/updateToken"]


def test_document_has_25_endpoints_and_the_web_server_one() -> None:
    assert len(ENDPOINTS) == 25 + 1


@pytest.mark.parametrize("path", READS)
def test_reads_answer_json_objects_and_change_nothing(talker: Talker, sensor: Sensor, path: str) -> None:
    assert isinstance(talker.get(path), dict)
    assert not sensor.writing_requests()
    assert not sensor.violations


@pytest.mark.parametrize("path", [path for path in ENDPOINTS if path not in {"/login", "/contents.json", "/comboardReset"}])
def test_all_but_login_and_contents_need_a_login(stranger: Talker, sensor: Sensor, path: str) -> None:
    verb = next(iter(ENDPOINTS[path]))
    assert stranger.send(verb, path, json={}).status_code == 403
    assert sensor.violations == [f"{verb} {path}: no Authorization header"]


def test_contents_json_may_be_asked_to_need_a_login(stranger: Talker, sensor: Sensor) -> None:
    assert stranger.send("GET", "/contents.json").status_code == 200
    sensor.switches.set(contents_needs_login=True)
    assert stranger.send("GET", "/contents.json").status_code == 403


def test_wrong_verbs_paths_and_json_are_told_apart(talker: Talker, sensor: Sensor) -> None:
    assert talker.send("POST", "/sensorConfiguration").status_code == 405
    assert talker.send("GET", "/chunkFileUpdate").status_code == 405
    assert talker.send("GET", "/nowhere").status_code == 404
    assert talker.send("PUT", "/sensorConfiguration", data=b"{").status_code == 400
    assert talker.send("PUT", "/comBoardName").status_code == 400
    assert len(sensor.violations) == 5


def test_unnamed_verbs_can_be_post(talker: Talker, sensor: Sensor) -> None:
    sensor.switches.set(unnamed_verb="POST")
    assert talker.send("PUT", "/stopProcessUpdate", json={"force": 1}).status_code == 405
    assert talker.send("POST", "/stopProcessUpdate", json={"force": 1}).status_code == 200


def test_info_has_switchable_names_and_version_form(talker: Talker, sensor: Sensor) -> None:
    info = talker.get("/sensorInfo")
    assert (info["sensor"]["model"], info["sensor"]["family"], info["comBoard"]["fwVersion"]) == (1, 5, "1.209")
    assert info["comBoard"]["pinResetRequired"] is False
    sensor.switches.set(info_names=["radar", "board"], version_as="number")
    assert talker.get("/sensorInfo")["board"]["fwVersion"] == 1209


def test_alarms_show_in_status_and_log(talker: Talker, sensor: Sensor) -> None:
    sensor.raise_alarm(1, 4, [{"distance": 3000, "rcs": 1200, "id": 7}], minDistance=2900)
    assert talker.get("/alarmStatus")["alarms"] == [{"type": 1, "cause": 4, "target": [{"distance": 3000, "rcs": 1200, "id": 7}]}]
    assert talker.get("/eventLog")["events"][0]["minDistance"] == 2900


def test_name_is_stored(talker: Talker) -> None:
    assert talker.put("/comBoardName", {"name": "gate-west"}) == {"errorCode": 0}
    assert talker.get("/comBoardName") == {"name": "gate-west"}


def test_sensor_reset_keeps_network_password_and_name(talker: Talker, sensor: Sensor) -> None:
    talker.put("/sensorConfiguration", {"configuration": {"channel": 5}})
    talker.put("/comBoardName", {"name": "gate"})
    before = (sensor.password, sensor.address)
    assert talker.put("/sensorReset") == {"errorCode": 0}
    configuration = talker.get("/sensorConfiguration")["configuration"]
    assert (configuration["channel"], configuration["configurationsCount"]) == (0, 0)
    assert (sensor.password, sensor.address) == before
    assert sensor.com_board_name == "gate"


def test_calibration_runs_in_order(talker: Talker, sensor: Sensor) -> None:
    assert talker.get("/calibrationData")["value"] == 0
    assert talker.put("/calibrationStatus", {"operation": 3})["errorCode"] == 10
    assert talker.put("/calibrationStatus", {"operation": 0})["errorCode"] == 10
    assert talker.put("/calibrationStatus", {"operation": 1}) == {"errorCode": 0}
    assert talker.put("/calibrationStatus", {"operation": 3})["errorCode"] == 10
    sensor.switches.set(calibration_outcome=223)
    assert talker.put("/calibrationStatus", {"operation": 0}) == {"errorCode": 223}
    assert talker.put("/calibrationStatus", {"operation": 3}) == {"errorCode": 0}
    value = talker.get("/calibrationData")["value"]
    assert talker.get("/sensorConfiguration")["configuration"]["calibrationCoefficient"] == value


def test_failed_calibration_cannot_be_saved_and_data_go_in_a_restart(talker: Talker, simulator: MskSimulator, sensor: Sensor) -> None:
    sensor.switches.set(calibration_outcome=17)
    talker.put("/calibrationStatus", {"operation": 2})
    assert talker.put("/calibrationStatus", {"operation": 0}) == {"errorCode": 17}
    assert talker.put("/calibrationStatus", {"operation": 3})["errorCode"] == 10
    simulator.reboot(sensor, 0)
    assert talker.login().get("/calibrationData")["value"] == 0


def test_requests_are_recorded(talker: Talker, sensor: Sensor) -> None:
    talker.put("/sensorConfiguration", {"configuration": {"version": 1}})
    login, write = sensor.requests
    assert (login.path, login.writing, login.status) == ("/login", False, 200)
    assert (write.method, write.path, write.writing, write.refused) == ("PUT", "/sensorConfiguration", True, "read-only key version")
    assert write.headers["Authorization"].startswith("Bearer ")
    assert write.body == {"configuration": {"version": 1}}
    assert write.connection == login.connection
    assert sensor.violations == ["PUT /sensorConfiguration: read-only key version"]


def test_unknown_switches_and_positions_are_refused() -> None:
    with pytest.raises(ValueError, match="no switch"):
        MskSimulator(1, tokenin="body")
    with pytest.raises(ValueError, match="one of"):
        MskSimulator(1, token_in="cookie")
