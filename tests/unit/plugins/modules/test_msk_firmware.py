# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""msk_firmware over real sockets: what is sent, what is found out, and what a failure leaves behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.msk import arrival, update, upload
from ansible_collections.siteops.devices.tests.simulators import ifw
from ansible_collections.siteops.devices.tests.simulators.exchange import Call, Reply
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.simulators.msk_sensor import ENDPOINTS
from ansible_collections.siteops.devices.tests.unit.plugins.module_utils.msk.test_ifw import BAD, write_bad
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, outcome_of, run, ship, start_shipped
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

SIZE = 2500
OLD, NEW = ("1.118", 1118), ("1.210", 1210)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that are over soon."""
    monkeypatch.setattr(arrival, "QUIET", 0.08)
    monkeypatch.setattr(arrival, "SETTLED", 0.3)
    monkeypatch.setattr(upload, "FOREIGN_PATIENCE", 0.1)
    monkeypatch.setattr(update, "REACH_TIMEOUT", 2.0)


class Firmware:
    """Packages in a folder, a sensor that restarts quickly, and the module."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.sensor = site.sensor()
        self.sensor.switches.set(update_seconds=0.03, manifest_chunk_size=4096)

    def write(self, package: ifw.Package, name: str = "new.ifw") -> str:
        return str(package.write(self.folder / name))

    def arguments(self, *packages: str, **more: Any) -> dict[str, Any]:
        waits = {"wait_timeout": 5, "health_timeout": 0.1}
        return self.site.connection(self.sensor, packages=list(packages), **{**waits, **more})

    def run(self, *packages: str, check: bool = False, diff: bool = False, **more: Any) -> Outcome:
        return run("msk_firmware", self.arguments(*packages, **more), check=check, diff=diff)

    @property
    def version(self) -> tuple[str, int]:
        return self.sensor.versions[ifw.SENSOR]

    @property
    def writes(self) -> list[str]:
        return [request.path for request in self.sensor.writing_requests()]

    @property
    def steps(self) -> list[str]:
        return [path.lstrip("/") for path in self.writes if "Update" in path]


@pytest.fixture
def firmware(site: Site, tmp_path: Path) -> Firmware:
    return Firmware(site, tmp_path)


@pytest.fixture
def new(firmware: Firmware) -> str:
    return firmware.write(ifw.firmware(ifw.SENSOR, "1.210", size=SIZE))


@pytest.fixture
def old(firmware: Firmware) -> str:
    return firmware.write(ifw.firmware(ifw.SENSOR, "1.118", size=SIZE), "old.ifw")


def row(outcome: Outcome, number: int = 0) -> dict[str, Any]:
    return dict(outcome.result["components"][number])


def test_update_repeat_and_prediction(firmware: Firmware, new: str) -> None:
    predicted = firmware.run(new, check=True, diff=True)
    assert firmware.writes == []
    done = firmware.run(new, diff=True)
    assert not done.failed, done
    assert done.result == predicted.result
    size = SIZE + len(ifw.firmware(ifw.SENSOR, "1.210", size=SIZE).data("MSK101_v1210.bin.mf"))
    assert row(done) == {
        "component": "sensor",
        "from": "1.118",
        "to": "1.210",
        "action": "updated",
        "files_sent": 1,
        "files_skipped": 0,
        "bytes_sent": size,
    }
    assert done.result["diff"] == {
        "before": {"sensor": {"version": "1.118", "files_to_send": [], "bytes_to_send": 0}},
        "after": {"sensor": {"version": "1.210", "files_to_send": ["MSK101_v1210.bin"], "bytes_to_send": size}},
    }
    assert firmware.version == NEW
    again = firmware.run(new)
    assert not again.changed
    assert row(again) == {**row(done), "from": "1.210", "action": "unchanged", "files_sent": 0, "files_skipped": 1, "bytes_sent": 0}
    assert firmware.sensor.violations == []
    assert firmware.sensor.open_sessions == 0


def test_the_calls_of_chapter_2_in_their_order(firmware: Firmware, new: str) -> None:
    firmware.sensor.switches.set(manifest_chunk_size=100)
    assert not firmware.run(new).failed
    assert firmware.steps == [
        *["startProcessUpdate", "startManifestUpdate", "chunkManifestUpdate", "chunkManifestUpdate", "stopManifestUpdate"],
        *["startFileUpdate", "chunkFileUpdate", "chunkFileUpdate", "chunkFileUpdate", "stopFileUpdate", "stopProcessUpdate"],
    ]
    chunks = [request for request in firmware.sensor.requests if request.path == "/chunkFileUpdate"]
    headers = [{name.lower(): value for name, value in chunk.headers.items()} for chunk in chunks]
    assert [header["content-range"] for header in headers] == ["bytes 0-1023/2500", "bytes 1024-2047/2500", "bytes 2048-2499/2500"]
    assert {header["x-update-filename"] for header in headers} == {"MSK101_v1210.bin"}


@pytest.mark.parametrize(
    "switches",
    [
        {"unnamed_verb": "POST"},
        {"manifest_name": "plain"},
        {"manifest_name": "mf"},
        {"version_as": "number"},
        {"info_names": ("core", "communicationBoard")},
        {"contents_needs_login": True},
        {"token_in": "header"},
        {"max_sessions": 1},
        {"numbers_as": "float"},
        {"update_seconds": 0},
        {"update_seconds": 0, "radar_seconds": 0.5},
        {"update_seconds": 0.1, "radar_seconds": 0.5},
    ],
    ids=str,
)
def test_what_the_document_leaves_open(firmware: Firmware, new: str, switches: dict[str, Any]) -> None:
    firmware.sensor.switches.set(**switches)
    done = firmware.run(new)
    assert not done.failed, done
    assert row(done)["from"] == "1.118"
    assert firmware.version == NEW
    assert not firmware.run(new).changed


def test_versions_that_are_numbers_without_their_zeros(firmware: Firmware, new: str, old: str) -> None:
    firmware.sensor.versions[ifw.SENSOR] = (1.21, 1210)  # type: ignore[assignment]
    assert not firmware.run(new).changed
    assert "older" in firmware.run(old).message


def test_all_three_in_their_order(firmware: Firmware, new: str) -> None:
    board = firmware.write(ifw.firmware(ifw.COM_BOARD, "1.300", size=SIZE), "board.ifw")
    web = firmware.write(ifw.web({"index.html": b"<html>", "js/app.js": b"run()"}), "web.ifw")
    done = firmware.run(web, board, new)
    assert not done.failed, done
    assert [(part["component"], part["action"]) for part in done.result["components"]] == [
        *[("sensor", "updated"), ("com_board", "updated"), ("web_server", "updated")]
    ]
    targets = [request.body["dst"] for request in firmware.sensor.requests if request.path == "/startProcessUpdate"]
    assert targets == [0, 1, 2]
    assert not firmware.run(web, board, new).changed


def test_only_what_is_left(firmware: Firmware, new: str) -> None:
    board = firmware.write(ifw.firmware(ifw.COM_BOARD, "1.209"), "board.ifw")
    done = firmware.run(board, new)
    assert [(part["component"], part["action"]) for part in done.result["components"]] == [
        ("sensor", "updated"),
        ("com_board", "unchanged"),
    ]
    assert firmware.steps.count("startProcessUpdate") == 1


# Web server


FILES = {"index.html": b"<html>", "js/app.js": b"run()", "empty.css": b""}


def test_web_files_that_the_sensor_has_are_skipped(firmware: Firmware) -> None:
    web = firmware.write(ifw.web({name: data for name, data in FILES.items() if data}))
    assert not firmware.run(web).failed
    changed = firmware.write(ifw.web({**{name: data for name, data in FILES.items() if data}, "index.html": b"<html> new"}), "web2.ifw")
    predicted = firmware.run(changed, check=True)
    done = firmware.run(changed)
    assert done.result == predicted.result
    assert (row(done)["files_sent"], row(done)["files_skipped"], row(done)["from"]) == (1, 1, None)
    assert not firmware.run(changed).changed
    assert row(firmware.run(changed, force=True))["files_sent"] == 2


def test_a_contents_json_that_is_a_file_goes_with_the_others(firmware: Firmware) -> None:
    web = firmware.write(ifw.web({"index.html": b"<html>"}, with_contents_manifest=True))
    assert row(firmware.run(web))["files_sent"] == 2
    assert not firmware.run(web).changed


@pytest.mark.parametrize("kind", ["html", "not_json", "wrong_types", "status"])
def test_a_sensor_without_a_usable_contents_json(firmware: Firmware, kind: str) -> None:
    firmware.sensor.fail(kind, "/contents.json", times=None, code=404)
    done = firmware.run(firmware.write(ifw.web({"index.html": b"<html>"})))
    assert not done.failed, done
    assert "gives no usable /contents.json" in done.text
    assert row(done)["files_sent"] == 1


def test_web_files_under_other_keys(firmware: Firmware) -> None:
    firmware.sensor.switches.set(contents_names=("n", "f"))
    web = firmware.write(ifw.web({"index.html": b"<html>"}, keys=("n", "f")))
    assert not firmware.run(web).failed
    assert not firmware.run(web).changed


@pytest.mark.parametrize(
    "switches",
    [
        {"contents_capitals": True},
        {"contents_members": {"size": 7, "type": "text/html", "packed": True, "encodings": []}},
        {"contents_root": "/"},
        {"contents_names": ("n", "mark")},
        {"numbers_as": "float"},
    ],
    ids=lambda switches: next(iter(switches)),
)
def test_a_contents_json_that_is_written_otherwise(firmware: Firmware, switches: dict[str, Any]) -> None:
    firmware.sensor.switches.set(**switches)
    web = firmware.write(ifw.web({"index.html": b"<html>", "js/app.js": b"run()"}))
    done = firmware.run(web)
    assert not done.failed, done
    assert row(done)["files_sent"] == 2
    assert not firmware.run(web).changed


# Refusals, before anything is sent


@pytest.mark.parametrize("name", ["parent path", "bomb", "truncated", "not a zip", "no manifest", "vc is text", "link"])
def test_a_bad_package_is_refused_before_the_first_request(firmware: Firmware, new: str, name: str) -> None:
    bad = str(write_bad(name, firmware.folder))
    for outcome in (firmware.run(bad), firmware.run(bad, check=True), firmware.run(new, rollback_packages=[bad])):
        assert outcome.kind == "input"
        assert BAD[name][1] in outcome.message
    assert calls(firmware.sensor) == []


def test_downgrades(firmware: Firmware, old: str) -> None:
    firmware.sensor.versions[ifw.SENSOR] = NEW
    for check in (False, True):
        refused = firmware.run(old, check=check)
        assert refused.kind == "input"
        assert "runs 1.210; 1.118 in package old.ifw is older" in refused.message
    assert firmware.writes == []
    assert row(firmware.run(old, allow_downgrade=True))["action"] == "updated"
    assert firmware.version == OLD


def test_the_same_version_by_force(firmware: Firmware, old: str) -> None:
    assert not firmware.run(old).changed
    assert firmware.run(old, force=True).changed


def test_packages_for_something_else(firmware: Firmware) -> None:
    other = firmware.write(ifw.firmware(ifw.SENSOR, "1.210", size=SIZE).describe(dm=7))
    refused = firmware.run(other)
    assert refused.kind == "input"
    assert "device mode 7" in refused.message
    assert firmware.writes == []
    forced = firmware.run(other, force=True)
    assert not forced.failed, forced
    assert "device family 2" in forced.text


def test_a_version_that_cannot_be_compared(firmware: Firmware, new: str) -> None:
    firmware.sensor.versions[ifw.SENSOR] = ("nightly", 0)
    assert "cannot be compared" in firmware.run(new).message
    assert row(firmware.run(new, allow_downgrade=True))["from"] == "nightly"
    assert firmware.version == NEW


@pytest.mark.parametrize("more", [{"wait_timeout": 0}, {"packages": []}])
def test_options_that_cannot_be_meant(firmware: Firmware, new: str, more: dict[str, Any]) -> None:
    assert run("msk_firmware", {**firmware.arguments(new), **more}).kind == "input"
    assert calls(firmware.sensor) == []


# Failures on the way

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("drop_after", {}),
    ("forbid", {}),
    ("status", {"code": 500}),
    ("html", {}),
    ("error_code", {"code": 9}),
    ("reboot", {"seconds": 0.05}),
]
CHUNK_FAULTS = [*FAULTS[:-1], ("drop_before", {}), ("truncated", {}), ("not_listening", {"seconds": 0.05})]
EXPECTED_PATHS = {
    *(
        "/login",
        "/sensorInfo",
        "/alarmStatus",
        "/startProcessUpdate",
        "/startManifestUpdate",
        "/chunkManifestUpdate",
        "/stopManifestUpdate",
    ),
    *("/startFileUpdate", "/chunkFileUpdate", "/stopFileUpdate", "/stopProcessUpdate", "/logout"),
}


@pytest.mark.parametrize(("kind", "details"), FAULTS, ids=[kind for kind, _details in FAULTS])
def test_a_fault_at_any_request(site: Site, tmp_path: Path, kind: str, details: dict[str, Any]) -> None:
    """What the result says is true, no update session stays open, and a second run does the rest."""
    clean = Firmware(site, tmp_path)
    new = clean.write(ifw.firmware(ifw.SENSOR, "1.210", size=1500))
    assert not clean.run(new).failed
    assert {request.path for request in clean.sensor.requests} >= EXPECTED_PATHS
    last = max(number for number, request in enumerate(clean.sensor.requests) if request.path == "/stopProcessUpdate") + 2
    for number in range(1, last + 1):
        job = Firmware(site, tmp_path)
        job.sensor.fail(kind, nth=number, **details)
        outcome = job.run(new)
        place = f"{kind} at {job.sensor.requests[number - 1].path}, number {number}: {outcome}"
        eventually(lambda job=job: job.sensor.listening)
        assert job.sensor.updates.session is None, place
        assert job.version in (OLD, NEW), place
        if not outcome.failed:
            assert job.version == NEW, place
        elif "components" in outcome.result:
            assert (row(outcome)["action"] == "updated") == (job.version == NEW), place
            assert ("runs sensor 1.210 now" if job.version == NEW else "runs sensor 1.118 now") in outcome.message, place
        else:
            assert job.version == OLD, place
        job.sensor.faults.clear()
        again = job.run(new) if outcome.failed else outcome
        assert not again.failed, f"{place}\nthen {again}"
        assert job.version == NEW, place
        assert not [text for text in job.sensor.violations if "Update" in text and "no update session" not in text], place


@pytest.mark.parametrize("path", ["/chunkManifestUpdate", "/chunkFileUpdate"])
@pytest.mark.parametrize(("kind", "details"), CHUNK_FAULTS, ids=[kind for kind, _details in CHUNK_FAULTS])
def test_a_chunk_that_fails_is_sent_again(firmware: Firmware, new: str, path: str, kind: str, details: dict[str, Any]) -> None:
    firmware.sensor.fail(kind, path, **details)
    done = firmware.run(new)
    assert not done.failed, done
    assert firmware.version == NEW
    assert "stopProcessUpdate" in firmware.steps
    assert firmware.sensor.violations == []


def test_a_chunk_that_fails_for_ever_ends_the_session_by_force(firmware: Firmware, new: str) -> None:
    firmware.sensor.fail("error_code", "/chunkFileUpdate", times=None, code=14, desc="flash is full")
    failed = firmware.run(new)
    assert failed.kind == "refused"
    assert "flash is full" in failed.message
    assert " % (0.2 of 2.7 kB) of new.ifw for its sensor had been sent." in failed.message
    assert "It answers, and runs sensor 1.118 now." in failed.message
    assert not failed.changed
    assert (row(failed)["action"], row(failed)["files_sent"], row(failed)["bytes_sent"]) == ("unchanged", 0, 0)
    assert firmware.steps.count("chunkFileUpdate") == upload.CHUNK_REPEATS + 1
    assert firmware.sensor.writing_requests()[-1].body == {"force": 1}
    assert firmware.sensor.updates.session is None


def test_a_session_that_expires_again_and_again(firmware: Firmware, new: str) -> None:
    for number in range(1, 10, 2):
        firmware.sensor.fail("expire", "/chunkFileUpdate", nth=number)
    done = firmware.run(new)
    assert not done.failed, done
    assert calls(firmware.sensor).count("PUT /login") > 3


LATE_STEPS = [
    "/startManifestUpdate",
    "/chunkManifestUpdate",
    "/stopManifestUpdate",
    "/startFileUpdate",
    "/chunkFileUpdate",
    "/stopFileUpdate",
]


@pytest.mark.parametrize("path", [*LATE_STEPS, "/stopProcessUpdate"])
def test_an_update_that_ends_with_its_token_is_begun_anew(firmware: Firmware, new: str, path: str) -> None:
    firmware.sensor.switches.set(update_ends_with_token=True)
    firmware.sensor.fail("expire", path)
    done = firmware.run(new)
    assert not done.failed, done
    assert "no update session is open" in done.text
    assert "begun anew, once" in done.text
    assert row(done)["action"] == "updated"
    assert firmware.version == NEW
    assert firmware.steps.count("startProcessUpdate") == 2
    assert firmware.sensor.violations == []
    assert not firmware.run(new).changed


def test_an_update_whose_token_never_lasts_is_given_up(firmware: Firmware, new: str) -> None:
    firmware.sensor.switches.set(update_ends_with_token=True)
    firmware.sensor.fail("expire", "/stopFileUpdate", times=None)
    failed = firmware.run(new)
    assert failed.failed
    assert firmware.steps.count("startProcessUpdate") == 2
    assert firmware.sensor.updates.session is None
    assert firmware.version == OLD


def swap_when_restarted(firmware: Firmware) -> None:
    """Once it restarts, another sensor is in its place."""
    restarted = firmware.sensor.restarted

    def swapped() -> None:
        firmware.sensor.number += 5000
        restarted()

    firmware.sensor.restarted = swapped  # type: ignore[method-assign]


def test_another_sensor_in_its_place_amid_the_upload(firmware: Firmware, new: str) -> None:
    """It restarted, has forgotten the update, and the address belongs to another one now: that one gets nothing."""
    swap_when_restarted(firmware)
    firmware.sensor.fail("reboot", "/chunkFileUpdate", seconds=0.03)
    failed = firmware.run(new)
    assert failed.kind == "identity"
    assert firmware.steps.count("startProcessUpdate") == 1


def test_a_restart_amid_the_upload(firmware: Firmware, new: str) -> None:
    firmware.sensor.fail("reboot", "/chunkFileUpdate", seconds=0.03)
    done = firmware.run(new)
    assert not done.failed, done
    assert firmware.version == NEW
    assert firmware.steps.count("startProcessUpdate") == 2


def test_a_sensor_that_refuses_to_apply(firmware: Firmware, new: str) -> None:
    firmware.sensor.switches.set(update_outcome="refused")
    failed = firmware.run(new)
    assert failed.kind == "refused"
    assert "could not be applied" in failed.message
    assert firmware.sensor.updates.session is None
    assert firmware.version == OLD


def test_a_sensor_that_comes_back_with_the_old_version(firmware: Firmware, new: str, old: str) -> None:
    firmware.sensor.switches.set(update_outcome="old")
    failed = firmware.run(new, rollback_packages=[old])
    assert failed.kind == "failed"
    assert "took the update, but its sensor runs version 1.118, not 1.210" in failed.message
    assert row(failed)["action"] == "unchanged"
    assert not failed.changed


def test_a_sensor_that_does_not_come_back(firmware: Firmware, new: str) -> None:
    firmware.sensor.switches.set(update_seconds=3)
    failed = firmware.run(new, wait_timeout=0.5, retries=0)
    assert failed.kind == "deadline"
    assert failed.changed
    eventually(lambda: firmware.sensor.listening)
    assert firmware.version == NEW


def test_a_sensor_that_is_slow_to_restart(firmware: Firmware, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on with the old version, without a restart, for longer than a restarted one may."""
    firmware.sensor.updates._apply = lambda _dst, _files: None
    firmware.sensor.switches.set(update_seconds=0)
    looks: list[float] = []
    look = update.Update._look

    def looked(work: update.Update, part: update.Part, client: Any) -> arrival.Seen:
        looks.append(time.monotonic())
        if looks[-1] - looks[0] > 0.5:
            firmware.sensor.versions[ifw.SENSOR] = NEW
        return look(work, part, client)

    monkeypatch.setattr(update.Update, "_look", looked)
    monkeypatch.setitem(ENDPOINTS["/stopProcessUpdate"], "PUT", lambda sensor, call: Reply(sensor.updates.stop_process(call)))
    assert not firmware.run(new).failed


def test_another_sensor_in_its_place(firmware: Firmware, new: str) -> None:
    swap_when_restarted(firmware)
    failed = firmware.run(new)
    assert failed.kind == "identity"
    assert failed.message.count("Another sensor answers") == 1
    assert "In which state it is now is not known." in failed.message


def test_without_waiting(firmware: Firmware, new: str) -> None:
    done = firmware.run(new, wait=False)
    assert not done.failed
    assert row(done)["action"] == "updated"
    assert "GET /alarmStatus" not in calls(firmware.sensor)
    made = calls(firmware.sensor)
    assert made[made.index("PUT /stopProcessUpdate") + 1 :] in ([], ["PUT /logout"])  # it may be gone already


# Rollback


def test_a_sick_sensor_is_rolled_back(firmware: Firmware, new: str, old: str) -> None:
    firmware.sensor.switches.set(update_outcome="sick")
    firmware.sensor.updates._apply = heal_on(firmware.sensor, "1.118")
    failed = firmware.run(new, rollback_packages=[old])
    assert failed.kind == "failed"
    assert "not healthy with it: It reports a fault alarm: security error." in failed.message
    assert "Its sensor was rolled back to 1.118. It answers, and runs sensor 1.118 now." in failed.message
    assert row(failed)["action"] == "rolled_back"
    assert failed.changed
    assert firmware.version == OLD


def heal_on(sensor: Sensor, version: str) -> Callable[[int, Any], None]:
    """What applies an update, and makes the sensor well with that version."""

    def apply(dst: int, files: Any) -> None:
        sensor.alarms.clear()
        sensor.switches.set(update_outcome="new" if files[-1].version[0] == version else "sick")
        sensor._take_update(dst, files)

    return apply


def test_a_sick_sensor_without_a_way_back(firmware: Firmware, new: str) -> None:
    firmware.sensor.switches.set(update_outcome="sick")
    failed = firmware.run(new)
    assert "runs sensor 1.210 now" in failed.message
    assert (row(failed)["action"], failed.changed) == ("updated", True)


@pytest.mark.parametrize("kind", ["status", "html", "error_code", "wrong_types"])
def test_a_sensor_that_tells_nothing_of_its_health(firmware: Firmware, new: str, kind: str) -> None:
    firmware.sensor.fail(kind, "/alarmStatus", times=None, code=404)
    done = firmware.run(new)
    assert not done.failed, done
    assert "it cannot be seen whether the update makes it sick" in done.text


def test_a_fault_that_was_there_before_is_not_the_updates(firmware: Firmware, new: str) -> None:
    firmware.sensor.raise_alarm(2, 104)
    assert not firmware.run(new).failed


def test_all_that_was_changed_goes_back(firmware: Firmware, new: str, old: str) -> None:
    board = firmware.write(ifw.firmware(ifw.COM_BOARD, "1.300", size=SIZE), "board.ifw")
    old_board = firmware.write(ifw.firmware(ifw.COM_BOARD, "1.209", size=SIZE), "old-board.ifw")
    firmware.sensor.fail("error_code", "/stopFileUpdate", nth=2, code=15)
    failed = firmware.run(new, board, rollback_packages=[old, old_board])
    assert [part["action"] for part in failed.result["components"]] == ["rolled_back", "unchanged"]
    assert (firmware.version, firmware.sensor.versions[ifw.COM_BOARD]) == (OLD, ("1.209", 1209))


def test_only_some_components(firmware: Firmware, new: str) -> None:
    board = firmware.write(ifw.firmware(ifw.COM_BOARD, "1.300", size=SIZE), "board.ifw")
    done = firmware.run(new, board, components=["com_board"])
    assert [part["component"] for part in done.result["components"]] == ["com_board"]
    assert (firmware.version, firmware.sensor.versions[ifw.COM_BOARD]) == (OLD, ("1.300", 1300))


def test_a_rollback_that_fails(firmware: Firmware, new: str, old: str) -> None:
    firmware.sensor.switches.set(update_outcome="sick")
    firmware.sensor.fail("error_code", "/stopManifestUpdate", nth=2, code=15)
    failed = firmware.run(new, rollback_packages=[old])
    assert "Rolling back its sensor to 1.118 failed: " in failed.message
    assert failed.message.endswith("It answers, and runs sensor 1.210 now.")
    assert (row(failed)["from"], row(failed)["to"]) == ("1.118", "1.210")
    assert (row(failed)["action"], failed.changed) == ("failed", True)
    assert firmware.sensor.updates.session is None


# Other runs


def test_the_session_of_a_killed_run_is_taken_over(firmware: Firmware, new: str) -> None:
    open_session(firmware)
    done = firmware.run(new)
    assert not done.failed, done
    assert "ended by force" in done.text
    assert firmware.version == NEW


def open_session(firmware: Firmware) -> None:
    firmware.sensor.updates.start_process(Call("PUT", "/startProcessUpdate", {}, b'{"dst": 1}'))


def test_somebody_else_who_is_done_in_time(firmware: Firmware, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "FOREIGN_PATIENCE", 5.0)
    open_session(firmware)
    original = upload.UpdateSession._begin
    tries: list[int] = []

    def begin(session: upload.UpdateSession, component: Any) -> bool:
        tries.append(1)
        if len(tries) == 3:
            firmware.sensor.updates.abandon()
            firmware.sensor.versions[ifw.SENSOR] = NEW
        return original(session, component)

    monkeypatch.setattr(upload.UpdateSession, "_begin", begin)
    done = firmware.run(new)
    assert not done.failed, done
    assert (row(done)["action"], done.changed, row(done)["bytes_sent"]) == ("unchanged", False, 0)
    assert "chunkFileUpdate" not in firmware.steps
    assert firmware.sensor.updates.session is None


def test_a_sensor_that_refuses_every_start(firmware: Firmware, new: str) -> None:
    firmware.sensor.fail("error_code", "/startProcessUpdate", times=None, code=77)
    failed = firmware.run(new)
    assert (failed.kind, failed.result["error"]["code"]) == ("busy", 77)
    assert firmware.version == OLD


def test_two_runs_at_once(firmware: Firmware, new: str) -> None:
    """The second waits for the first, and then has nothing to do."""
    firmware.sensor.latency = 0.03
    first = start_shipped("msk_firmware", firmware.arguments(new))
    eventually(lambda: firmware.sensor.updates.session is not None, 10)
    second = firmware.run(new, wait_timeout=20)
    assert outcome_of(first).changed
    assert not second.failed, second
    assert not second.changed
    assert firmware.steps.count("startProcessUpdate") == 1


# Told to stop


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_run_that_is_told_to_stop_ends_the_session(firmware: Firmware, number: int) -> None:
    new = firmware.write(ifw.firmware(ifw.SENSOR, "1.210", size=200_000))
    firmware.sensor.latency = 0.02
    process = start_shipped("msk_firmware", firmware.arguments(new))
    eventually(lambda: "chunkFileUpdate" in firmware.steps, 10)
    process.send_signal(number)
    process.send_signal(signal.SIGTERM)  # who stops a run often asks twice
    stopped = outcome_of(process)
    assert stopped.kind == "interrupted"
    assert firmware.sensor.updates.session is None
    assert firmware.sensor.open_sessions == 0
    assert firmware.version == OLD


def test_killed_in_the_middle_then_run_again(firmware: Firmware, new: str) -> None:
    large = firmware.write(ifw.firmware(ifw.SENSOR, "1.210", size=200_000), "large.ifw")
    firmware.sensor.latency = 0.02
    process = start_shipped("msk_firmware", firmware.arguments(large))
    eventually(lambda: "chunkFileUpdate" in firmware.steps, 10)
    process.kill()
    process.wait()
    firmware.sensor.latency = 0.0
    assert firmware.sensor.updates.session is not None
    done = firmware.run(new)
    assert not done.failed, done
    assert firmware.sensor.updates.session is None
    assert firmware.version == NEW


@pytest.mark.parametrize("place", ["_transfer", "finish"])
def test_an_interruption_in_process(firmware: Firmware, new: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_unused: Any, **_unused_too: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(upload.UpdateSession, place, stop)
    with pytest.raises(KeyboardInterrupt):
        firmware.run(new)
    assert firmware.sensor.updates.session is None
    assert firmware.sensor.open_sessions == 0


# Ways to run


def test_shipped(firmware: Firmware, new: str) -> None:
    done = ship("msk_firmware", firmware.arguments(new))
    assert not done.failed, done
    assert row(done)["action"] == "updated"
    assert firmware.version == NEW


def test_progress(firmware: Firmware, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update.Progress.__init__, "__kwdefaults__", {"clock": None, "interval": 0.0})
    said = firmware.run(new).warnings
    assert "sensor 1.118 -> 1.210 44 % (1.2 of 2.7 kB)" in said, said
    assert any(line.startswith("sensor 1.118 -> 1.210 sent, restarting (") for line in said)
    assert not [line for line in firmware.run(new, force=True, display_progress=False).warnings if line.startswith("sensor 1")]
