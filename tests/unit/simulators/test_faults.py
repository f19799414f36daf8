# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time

import pytest
import requests

from ansible_collections.siteops.devices.tests.simulators.faults import Faults
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker, eventually

CHANNEL = {"configuration": {"channel": 9}}
PATH = "/sensorConfiguration"


def test_drop_before_does_nothing(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("drop_before", PATH)
    with pytest.raises(requests.exceptions.ConnectionError):
        talker.put(PATH, CHANNEL)
    assert sensor.configuration["channel"] == 0
    assert (sensor.requests[-1].status, sensor.requests[-1].fault) == (None, "drop_before")
    assert talker.put(PATH, CHANNEL) == {"errorCode": 0}


def test_drop_after_has_done_it(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("drop_after", PATH, "PUT")
    assert talker.get(PATH)
    with pytest.raises(requests.exceptions.ConnectionError):
        talker.put(PATH, CHANNEL)
    assert sensor.configuration["channel"] == 9


def test_expire_ends_the_session_and_forbid_does_not(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("forbid")
    assert talker.send("PUT", PATH, json=CHANNEL).status_code == 403
    assert sensor.open_sessions == 1
    sensor.fail("expire")
    assert talker.send("PUT", PATH, json=CHANNEL).status_code == 403
    assert sensor.open_sessions == 0
    assert talker.send("GET", PATH).status_code == 403
    assert sensor.configuration["channel"] == 0


def test_http_errors_may_ask_to_come_back(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("status", code=429, retry_after=1)
    reply = talker.send("PUT", PATH, json=CHANNEL)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "1")
    assert sensor.configuration["channel"] == 0
    sensor.fail("status", code=502, done=True)
    assert talker.send("PUT", PATH, json=CHANNEL).status_code == 502
    assert sensor.configuration["channel"] == 9


def test_spoilt_replies(talker: Talker, sensor: Sensor) -> None:
    for kind in ("html", "not_json", "truncated"):
        sensor.fail(kind)
        reply = talker.send("GET", PATH)
        assert reply.status_code == 200
        with pytest.raises(requests.exceptions.JSONDecodeError):
            reply.json()
    sensor.fail("cut")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        talker.send("GET", PATH)
    sensor.fail("wrong_types")
    assert talker.get(PATH)["configuration"]["channel"] == "0"


def test_error_code_and_ignore_take_no_values(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("error_code", code=77, desc="no")
    assert talker.put(PATH, CHANNEL) == {"errorCode": 77, "errorDesc": "no"}
    sensor.fail("ignore", method="PUT")
    assert talker.put(PATH, CHANNEL) == {"errorCode": 0}
    assert sensor.configuration["channel"] == 0
    sensor.fail("error_code", code=78, done=True)
    assert talker.put(PATH, CHANNEL) == {"errorCode": 78}
    assert sensor.configuration["channel"] == 9


def test_delay(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("delay", seconds=0.2)
    begun = time.monotonic()
    assert talker.get(PATH)
    assert time.monotonic() - begun >= 0.2


def test_reboot_and_not_listening(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("not_listening", seconds=0.1)
    with pytest.raises(requests.exceptions.ConnectionError):
        talker.get(PATH)
    eventually(lambda: talker.get(PATH))
    sensor.fail("reboot", seconds=0.1)
    with pytest.raises(requests.exceptions.ConnectionError):
        talker.get(PATH)
    eventually(lambda: talker.send("GET", PATH).status_code == 403)


def test_nth_request_whatever_it_is(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("status", nth=3, times=2)
    assert [talker.send("GET", path).status_code for path in (PATH, "/sensorInfo", PATH, "/eventLog", PATH)] == [200, 200, 503, 503, 200]


def test_faults_queue_and_count() -> None:
    orders = Faults()
    orders.add("drop_before", "/a")
    orders.add("drop_after", "/a")
    orders.add("expire", nth=4)
    orders.add("delay", "/b", times=None)
    struck = [orders.take("GET", path) for path in ("/a", "/a", "/a", "/a", "/b", "/b")]
    assert [fault.kind if fault else None for fault in struck] == ["drop_before", "drop_after", None, "expire", "delay", "delay"]
    with pytest.raises(ValueError, match="no fault of the kind"):
        orders.add("explode")
