# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators import ifw
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.simulators.talking import Talker, eventually

NAME = "CBPOE_v1210.bin"
DATA = ifw.payload("1.210", 1210, 3000)
META = ifw.manifest(NAME, DATA, dst=1)


@pytest.fixture
def updating(talker: Talker) -> Talker:
    """A client that has begun to update the communication board."""
    assert talker.put("/startProcessUpdate", {"dst": 1}) == {"errorCode": 0}
    return talker


@pytest.fixture
def sending(updating: Talker) -> Talker:
    """... and has sent the manifest and begun with the file."""
    updating.transfer("/chunkManifestUpdate", NAME, META, updating.put("/startManifestUpdate")["maxChunkSize"])
    assert updating.put("/stopManifestUpdate") == {"errorCode": 0}
    assert updating.put("/startFileUpdate") == {"errorCode": 0, "maxChunkSize": 1024}
    return updating


def test_firmware_update_restarts_with_the_new_version(talker: Talker, sensor: Sensor) -> None:
    assert talker.send_package(ifw.firmware(ifw.COM_BOARD, "1.210")) == {"errorCode": 0}
    eventually(lambda: not sensor.listening)
    eventually(lambda: sensor.listening)
    assert talker.send("GET", "/sensorInfo").status_code == 403
    assert talker.login().get("/sensorInfo")["comBoard"]["fwVersion"] == "1.210"
    assert not sensor.violations


@pytest.mark.parametrize(("outcome", "version", "alarms"), [("old", "1.118", 0), ("sick", "1.119", 1)])
def test_update_may_come_out_otherwise(talker: Talker, sensor: Sensor, outcome: str, version: str, alarms: int) -> None:
    sensor.switches.set(update_outcome=outcome)
    assert talker.send_package(ifw.firmware(ifw.SENSOR, "1.119")) == {"errorCode": 0}
    assert sensor.versions[0][0] == version
    assert len(sensor.alarms) == alarms


def test_update_may_fail_at_the_end(talker: Talker, sensor: Sensor) -> None:
    sensor.switches.set(update_outcome="refused")
    assert talker.send_package(ifw.firmware(ifw.SENSOR, "1.119"))["errorCode"] == 16
    assert talker.put("/stopProcessUpdate", {"force": 1}) == {"errorCode": 0}
    assert sensor.versions[0][0] == "1.118"


def test_web_files_enter_contents_json(talker: Talker, sensor: Sensor) -> None:
    package = ifw.web({"index.html": b"<html>", "js/app.js": b"run()"})
    assert talker.send_package(package, ["index.html", "js/app.js"]) == {"errorCode": 0}
    assert talker.send("GET", "/contents.json").json() == json.loads(package.data("contents.json"))
    assert sensor.listening


def test_contents_json_can_be_sent_itself(talker: Talker, sensor: Sensor) -> None:
    package = ifw.web({"new.html": b"<html>"}, with_contents_manifest=True)
    talker.send_package(package, ["new.html", "contents.json"])
    assert list(sensor.contents) == ["new.html"]


STEPS: list[tuple[str, Any]] = [
    ("/startManifestUpdate", None),
    ("/stopManifestUpdate", None),
    ("/startFileUpdate", None),
    ("/stopFileUpdate", None),
    ("/stopProcessUpdate", {"force": 0}),
]


@pytest.mark.parametrize(("path", "body"), STEPS)
def test_nothing_goes_without_a_session(talker: Talker, sensor: Sensor, path: str, body: Any) -> None:
    assert talker.put(path, body)["errorCode"] == 12
    assert len(sensor.violations) == 1


@pytest.mark.parametrize(
    ("path", "code"), [("/stopManifestUpdate", 10), ("/startFileUpdate", 10), ("/stopFileUpdate", 10), ("/stopProcessUpdate", 13)]
)
def test_wrong_order_is_refused(updating: Talker, sensor: Sensor, path: str, code: int) -> None:
    assert updating.put(path, {"force": 0})["errorCode"] == code
    assert len(sensor.violations) == 1


def test_only_one_session_at_a_time_and_it_survives_its_token(updating: Talker, sensor: Sensor) -> None:
    assert updating.put("/startProcessUpdate", {"dst": 0})["errorCode"] == 11
    sensor.expire_tokens()
    assert updating.login().put("/startProcessUpdate", {"dst": 0})["errorCode"] == 11
    assert updating.put("/stopProcessUpdate", {"force": 1}) == {"errorCode": 0}
    assert updating.put("/startProcessUpdate", {"dst": 0}) == {"errorCode": 0}
    assert not sensor.violations


def test_orphans_may_time_out(updating: Talker, sensor: Sensor) -> None:
    sensor.switches.set(orphan_seconds=0)
    assert updating.put("/startProcessUpdate", {"dst": 0}) == {"errorCode": 0}


def test_restart_ends_the_session(updating: Talker, simulator: MskSimulator, sensor: Sensor) -> None:
    simulator.reboot(sensor, 0)
    assert sensor.updates.session is None
    assert updating.login().put("/startManifestUpdate")["errorCode"] == 12


def test_stop_without_session_is_only_wrong_when_it_should_apply(talker: Talker, sensor: Sensor) -> None:
    assert talker.put("/stopProcessUpdate", {"force": 1})["errorCode"] == 12
    assert not sensor.violations
    assert talker.put("/stopProcessUpdate", {"force": True})["errorCode"] == 2
    assert talker.put("/startProcessUpdate", {"dst": 3})["errorCode"] == 2


def test_chunk_may_be_repeated_but_not_altered(sending: Talker, sensor: Sensor) -> None:
    for _repetition in range(2):
        assert sending.chunk("/chunkFileUpdate", NAME, DATA, 0, 1024).json() == {"errorCode": 0}
    assert not sensor.violations
    assert sending.chunk("/chunkFileUpdate", NAME, b"x" * 3000, 0, 1024).json()["errorCode"] == 14


@pytest.mark.parametrize(
    ("start", "end", "total"),
    [(0, 1000, 3000), (0, 1025, 3000), (1024, 2048, 3000), (0, 1024, 1024 * 9), (512, 1536, 3000)],
    ids=["short", "long", "gap", "other total", "overlap"],
)
def test_bad_chunks_are_refused_and_not_taken(sending: Talker, sensor: Sensor, start: int, end: int, total: int) -> None:
    if start == 512 or total != 3000:
        sending.chunk("/chunkFileUpdate", NAME, DATA, 0, 1024)
    before = sensor.updates.state()
    assert sending.chunk("/chunkFileUpdate", NAME, DATA, start, end, total=total).json()["errorCode"] == 14
    assert sensor.updates.state() == before
    assert len(sensor.violations) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": "bytes 0-1023/3000"},
        {"X-Update-Filename": NAME},
        {"X-Update-Filename": NAME, "Content-Range": "bytes 0-1024/3000"},
        {"X-Update-Filename": NAME, "Content-Range": "0-1023/3000"},
        {"X-Update-Filename": NAME, "Content-Range": "bytes 0-1023/*"},
        {"X-Update-Filename": NAME, "Content-Range": "bytes 1023-0/3000"},
        {"X-Update-Filename": NAME, "Content-Range": "bytes 0-1023/1023"},
        {"X-Update-Filename": "other.bin", "Content-Range": "bytes 0-1023/3000"},
        {"X-Update-Filename": f"{NAME}.mf", "Content-Range": "bytes 0-1023/3000"},
    ],
)
def test_chunk_headers_are_checked(sending: Talker, sensor: Sensor, headers: dict[str, str]) -> None:
    assert sending.send("PUT", "/chunkFileUpdate", data=DATA[:1024], headers=headers).json()["errorCode"] == 14
    assert len(sensor.violations) == 1


@pytest.mark.parametrize(("form", "plain", "extended"), [("either", 0, 0), ("plain", 0, 14), ("mf", 14, 0)])
def test_name_in_the_manifest_phase(updating: Talker, sensor: Sensor, form: str, plain: int, extended: int) -> None:
    sensor.switches.set(manifest_name=form, manifest_chunk_size=4096)
    for name, code in [(NAME, plain), (f"{NAME}.mf", extended)]:
        updating.put("/startManifestUpdate")
        assert updating.chunk("/chunkManifestUpdate", name, META, 0, len(META)).json()["errorCode"] == code
        updating.put("/stopProcessUpdate", {"force": 1})
        updating.put("/startProcessUpdate", {"dst": 1})


@pytest.mark.parametrize(
    ("meta", "code"),
    [
        (b"no manifest", 15),
        (b"[]", 15),
        (ifw.manifest("other.bin", DATA), 15),
        (ifw.manifest(NAME, DATA, dst=0), 15),
        (b'{"name": "CBPOE_v1210.bin", "size": "3000", "sha256": ""}', 15),
    ],
)
def test_bad_manifest_fails_the_session(updating: Talker, sensor: Sensor, meta: bytes, code: int) -> None:
    updating.transfer("/chunkManifestUpdate", NAME, meta, updating.put("/startManifestUpdate")["maxChunkSize"])
    assert updating.put("/stopManifestUpdate")["errorCode"] == code
    assert updating.put("/startManifestUpdate")["errorCode"] == 10
    assert updating.put("/stopProcessUpdate", {"force": 0})["errorCode"] == 10
    assert updating.put("/stopProcessUpdate", {"force": 1})["errorCode"] == 0
    assert sensor.updates.session is None


def test_incomplete_manifest_and_file_fail(sending: Talker, updating: Talker) -> None:
    sending.chunk("/chunkFileUpdate", NAME, DATA, 0, 1024)
    assert sending.put("/stopFileUpdate")["errorCode"] == 13
    updating.put("/stopProcessUpdate", {"force": 1})
    updating.put("/startProcessUpdate", {"dst": 1})
    updating.put("/startManifestUpdate")
    assert updating.put("/stopManifestUpdate")["errorCode"] == 13


def test_file_has_to_fit_its_manifest(sending: Talker, sensor: Sensor) -> None:
    sending.transfer("/chunkFileUpdate", NAME, DATA[:-1] + b"?", 1024)
    assert sending.put("/stopFileUpdate")["errorCode"] == 15
    assert sensor.versions[1][0] == "1.209"


def test_lost_reply_to_the_last_stop_means_a_restarting_sensor(talker: Talker, sensor: Sensor) -> None:
    sensor.fail("drop_after", "/stopProcessUpdate")
    with pytest.raises(OSError):
        talker.send_package(ifw.firmware(ifw.COM_BOARD, "1.210"))
    eventually(lambda: sensor.listening and talker.login())
    assert talker.get("/sensorInfo")["comBoard"]["fwVersion"] == "1.210"


def test_empty_file_has_no_chunks(talker: Talker, sensor: Sensor) -> None:
    talker.send_package(ifw.web({"empty.css": b""}), ["empty.css"])
    assert "empty.css" in sensor.contents
    assert not sensor.violations
