# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker, eventually


def refuses_connections(simulator: MskSimulator, address: str) -> bool:
    try:
        requests.get(f"https://{address}:{simulator.port}/", verify=simulator.ca_path, timeout=2)
    except requests.exceptions.ConnectionError as error:
        return "refused" in str(error)
    return False


def test_address_moves_after_the_reply_and_sessions_survive(talker: Talker, simulator: MskSimulator, sensor: Sensor) -> None:
    old = sensor.address
    assert talker.put("/netSettings", {"netConfiguration": 2, "staticAddress": "127.20.0.77", "gateway": "127.20.0.254"}) == {
        "errorCode": 0
    }
    eventually(lambda: sensor.address == "127.20.0.77" and sensor.listening)
    assert refuses_connections(simulator, old)
    settings = talker.get("/netSettings")
    assert (settings["curHostAddress"], settings["curGateway"]) == ("127.20.0.77", "127.20.0.254")
    assert not sensor.violations


def test_reply_may_be_lost_in_the_move(talker: Talker, sensor: Sensor) -> None:
    sensor.switches.set(move="before_reply", move_seconds=0.1)
    with pytest.raises(requests.exceptions.ConnectionError):
        talker.put("/netSettings", {"staticAddress": "127.20.0.78"})
    assert not sensor.listening
    eventually(lambda: sensor.listening)
    assert talker.get("/netSettings")["curHostAddress"] == "127.20.0.78"
    assert sensor.requests[-2].status is None


def test_put_that_does_not_move_takes_effect_at_once(talker: Talker, sensor: Sensor) -> None:
    talker.put("/netSettings", {"staticAddress": sensor.address, "subnet": "255.255.0.0", "netConfiguration": 0})
    settings = talker.get("/netSettings")
    assert (settings["curNetConfiguration"], settings["curSubnet"]) == (0, "255.255.0.0")


def test_omitted_static_address_means_the_factory_address(talker: Talker, sensor: Sensor) -> None:
    talker.put("/netSettings", {"netConfiguration": 2})
    eventually(lambda: sensor.address == "127.20.255.50" and sensor.listening)
    assert talker.get("/netSettings")["staticAddress"] == "127.20.255.50"


def test_omitted_static_address_may_be_kept(talker: Talker, sensor: Sensor) -> None:
    sensor.switches.set(omitted_static_address="kept")
    before = sensor.address
    talker.put("/netSettings", {"netConfiguration": 0})
    assert talker.get("/netSettings")["curHostAddress"] == before


def test_dhcp_with_and_without_a_server(talker: Talker, sensor: Sensor) -> None:
    sensor.network.dhcp_address = "127.20.1.5"
    talker.put("/netSettings", {"netConfiguration": 7})
    eventually(lambda: sensor.address == "127.20.1.5" and sensor.listening)
    assert talker.get("/netSettings")["curNetConfiguration"] == 3
    sensor.network.dhcp_address = None
    talker.put("/netSettings", {"netConfiguration": 7, "subnet": "255.255.255.0"})
    eventually(lambda: sensor.address == sensor.network.auto_address and sensor.listening)
    settings = talker.get("/netSettings")
    assert (settings["netConfiguration"], settings["curNetConfiguration"]) == (7, 6)


@pytest.mark.parametrize(
    "change",
    [
        {"curHostAddress": "127.20.0.9"},
        {"curNetConfiguration": 2},
        {"netConfiguration": 8},
        {"netConfiguration": "2"},
        {"staticAddress": "127.20.0.300"},
        {"staticAddress": 5},
        {"subnet": "255.0.255.0"},
        {"gateway": "gate"},
        {"dns": "127.0.0.1"},
    ],
)
def test_refused_puts_change_nothing(talker: Talker, sensor: Sensor, change: dict[str, Any]) -> None:
    before = talker.get("/netSettings")
    assert talker.put("/netSettings", {"staticAddress": "127.20.0.44", **change})["errorCode"] != 0
    assert talker.get("/netSettings") == before
    assert len(sensor.violations) == 1


def test_addresses_outside_loopback_are_never_used(talker: Talker) -> None:
    assert talker.put("/netSettings", {"staticAddress": "192.168.0.50"})["errorCode"] != 0
    with pytest.raises(ValueError, match="live on"), MskSimulator(1, first_address="192.168.0.50"):
        pass


def test_two_sensors_at_one_address_get_it_in_turn(simulator: MskSimulator) -> None:
    first, second = simulator.sensors
    for sensor in simulator.sensors:
        simulator.merge(sensor, {"network": {"static_address": "127.20.0.60"}})
    assert [sensor.listening for sensor in simulator.sensors] == [True, False]
    simulator.merge(first, {"network": {"static_address": "127.20.0.61"}})
    assert [sensor.listening for sensor in simulator.sensors] == [True, True]
    assert Talker(simulator, second).login().get("/sensorInfo")["sensor"]["deviceId"] == "MSK00000002"


def test_com_board_reset_restarts_with_factory_network_password_and_name(talker: Talker, sensor: Sensor) -> None:
    talker.put("/comBoardName", {"name": "gate"})
    talker.put("/sensorConfiguration", {"configuration": {"channel": 5}})
    assert talker.put("/comboardReset") == {"errorCode": 0}
    eventually(lambda: sensor.address == "127.20.255.50" and sensor.listening)
    assert talker.send("GET", "/sensorInfo").status_code == 403
    assert talker.put("/login", {"password": "admin"})["errorCode"] == 100
    assert sensor.com_board_name == "msk101poe-00001"
    assert sensor.configuration["channel"] == 5
    assert not sensor.violations


def test_com_board_reset_without_login_only_after_a_start(stranger: Talker, sensor: Sensor) -> None:
    sensor.age(21)
    assert stranger.send("PUT", "/comboardReset").status_code == 403
    sensor.age(-21)
    assert stranger.send("PUT", "/comboardReset").status_code == 200
