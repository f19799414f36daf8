# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker


def test_wrong_password_opens_nothing(stranger: Talker, sensor: Sensor) -> None:
    reply = stranger.put("/login", {"password": "guess"})
    assert reply["errorCode"] not in {0, 100}
    assert "token" not in reply
    assert sensor.open_sessions == 0
    assert not sensor.violations


def test_logout_ends_the_session(talker: Talker, sensor: Sensor) -> None:
    assert sensor.open_sessions == 1
    assert talker.put("/logout") == {"errorCode": 0}
    assert sensor.open_sessions == 0
    assert talker.send("GET", "/sensorInfo").status_code == 403
    assert sensor.violations == ["GET /sensorInfo: token logged out"]


def test_token_in_header(stranger: Talker, sensor: Sensor) -> None:
    sensor.switches.set(token_in="header")
    reply = stranger.send("PUT", "/login", json={"password": sensor.password})
    assert reply.json() == {"errorCode": 0}
    stranger.http.headers["Authorization"] = reply.headers["Authorization"]
    assert stranger.send("GET", "/sensorInfo").status_code == 200


def test_token_by_update_token_only_on_the_connection_that_logged_in(simulator: MskSimulator, stranger: Talker, sensor: Sensor) -> None:
    sensor.switches.set(token_in="update_token")
    assert stranger.put("/login", {"password": sensor.password}) == {"errorCode": 0}
    assert Talker(simulator, sensor).send("GET", "/updateToken").status_code == 403
    assert stranger.send("GET", "/sensorInfo").status_code == 403
    stranger.token = stranger.get("/updateToken")["token"]
    assert stranger.send("GET", "/sensorInfo").status_code == 200
    assert sensor.open_sessions == 1


def test_update_token_replaces_the_token(talker: Talker, sensor: Sensor) -> None:
    old = talker.token
    talker.token = talker.get("/updateToken")["token"]
    assert talker.send("GET", "/sensorInfo").status_code == 200
    talker.token = old
    assert talker.send("GET", "/sensorInfo").status_code == 403
    assert not sensor.violations


def test_tokens_expire_by_time_and_by_order(talker: Talker, sensor: Sensor) -> None:
    sensor.expire_tokens()
    assert talker.send("GET", "/sensorInfo").status_code == 403
    sensor.switches.set(token_seconds=0)
    talker.login()
    assert talker.send("GET", "/sensorInfo").status_code == 403
    assert sensor.open_sessions == 0
    assert not sensor.violations


def test_unknown_token_is_a_violation(talker: Talker, sensor: Sensor) -> None:
    talker.token = "made-up"
    assert talker.send("GET", "/sensorInfo").status_code == 403
    assert sensor.violations == ["GET /sensorInfo: a token that was never given"]


def test_sessions_may_be_limited(simulator: MskSimulator, talker: Talker, sensor: Sensor) -> None:
    sensor.switches.set(max_sessions=1)
    late = Talker(simulator, sensor)
    assert late.put("/login", {"password": sensor.password})["errorCode"] == 4
    talker.put("/logout")
    late.login()


def test_default_password_has_to_be_changed_first() -> None:
    with MskSimulator(1, factory_new=True) as simulator:
        talker = Talker(simulator, simulator.sensor)
        reply = talker.put("/login", {"password": "admin"})
        assert reply["errorCode"] == 100
        talker.token = reply["token"]
        assert talker.send("GET", "/sensorInfo").status_code == 403
        simulator.sensor.switches.set(default_password_refusal="error_code")
        assert talker.get("/sensorInfo")["errorCode"] == 100
        assert talker.put("/changePassword", {"oldPassword": "admin", "newPassword": "better"}) == {"errorCode": 0}
        assert talker.get("/sensorInfo")["comBoard"]["pinResetRequired"] is False
        assert simulator.sensor.password == "better"


def test_change_password_needs_the_old_one(talker: Talker, sensor: Sensor) -> None:
    before = sensor.password
    assert talker.put("/changePassword", {"oldPassword": "x", "newPassword": "y"})["errorCode"] == 1
    assert talker.put("/changePassword", {"oldPassword": before, "newPassword": ""})["errorCode"] == 2
    assert talker.put("/changePassword", {"newPassword": "y"})["errorCode"] == 3
    assert sensor.password == before


def test_change_of_password_may_end_sessions(talker: Talker, sensor: Sensor) -> None:
    sensor.switches.set(password_change_ends_sessions=True)
    assert talker.put("/changePassword", {"oldPassword": sensor.password, "newPassword": "y"}) == {"errorCode": 0}
    assert talker.send("GET", "/sensorInfo").status_code == 403
