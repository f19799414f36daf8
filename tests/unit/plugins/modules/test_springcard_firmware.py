# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.requirements import IMPORT_ERRORS
from ansible_collections.siteops.devices.plugins.module_utils.springcard.messages import MESSAGES
from ansible_collections.siteops.devices.tests.simulators.springcard import image
from ansible_collections.siteops.devices.tests.unit.plugins.reader_site import NEW, OLD, ReaderSite
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, outcome_of, ship, start_shipped
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

URL = "http://files.example.com/puck.bin"


def check_loaded(outcome: Outcome, readers: ReaderSite, loads: int = 1) -> None:
    assert not outcome.failed, outcome
    assert outcome.changed
    assert (outcome.result["from"], outcome.result["to"]) == (OLD, NEW)
    assert readers.reader.firmware["Revision"] == NEW
    assert readers.reader.loads == loads
    assert readers.service.violations == []


def test_load_once_then_unchanged(readers: ReaderSite) -> None:
    foreseen = readers.load(check=True, diff=True)
    assert readers.writes == []
    done = readers.load(diff=True)
    check_loaded(done, readers)
    assert [row for row in done.warnings if "%" not in row and "restarts" not in row] == []
    assert done.result == foreseen.result
    assert done.result["diff"] == {
        "before": {"firmware": "SpringCore/H518/Puck", "revision": OLD},
        "after": {"firmware": "SpringCore/H518/Puck", "revision": NEW},
    }
    again = readers.load(diff=True)
    assert not again.changed
    assert again.result["diff"]["before"] == again.result["diff"]["after"]
    assert readers.writes == ["200"]


def test_progress_is_told(readers: ReaderSite) -> None:
    outcome = readers.load()
    label = f"the reader {readers.reader.serial} at {readers.service.address}:{readers.simulator.port}"
    assert f"{label}: loading, 50 %" in outcome.warnings
    assert f"{label}: loaded, it restarts" in outcome.warnings


@pytest.mark.parametrize("name", ["serial", "unique_id", "device_id"])
def test_each_name_of_a_reader_finds_it_even_with_another_id_afterwards(readers: ReaderSite, name: str) -> None:
    readers.reader.new_id = True
    before = readers.reader.device_id
    outcome = readers.load(device=getattr(readers.reader, name))
    check_loaded(outcome, readers)
    assert before != outcome.result["device"]["device_id"] == readers.reader.device_id


@pytest.mark.parametrize("names", [("has_serial",), ("has_unique_id",), ("has_serial", "has_unique_id")])
def test_readers_with_fewer_names(readers: ReaderSite, names: tuple[str, ...]) -> None:
    for name in names:
        setattr(readers.reader, name, False)
    readers.reader.new_id = len(names) == 1
    check_loaded(readers.load(device=readers.reader.device_id), readers)


def test_a_name_must_fit_exactly_one(readers: ReaderSite) -> None:
    readers.service.readers[2].alter({"has_serial": False, "has_unique_id": False})
    assert readers.load(device=" ").kind == "unreachable"
    nobody = readers.load(device="5C999999")
    assert nobody.kind == "unreachable"
    assert readers.reader.serial in nobody.message
    readers.service.readers[1].twin_of = readers.reader.number
    several = readers.load()
    assert several.kind == "input"
    assert "2 readers" in several.message
    assert readers.writes == []


@pytest.mark.parametrize("twice", ["ok", "missing"])
def test_a_reader_that_is_listed_twice_is_one(readers: ReaderSite, twice: str) -> None:
    readers.service.twice = twice
    readers.reader.new_id = True
    check_loaded(readers.load(), readers)
    assert not readers.load().changed


def test_the_websocket_is_open_before_the_request(readers: ReaderSite) -> None:
    seen: list[int] = []
    answer = readers.service.answer

    def watch(call: Any, fault: Any = None) -> Any:
        if call.path.endswith("load-firmware"):
            seen.append(len(readers.service.events.clients))
        return answer(call, fault)

    readers.service.answer = watch  # type: ignore[method-assign]
    check_loaded(readers.load(), readers)
    assert seen == [1]


@pytest.mark.parametrize("mode", ["silent", "off", "dies"])
@pytest.mark.parametrize("new_id", [False, True])
def test_without_news_the_devices_tell(readers: ReaderSite, mode: str, new_id: bool) -> None:
    readers.service.events.mode = mode
    readers.reader.new_id = new_id
    outcome = readers.load()
    check_loaded(outcome, readers)
    assert any("cannot be opened" in warning for warning in outcome.warnings) == (mode == "off")


def test_no_websocket_wanted_or_no_library(readers: ReaderSite, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = readers.load(websocket_port=0)
    check_loaded(outcome, readers)
    assert outcome.warnings == []
    readers.reader.alter({"revision": OLD})
    monkeypatch.setitem(IMPORT_ERRORS, "websocket-client", "Traceback\nModuleNotFoundError: no websocket")
    outcome = readers.load()
    check_loaded(outcome, readers, 2)
    assert "websocket-client is missing: ModuleNotFoundError" in outcome.warnings[0]


@pytest.mark.parametrize("mode", ["on", "silent"])
@pytest.mark.parametrize("outcome_of_load", ["failed", "cancelled", "old", "gone"])
def test_a_load_that_ends_badly_is_a_failure(readers: ReaderSite, mode: str, outcome_of_load: str) -> None:
    readers.service.events.mode = mode
    readers.reader.outcome = outcome_of_load
    readers.reader.restart_seconds = 0.3
    outcome = readers.load(wait_timeout=0.8 if outcome_of_load == "gone" else 5)
    assert outcome.failed
    readers.settle()
    if mode == "on":
        assert outcome.kind == {"failed": "failed", "cancelled": "failed", "old": "not_taken", "gone": "deadline"}[outcome_of_load]
    else:
        assert outcome.kind == {"failed": "failed", "cancelled": "not_taken", "old": "not_taken", "gone": "deadline"}[outcome_of_load]
    assert outcome.message.endswith(".")
    readers.reader.alter({"outcome": "success", "present": True, "status": "ok", "loading": False})
    check_loaded(readers.load(), readers)


def test_not_waiting(readers: ReaderSite) -> None:
    outcome = readers.load(wait=False)
    assert (outcome.changed, outcome.result["to"]) == (True, NEW)
    assert readers.reader.loads == 0
    check_joined = readers.load()
    assert not check_joined.failed
    assert not check_joined.changed
    assert readers.reader.loads == 1


def test_a_load_of_another_run_is_joined(readers: ReaderSite) -> None:
    readers.reader.seconds = 0.3
    src = readers.file()
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(readers.load(src=src))) for _run in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.failed for outcome in outcomes] == [False] * 3, outcomes
    assert readers.reader.loads == 1
    assert [outcome.result["to"] for outcome in outcomes] == [NEW] * 3


# What must not be loaded


def test_another_family_needs_force(readers: ReaderSite) -> None:
    other = readers.file(firmware="SpringCore/M519")
    refused = readers.load(src=other)
    assert (refused.kind, refused.result["error"]["code"]) == ("input", "family")
    assert readers.writes == []
    assert not readers.load(src=other, force=True).failed
    assert readers.reader.firmware["Firmware"] == "SpringCore/M519"


def test_families_are_compared_without_case(readers: ReaderSite) -> None:
    check_loaded(readers.load(src=readers.file(firmware="springcore/h518/puck")), readers)


@pytest.mark.parametrize("force", [False, True])
def test_a_downgrade_needs_to_be_allowed(readers: ReaderSite, force: bool) -> None:
    older = readers.file("1.22-137-g00000000")
    refused = readers.load(src=older, force=force)
    assert (refused.kind, refused.result["error"]["code"]) == ("input", "downgrade")
    assert readers.load(src=older, check=True).kind == "input"
    assert readers.writes == []
    allowed = readers.load(src=older, allow_downgrade=True)
    assert (allowed.changed, allowed.result["to"]) == (True, "1.22-137-g00000000")


def test_two_digits_of_a_version_are_a_number(readers: ReaderSite) -> None:
    readers.reader.alter({"revision": "1.09-1-g00000000"})
    assert readers.load(src=readers.file("1.10-1-g00000000")).changed


@pytest.mark.parametrize("mode", ["on", "silent", "off"])
def test_an_equal_revision_is_loaded_only_by_force(readers: ReaderSite, mode: str) -> None:
    readers.service.events.mode = mode
    same = readers.file(OLD)
    assert not readers.load(src=same).changed
    assert readers.load(src=same, force=True, check=True).changed
    forced = readers.load(src=same, force=True)
    assert not forced.failed, forced
    assert forced.changed
    assert readers.reader.loads == 1


def test_by_force_without_news_and_without_a_restart_that_could_be_seen(readers: ReaderSite) -> None:
    readers.service.events.mode = "silent"
    readers.reader.restart_seconds = 0
    forced = readers.load(src=readers.file(OLD), force=True)
    assert not forced.failed, forced
    assert readers.reader.loads == 1


def test_another_commit_of_the_same_build_is_loaded(readers: ReaderSite) -> None:
    assert readers.load(src=readers.file("1.22-138-gffffffff")).changed


def test_the_file_must_be_what_is_expected(readers: ReaderSite) -> None:
    wrong: list[dict[str, Any]] = [{"version": "1.25"}, {"revision": "1.24-151"}, {"revision": "1.24-150-gffffffff"}]
    for options in wrong:
        refused = readers.load(**options)
        assert (refused.kind, refused.result["error"]["code"]) == ("input", "revision"), refused
    assert readers.writes == []
    outcome = readers.load(version="1.24", revision="1.24-150")
    assert outcome.result["to"] == "1.24-150"
    assert not readers.load(version="1.24").changed


def test_a_blob_for_a_service_elsewhere_must_be_described(readers: ReaderSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(readers.service), "_fetch", lambda _self, _location: b"no image")
    readers.service.fail("status", "/utilities/firmware-info", code=404, times=None)
    refused = readers.load()
    assert (refused.kind, refused.result["error"]["code"]) == ("input", "unknown")
    assert readers.load(force=True, check=True).result["to"] is None
    foreseen = readers.load(version="1.24", check=True)
    outcome = readers.load(version="1.24")
    assert not outcome.failed, outcome
    assert outcome.result == foreseen.result
    assert (outcome.result["from"], outcome.result["to"]) == ("1.22", "1.24")
    assert not readers.load(version="1.24").changed


def test_by_force_without_knowing(readers: ReaderSite) -> None:
    readers.service.fail("status", "/utilities/firmware-info", code=404, times=None)
    outcome = readers.load(force=True)
    assert not outcome.failed, outcome
    assert readers.reader.loads == 1


@pytest.mark.parametrize(
    "options",
    [
        {"version": "1.2"},
        {"version": "new"},
        {"revision": "newest"},
        {"version": "1.24", "revision": "1.25-1-g00000000"},
        {"url": "ftp://files.example.com/puck.bin"},
        {"src": "/nowhere/puck.bin"},
        {"wait_timeout": 0},
        {"websocket_port": -1},
        {"host": "a/b"},
    ],
)
def test_wrong_options_send_nothing(readers: ReaderSite, options: dict[str, Any]) -> None:
    assert readers.load(**options).kind == "input"
    assert readers.service.requests == []


def test_an_empty_file(readers: ReaderSite) -> None:
    path = readers.folder / "empty.bin"
    path.touch()
    assert readers.load(src=str(path)).kind == "input"


# URLs


def test_a_url_is_looked_at_by_the_service_and_then_loaded(readers: ReaderSite) -> None:
    readers.service.remote[URL] = image(NEW)
    foreseen = readers.load(url=URL, check=True)
    outcome = readers.load(url=URL)
    check_loaded(outcome, readers)
    assert outcome.result == foreseen.result
    assert readers.service.writing_requests()[0].body == {"File": URL}


def test_a_known_revision_saves_the_look(readers: ReaderSite) -> None:
    assert not readers.load(url=URL, revision=OLD).changed
    assert [request.path for request in readers.service.requests][-1].endswith("firmware-info")
    assert {request.method for request in readers.service.requests} == {"GET"}


def test_a_path_of_the_services_own_machine(readers: ReaderSite) -> None:
    check_loaded(readers.load(url=f"file://{readers.file()}"), readers)


def test_a_password_in_the_url_is_not_shown(readers: ReaderSite) -> None:
    url = "https://user:s3cr3t%2Fpw@files.example.com/puck.bin?key=1"
    outcome = readers.load(url=url)
    assert outcome.result["error"]["code"] == "Download failed"
    readers.service.remote[url] = image(NEW)
    check_loaded(readers.load(url=url), readers)
    assert "s3cr3t" not in outcome.text


# Every message of the document


def test_every_message_has_an_error_of_its_own(readers: ReaderSite) -> None:
    shown = set()
    for message in MESSAGES:
        readers.service.fail("error_code", f"/device/{readers.reader.device_id}/load-firmware", code=422, desc=message)
        outcome = readers.load()
        assert outcome.failed
        assert outcome.result["error"]["code"] == message
        assert outcome.result["error"]["http_status"] == 422
        assert not outcome.changed
        shown.add(outcome.message)
    assert len(shown) == len(MESSAGES) == 10


def test_messages_that_the_simulator_gives_by_itself(readers: ReaderSite) -> None:
    bad = readers.folder / "bad.bin"
    bad.write_bytes(b"no firmware")
    refused = readers.load(src=str(bad))
    assert (refused.message.count("not a firmware image"), refused.message.startswith("bad.bin: ")) == (1, True)
    codes = [refused.result["error"]["code"]]
    for status in (404, 403, 500):
        readers.service.remote[URL] = status
        codes.append(readers.load(url=URL).result["error"]["code"])
    readers.reader.loadable = False
    codes.append(readers.load().result["error"]["code"])
    readers.reader.alter({"loadable": True, "outcome": "denied"})
    codes.append(readers.load().result["error"]["code"])
    assert codes == ["Unsupported content", "File not found", "Access denied", "Download failed", "Not available", "Failed"]


@pytest.mark.parametrize(
    ("code", "kind"), [(401, "authentication"), (403, "authentication"), (404, "http"), (405, "http"), (422, "refused"), (499, "failed")]
)
def test_other_statuses(readers: ReaderSite, code: int, kind: str) -> None:
    readers.service.fail("error_code", f"/device/{readers.reader.device_id}/load-firmware", code=code, desc="As it says")
    outcome = readers.load()
    assert outcome.kind == kind
    assert "As it says" in outcome.message
    assert not outcome.changed


# What passes, and what does not


def test_a_locked_reader_and_a_starting_service_are_waited_for(readers: ReaderSite) -> None:
    readers.reader.locked = True
    readers.service.starting = True
    threading.Timer(0.3, readers.service.merge, [{"starting": False}]).start()
    threading.Timer(0.6, readers.reader.alter, [{"locked": False}]).start()
    check_loaded(readers.load(), readers)


@pytest.mark.parametrize(("code", "times"), [(409, 3), (503, 3)])
def test_a_lock_at_the_request_itself(readers: ReaderSite, code: int, times: int) -> None:
    readers.service.fail("error_code", f"/device/{readers.reader.device_id}/load-firmware", code=code, times=times)
    check_loaded(readers.load(), readers)


def test_a_reader_that_stays_locked(readers: ReaderSite) -> None:
    readers.reader.locked = True
    outcome = readers.load(wait_timeout=0.5)
    assert outcome.kind == "deadline"
    assert "another request has the reader" in outcome.message
    assert not outcome.changed


def test_a_reader_that_leaves_before_the_request(readers: ReaderSite) -> None:
    answer = readers.service.answer

    def leave(call: Any, fault: Any = None) -> Any:
        if call.path.endswith("load-firmware"):
            readers.reader.present = False
        return answer(call, fault)

    readers.service.answer = leave  # type: ignore[method-assign]
    outcome = readers.load()
    assert (outcome.kind, outcome.result["error"]["http_status"]) == ("unreachable", 410)
    assert "has left" in outcome.message
    assert not outcome.changed


def test_a_reader_whose_id_changes_before_the_request(readers: ReaderSite) -> None:
    answer = readers.service.answer
    calls: list[Any] = []

    def move(call: Any, fault: Any = None) -> Any:
        if call.path.endswith("load-firmware") and not calls:
            calls.append(call)
            readers.reader.generation += 1
        return answer(call, fault)

    readers.service.answer = move  # type: ignore[method-assign]
    check_loaded(readers.load(), readers)


def test_a_bound_reader_that_is_missing(readers: ReaderSite) -> None:
    readers.reader.status = "missing"
    assert readers.load().kind == "unreachable"


def test_a_reader_in_fail_safe_mode_can_be_repaired(readers: ReaderSite) -> None:
    readers.reader.alter({"status": "error"})
    readers.service.events.mode = "on"
    original = readers.service._flash

    async def repair(reader: Any, about: Any) -> None:
        await original(reader, about)
        reader.status = "ok"

    readers.service._flash = repair  # type: ignore[method-assign]
    outcome = readers.load()
    assert not outcome.failed, outcome
    assert (outcome.result["from"], outcome.result["to"]) == (None, NEW)


@pytest.mark.parametrize("mode", ["on", "off"])
@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("drop_before", {}),
        ("drop_after", {}),
        ("status", {"code": 500}),
        ("status", {"code": 500, "done": True}),
        ("status", {"code": 502, "done": True}),
        ("status", {"code": 429, "retry_after": 1}),
        ("html", {}),
        ("html", {"done": True}),
        ("cut", {}),
        ("wrong_types", {}),
        ("reboot", {"seconds": 0.05}),
    ],
)
def test_a_fault_at_any_request(readers: ReaderSite, mode: str, kind: str, details: dict[str, Any]) -> None:
    readers.service.events.mode = mode
    for number in range(1, 5) if mode == "on" else [4]:
        readers.reader.alter({"revision": OLD, "loads": 0})
        readers.service.forget_requests()
        fault = readers.service.fail(kind, nth=number, **details)
        outcome = readers.load(wait_timeout=5)
        place = f"{kind} {details} at number {number}, WebSocket {mode}: {outcome}"
        assert fault.fired == 1, place
        assert readers.reader.loads <= 1, place
        if outcome.failed:
            assert outcome.kind in {"http", "reply", "reply_lost", "unreachable", "input"}, place
            assert not outcome.changed, place
        else:
            assert readers.reader.firmware["Revision"] == NEW, place
        assert readers.service.violations == [], place
        readers.settle()
        again = readers.load()
        assert not again.failed, f"{place}\nthen {again}"
        assert readers.reader.loads == 1, place
        assert not readers.load().changed, place


def test_older_services_without_firmware_info(readers: ReaderSite) -> None:
    readers.service.has_firmware_info = False
    outcome = readers.load(version="1.24")
    assert not outcome.failed, outcome
    assert (outcome.result["from"], outcome.result["to"]) == ("1.22", NEW)


def test_shipped_it_does_the_same(readers: ReaderSite) -> None:
    shipped = ship("springcard_firmware", readers.connection(device=readers.reader.serial, src=readers.file()))
    check_loaded(shipped, readers)
    assert not readers.load().changed


def test_a_large_file_is_streamed(readers: ReaderSite) -> None:
    path = readers.file(size=3_000_001)
    check_loaded(readers.load(src=path), readers)
    (request,) = readers.service.writing_requests()
    assert request.headers["Content-Length"] == str(request.size)
    assert request.size == len('{"Blob":""}') + (os.path.getsize(path) + 2) // 3 * 4


@pytest.mark.parametrize("reply", [(200, None), (204, None), (202, {"Result": "Success"}), (201, {})], ids=str)
def test_whatever_the_service_says_to_a_load_that_it_took(
    readers: ReaderSite, reply: tuple[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible_collections.siteops.devices.plugins.module_utils.springcard.load.DOUBT", 0.1)
    readers.service.load_reply, readers.service.events.mode = reply, "silent"
    readers.reader.seconds = 0.5
    outcome = readers.load()
    assert (outcome.kind, outcome.changed, outcome.warnings, readers.reader.loads) == (None, True, [], 1)
    assert len(readers.writes) == 1


@pytest.mark.parametrize("name", ["device_id", "unique_id"])
@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("mode", ["normal", "silent"])
def test_another_reader_with_the_same_serial_number(readers: ReaderSite, name: str, unique: bool, mode: str) -> None:
    readers.service.events.mode = mode
    twin = readers.service.readers[1]
    twin.alter({"twin_of": readers.reader.number, "has_unique_id": unique, "revision": NEW})
    readers.service.readers[:2] = twin, readers.service.readers[0]
    reader = readers.service.readers[1]
    reader.new_id = True
    outcome = readers.load(device=getattr(reader, name))
    assert (outcome.kind, outcome.result["device"]["device_id"], reader.loads, twin.loads) == (None, reader.device_id, 1, 0)
    assert reader.generation == 1


@pytest.mark.parametrize("alone", [True, False])
def test_a_reader_without_names_comes_back_with_another_id(readers: ReaderSite, alone: bool) -> None:
    for reader in readers.service.readers[: 1 if alone else 2]:
        reader.alter({"has_serial": False, "has_unique_id": False})
    readers.reader.new_id = True
    outcome = readers.load(device=readers.reader.device_id)
    assert (outcome.kind, outcome.result["device"]["device_id"], readers.reader.loads) == (None, readers.reader.device_id, 1)


def test_another_reader_without_names_is_not_loaded_instead(readers: ReaderSite) -> None:
    first, other = readers.service.readers[:2]
    for reader in (first, other):
        reader.alter({"has_serial": False, "has_unique_id": False})
    other.present = False
    answer = readers.service.answer

    def exchange(call: Any, fault: Any = None) -> Any:
        if call.path.endswith("load-firmware"):
            first.present, other.present = False, True
        return answer(call, fault)

    readers.service.answer = exchange  # type: ignore[method-assign]
    outcome = readers.load(device=first.device_id)
    assert (outcome.kind, other.loads) == ("unreachable", 0)


def test_a_reader_that_cannot_say_what_it_runs(readers: ReaderSite) -> None:
    readers.reader.mute = True
    outcome = readers.load()
    assert (outcome.kind, outcome.result["from"], readers.reader.loads) == (None, "1.22", 1)
    assert not readers.load(version="1.24").changed


def test_told_to_stop_while_the_reader_loads(readers: ReaderSite) -> None:
    readers.reader.seconds = 2.0
    process = start_shipped("springcard_firmware", readers.connection(device=readers.reader.serial, src=readers.file(), wait_timeout=20))
    eventually(lambda: readers.writes == ["200"], seconds=20)
    process.send_signal(signal.SIGTERM)
    stopped = outcome_of(process)
    assert (stopped.kind, stopped.result["took_effect"]) == ("interrupted", "unknown")
    assert "such as an update that was started, goes on" in stopped.message
    again = readers.load()
    assert (again.kind, again.changed, readers.reader.loads, readers.writes) == (None, False, 1, ["200"])
