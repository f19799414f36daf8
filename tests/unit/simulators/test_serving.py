# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
import threading

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator
from ansible_collections.siteops.devices.tests.simulators.serving import listening_socket
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker


def test_sensors_share_a_port_but_not_their_state(simulator: MskSimulator) -> None:
    first, second = simulator.sensors
    Talker(simulator, first).login().put("/comBoardName", {"name": "first"})
    assert Talker(simulator, second).login().get("/comBoardName") == {"name": "msk101poe-00002"}


def test_connections_are_kept(simulator: MskSimulator) -> None:
    talker = Talker(simulator, simulator.sensor).login()
    for _request in range(5):
        talker.get("/sensorInfo")
    assert len({request.connection for request in simulator.sensor.requests}) == 1


def test_nothing_is_left_after_the_end() -> None:
    before = set(threading.enumerate())
    with MskSimulator(3) as simulator:
        Talker(simulator, simulator.sensor).login()
        port = simulator.port
    assert not any(sensor.listening for sensor in simulator.sensors)
    assert not [thread for thread in threading.enumerate() if thread.name == "simulator" and thread not in before]
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.20.0.1", port), 1):
        pass


def test_port_that_is_taken_is_an_error_when_it_was_asked_for() -> None:
    with listening_socket("127.20.0.2", 0) as taken:
        port = taken.getsockname()[1]
        taken.listen()
        with pytest.raises(OSError, match="taken"), MskSimulator(2, port=port):
            pass


def test_five_hundred_sensors_start_at_once() -> None:
    with MskSimulator(500) as simulator:
        last = simulator.sensors[-1]
        assert last.address == "127.20.1.246"
        assert Talker(simulator, last).login().get("/sensorInfo")["sensor"]["deviceId"] == "MSK00000500"
