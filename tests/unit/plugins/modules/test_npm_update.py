# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.npm import updating
from ansible_collections.siteops.devices.tests.simulators.npm import Appliance
from ansible_collections.siteops.devices.tests.unit.plugins.modules.test_every_fault import interrupt
from ansible_collections.siteops.devices.tests.unit.plugins.rack import API, NEW, OLD, Rack, after_first_look, writes
from ansible_collections.siteops.devices.tests.unit.plugins.running import leaks, run
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

INIT, START, RESET = "POST update/init", "POST update/start", "POST update/reset"
OTHER = "11.4.0 #19000"

# State at the beginning, its target, what is wanted: what is sent, and how it ends.
STATES: list[tuple[str, str | None, str, list[str], str | None, str]] = [
    ("IDLE", None, "idle", [], None, "IDLE"),
    ("IDLE", None, "staged", [INIT], None, "INITIALIZED"),
    ("IDLE", None, "updated", [INIT, START], None, "IDLE"),
    ("INITIALIZING", NEW, "idle", [RESET], None, "IDLE"),
    ("INITIALIZING", NEW, "staged", [], None, "INITIALIZED"),
    ("INITIALIZING", NEW, "updated", [START], None, "IDLE"),
    ("INITIALIZING", OTHER, "staged", [RESET, INIT], None, "INITIALIZED"),
    ("INITIALIZED", NEW, "idle", [RESET], None, "IDLE"),
    ("INITIALIZED", NEW, "staged", [], None, "INITIALIZED"),
    ("INITIALIZED", NEW, "updated", [START], None, "IDLE"),
    ("INITIALIZED", OTHER, "staged", [RESET, INIT], None, "INITIALIZED"),
    ("INITIALIZED", OTHER, "updated", [RESET, INIT, START], None, "IDLE"),
    ("RUNNING", NEW, "idle", [], "busy", "RUNNING"),
    ("RUNNING", NEW, "staged", [], None, "IDLE"),
    ("RUNNING", NEW, "updated", [], None, "IDLE"),
    ("RUNNING", OTHER, "staged", [], "busy", "RUNNING"),
    ("RUNNING", OTHER, "updated", [], "busy", "RUNNING"),
    ("FAILED_GRACEFUL", NEW, "idle", [RESET], None, "IDLE"),
    ("FAILED_GRACEFUL", NEW, "staged", [RESET], "failed", "IDLE"),
    ("FAILED_GRACEFUL", NEW, "updated", [RESET], "failed", "IDLE"),
    ("FAILED_CRITICAL", NEW, "idle", [], "failed", "FAILED_CRITICAL"),
    ("FAILED_CRITICAL", NEW, "staged", [], "failed", "FAILED_CRITICAL"),
    ("FAILED_CRITICAL", NEW, "updated", [], "failed", "FAILED_CRITICAL"),
]
NAMES = [f"{state}-{'other-' if target == OTHER else ''}{wanted}" for state, target, wanted, *_rest in STATES]


def begin(appliance: Appliance, state: str, target: str | None, ends_in: float = 0.02) -> None:
    """A state that ends by itself does so soon after the appliance was looked at."""
    appliance.update.put(state, target=target)
    if state in {"INITIALIZING", "RUNNING"}:
        after_first_look(appliance.update, "shown", lambda: appliance.update.put(state, target=target, ends_in=ends_in))


@pytest.mark.parametrize("row", STATES, ids=NAMES)
def test_each_state_ends_right_is_predicted_and_then_unchanged(rack: Rack, row: tuple[Any, ...]) -> None:
    state, target, wanted, sent, kind, ends = row
    appliance = rack.with_image()
    appliance.update.put(state, target=target)  # stays as it is
    predicted = rack.update(appliance, state=wanted, check=True)
    assert writes(appliance) == []
    if not kind:
        begin(appliance, state, target)
    real = rack.update(appliance, state=wanted)
    assert (writes(appliance), real.kind, appliance.update.state) == (sent, kind, ends), real
    assert predicted.kind == kind
    assert appliance.violations == []
    if kind:
        assert real.changed == bool(sent)
        assert appliance.update.version != NEW
        return
    told: dict[str, Any] = {"update": None, "update_status": None}
    assert {**predicted.result, **told} == {**real.result, **told}
    assert real.result["update"] == real.result["update_status"]
    assert real.result["update"]["state"] == predicted.result["update"]["state"] == ends
    assert real.changed == (bool(sent) or state == "RUNNING")
    again = rack.update(appliance, state=wanted)
    assert (again.failed, again.changed, writes(appliance)) == (False, False, sent)
    assert again.result["diff"]["before"] == again.result["diff"]["after"] == real.result["diff"]["after"]


def test_the_versions_of_an_update(rack: Rack) -> None:
    appliance = rack.with_image()
    staged = rack.update(appliance, "11.6", state="staged")
    assert (staged.result["from"], staged.result["to"], staged.result["update"]["target_version"]) == (OLD, NEW, NEW)
    updated = rack.update(appliance, "11.6.0")
    assert (updated.result["from"], updated.result["to"]) == (OLD, NEW)
    assert updated.result["diff"] == {
        "before": {"state": "INITIALIZED", "target_version": NEW, "version": OLD},
        "after": {"state": "IDLE", "target_version": None, "version": NEW},
    }
    assert [entry["version"] for entry in updated.result["update"]["update_history"]] == [OLD, NEW]
    assert rack.update(appliance, None, state="idle").result["to"] == NEW


@pytest.mark.parametrize(
    "switches",
    [
        {"history_times": False},
        {"history_newest_first": True},
        {"history_told": False},
        {"history_builds": False},
        {"numbers_as_text": True},
        {"info_offered": False},
        {"target_told": False},
        {"target_builds": False},
        {"reboot_seconds": 0.0},
        {"start_up": ()},
        {"start_up": ((500, 0.03), (404, 0.03), (503, 0.03), (401, 0.05))},
        {"start_reply_lost": True},
        {"version_lag": 0.1},
        {"reaction_seconds": 0.05},
        {"empty_status": 200},
        {"no_images": "absent"},
        {"image_members": ()},
        {"token_versions": ("1.0",)},
        {"token_versions": ("2.0",), "token_listed": False},
        {"token_versions": ("1.0",), "token_versions_after": ("2.0",)},
        {"services_need_auth": True, "info_needs_auth": True},
        {"services_offered": False},
        {"expired_status": 403},
        {"xml_errors": True},
    ],
    ids="-".join,
)
def test_whatever_the_document_leaves_open(rack: Rack, switches: dict[str, Any]) -> None:
    appliance = rack.with_image(**switches)
    if "target_told" in switches:
        assert rack.update(appliance, state="staged").result["update"]["target_version"] is None
    outcome = rack.update(appliance)
    assert (outcome.kind, appliance.update.version, outcome.result["to"]) == (None, NEW, NEW)
    assert not rack.update(appliance).changed
    assert (writes(appliance), appliance.violations) == ([INIT, START], [])


def test_what_is_prepared_is_known_where_it_is_not_told(rack: Rack) -> None:
    appliance = rack.with_image(target_told=False)
    predicted = rack.update(appliance, state="staged", check=True)
    staged, again, foreseen = (
        rack.update(appliance, state="staged"),
        rack.update(appliance, state="staged"),
        rack.update(appliance, state="staged", check=True),
    )
    assert [outcome.result["to"] for outcome in (predicted, staged, again, foreseen)] == [NEW] * 4
    assert staged.result["diff"] == predicted.result["diff"]
    assert again.result["diff"]["after"] == again.result["diff"]["before"] == staged.result["diff"]["after"]


def test_nothing_tells_the_version(rack: Rack) -> None:
    appliance = rack.with_image(info_offered=False, history_told=False)
    outcome = rack.update(appliance)
    assert (outcome.kind, outcome.result.get("from")) == ("failed", None)
    assert "its newest update is not told, its version not told" in outcome.message


@pytest.mark.parametrize(
    ("switches", "state", "sentence"),
    [
        ({"init_outcome": "FAILED_GRACEFUL"}, "IDLE", "not enough space on the system partition (FAILED_GRACEFUL). It was reset"),
        ({"init_outcome": "FAILED_CRITICAL"}, "FAILED_CRITICAL", "call support. It is left as it is."),
        ({"init_outcome": "IDLE"}, "IDLE", "accepted init and is still IDLE"),
        ({"run_outcome": "FAILED_GRACEFUL"}, "IDLE", f"It was reset; the appliance runs {OLD}."),
        ({"run_outcome": "FAILED_CRITICAL"}, "FAILED_CRITICAL", "call support. It is left as it is."),
        ({"run_outcome": "unchanged"}, "IDLE", f"ended IDLE, but its newest update is {OLD}, its version {OLD}"),
    ],
)
def test_each_failure_of_the_appliance(rack: Rack, switches: dict[str, Any], state: str, sentence: str) -> None:
    appliance = rack.with_image(**switches)
    outcome = rack.update(appliance)
    assert (outcome.kind, outcome.changed, appliance.update.state, appliance.update.version) == ("failed", True, state, OLD)
    assert sentence in outcome.message
    assert outcome.message[-1] == "."
    assert appliance.violations == []
    if state == "IDLE":
        appliance.switches.set(init_outcome="INITIALIZED", run_outcome="updated")
        assert rack.update(appliance).result["to"] == NEW


def test_a_failed_reset_does_not_hide_the_failure(rack: Rack) -> None:
    appliance = rack.with_image()
    appliance.update.put("FAILED_GRACEFUL")
    appliance.fail("error_code", f"{API}/update/reset", code="NO_WAY", status=400)
    outcome = rack.update(appliance)
    assert "not enough space" in outcome.message
    assert "Then the reset failed:" in outcome.message


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("state", ["staged", "updated"])
def test_another_image_than_the_wanted_one_is_never_started(rack: Rack, state: str, told: bool) -> None:
    appliance = rack.with_image(init_picks="oldest", target_told=told)
    appliance.images.all()[0].version = OTHER
    appliance.add_image(version=NEW)
    outcome = rack.update(appliance, state=state)
    assert (outcome.kind, outcome.changed, writes(appliance), appliance.update.state) == ("failed", True, [INIT, RESET], "IDLE")
    assert (f"prepared {OTHER}, where {NEW} is wanted" if told else "does not tell which version it prepared") in outcome.message
    assert "exclusive: true" in outcome.message


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        ([], f"has no valid image of {NEW}."),
        ([{"version": OTHER}], f"has no valid image of {NEW}, only of {OTHER}."),
        ([{"state": "UPLOADING"}], f"The image of {NEW} is not complete on"),
        ([{"state": "INVALID", "version": NEW}], f"has no valid image of {NEW}."),
    ],
)
def test_no_image_to_prepare(rack: Rack, appliance: Appliance, images: list[dict[str, Any]], sentence: str) -> None:
    for image in images:
        appliance.add_image(**image)
    checked = rack.update(appliance, check=True)
    assert (checked.failed, checked.changed) == (False, True)  # the task before may be about to put it there
    assert sentence in checked.warnings[0]
    assert rack.update(appliance, check=True, image_follows=True).warnings == []
    outcome = rack.update(appliance)
    assert (outcome.kind, outcome.changed, writes(appliance)) == ("failed", False, [])
    assert sentence in outcome.message


def test_an_image_that_tells_no_version_may_be_it(rack: Rack, appliance: Appliance) -> None:
    appliance.add_image(version=NEW)
    appliance.switches.set(image_members=("id",))
    assert rack.update(appliance).result["to"] == NEW


@pytest.mark.parametrize(
    ("version", "refused"),
    [("11.5.0 #20099", True), ("11.4.9 #99999", True), ("11.4", True), ("9.9", True), ("nightly", True), ("11.5.0 #20101", False)],
)
def test_downgrades_need_permission(rack: Rack, version: str, refused: bool) -> None:
    appliance = rack.with_image(version)
    for check in (True, False):
        outcome = rack.update(appliance, version, check=check)
        assert outcome.kind == ("input" if refused else None)
    if refused:
        assert (writes(appliance), appliance.update.version) == ([], OLD)
        assert "allow_downgrade" in outcome.message
        assert rack.update(appliance, version, allow_downgrade=True).result["to"] == version


def test_a_staged_downgrade_is_not_started_either(rack: Rack) -> None:
    appliance = rack.with_image(OTHER)
    appliance.update.put("INITIALIZED", target=OTHER)
    assert rack.update(appliance, OTHER).kind == "input"
    assert writes(appliance) == []


def test_the_newest_history_entry_counts_as_installed(rack: Rack) -> None:
    appliance = rack.with_image()
    appliance.update.history.append({"time": int(time.time()), "version": NEW})
    assert not rack.update(appliance).changed
    assert writes(appliance) == []


@pytest.mark.parametrize("state", ["INITIALIZING", "RUNNING"])
def test_no_wait_is_endless(rack: Rack, appliance: Appliance, state: str) -> None:
    appliance.update.put(state, target=NEW)
    started = time.monotonic()
    outcome = rack.update(appliance, wait_timeout=0.3)
    assert (outcome.kind, outcome.changed) == ("deadline", False)
    assert time.monotonic() - started < 2
    assert outcome.result["last"]["update"]["state"] == state
    assert "Run the task again" in outcome.message


def test_an_appliance_that_does_not_come_back(rack: Rack) -> None:
    appliance = rack.with_image(reboot_seconds=2.0)
    outcome = rack.update(appliance, wait_timeout=0.5)
    assert (outcome.kind, outcome.changed, outcome.result["last"]["state"]) == ("deadline", True, "unreachable")
    assert rack.update(appliance, reach_timeout=0).kind == "unreachable"
    after = rack.update(appliance)  # waits for it, and goes on
    assert (after.kind, after.result["to"], writes(appliance)) == (None, NEW, [INIT, START])


def test_restarting_when_the_run_begins(rack: Rack) -> None:
    appliance = rack.with_image(start_up=((503, 0.1), (401, 0.1)), reboot_seconds=0.1)
    appliance.update.put("INITIALIZED", target=NEW)
    assert rack.update(appliance, wait_timeout=0.05).kind == "deadline"
    eventually(lambda: not appliance.listening)
    outcome = rack.update(appliance)
    assert (outcome.kind, outcome.result["to"], writes(appliance)) == (None, NEW, [START])


def test_a_token_that_does_not_outlive_the_restart(rack: Rack) -> None:
    appliance = rack.with_image()
    token = appliance.credentials._new_token()["access_token"]
    outcome = rack.update(appliance, username=None, password=None, token=token)
    assert (outcome.kind, outcome.changed) == ("authentication", True)
    assert "did not outlive the restart" in outcome.message
    assert not leaks(outcome, [token])
    assert rack.update(appliance).result["to"] == NEW


def test_a_wrong_password_fails_at_once(rack: Rack, appliance: Appliance) -> None:
    outcome = rack.update(appliance, password="not-it")
    assert (outcome.kind, outcome.result["error"]["code"]) == ("authentication", "AUTH_INVALID_CREDENTIALS")
    assert len(appliance.requests) == 2


@pytest.mark.parametrize(("path", "wanted"), [("init", "staged"), ("start", "updated"), ("reset", "idle")])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status", "done"])
@pytest.mark.parametrize("lag", [0.0, 0.1])
def test_a_lost_reply_to_each_post(rack: Rack, path: str, wanted: str, kind: str, lag: float) -> None:
    appliance = rack.with_image(reaction_seconds=lag)
    appliance.update.put("INITIALIZED" if path != "init" else "IDLE", target=NEW)
    details: dict[str, Any] = {"code": 502, "done": True} if kind == "done" else {"code": 504} if kind == "status" else {}
    appliance.fail("status" if kind == "done" else kind, f"{API}/update/{path}", **details)
    outcome = rack.update(appliance, state=wanted)
    effective = kind in {"drop_after", "done"}
    assert (outcome.kind, outcome.changed) == (None, True)
    assert writes(appliance) == [f"POST update/{path}"] * (1 if effective else 2)
    assert appliance.violations == []
    assert not rack.update(appliance, state=wanted).changed


@pytest.mark.parametrize("others", ["INITIALIZING", "RUNNING"])
def test_somebody_else_was_faster(rack: Rack, others: str) -> None:
    appliance = rack.with_image()
    real = appliance.update.init

    def too_late() -> None:
        begin(appliance, others, NEW)
        real()

    appliance.update.init = too_late  # type: ignore[method-assign]
    outcome = rack.update(appliance)
    assert (outcome.kind, outcome.result["to"]) == (None, NEW)


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("drop_before", {}),
    ("drop_after", {}),
    ("expire", {}),
    ("status", {"code": 500}),
    ("status", {"code": 503, "done": True}),
    ("status", {"code": 429, "retry_after": 0}),
    ("html", {}),
    ("truncated", {}),
    ("cut", {}),
    ("wrong_types", {}),
    ("error_code", {"code": "REQUEST_INVALID_INPUT", "status": 400}),
    ("reboot", {"seconds": 0.03}),
]


@pytest.mark.parametrize(("number", "fault"), [(number, fault) for number in range(1, 13) for fault in FAULTS[number % 3 :: 3]])
def test_a_fault_at_any_request(rack: Rack, number: int, fault: tuple[str, dict[str, Any]]) -> None:
    kind, details = fault
    appliance = rack.with_image()
    appliance.fail(kind, nth=number, **details)
    outcome = rack.update(appliance)
    place = f"{kind} at number {number}: {outcome}"
    assert outcome.failed or appliance.update.version == NEW, place
    assert outcome.kind != "defect", place
    assert not outcome.failed or outcome.message[-1] in ".?", place
    assert not leaks(outcome, [appliance.credentials.password, *appliance.credentials.tokens, *appliance.credentials.ended]), place
    appliance.faults.clear()
    again = rack.update(appliance)
    assert (again.kind, appliance.update.version) == (None, NEW), f"{place}\nthen {again}"
    assert (rack.update(appliance).changed, appliance.violations) == (False, []), place


@pytest.mark.parametrize("sent", [False, True])
def test_an_interruption_at_any_request_is_continued(rack: Rack, sent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    number, interrupted = 0, True
    while interrupted:
        number += 1
        appliance = rack.with_image()
        with monkeypatch.context() as patch:
            interrupt(patch, number, sent=sent)
            try:
                rack.update(appliance)
                interrupted = False
            except KeyboardInterrupt:
                pass
        outcome = rack.update(appliance)
        assert (outcome.kind, appliance.update.version) == (None, NEW), (number, outcome)
        assert sorted(writes(appliance)) == [INIT, START], number
    assert number > 8


@pytest.mark.parametrize("arguments", [{"version": None}, {"version": " "}, {"state": "gone"}, {"username": None}, {"password": None}])
def test_arguments_that_cannot_be_meant(rack: Rack, appliance: Appliance, arguments: dict[str, Any]) -> None:
    outcome = run(
        "npm_update",
        {key: value for key, value in rack.connection(appliance, **{"version": NEW, **arguments}).items() if value is not None},
    )
    assert outcome.kind in {"arguments", "input"}
    assert writes(appliance) == []


def test_a_state_that_the_document_does_not_have(rack: Rack) -> None:
    appliance = rack.with_image()
    appliance.update.put("IDLE")
    appliance.update.state = "PAUSED"
    assert rack.update(appliance).kind == "reply"


def test_progress_is_told(rack: Rack, appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Callable[[], str]] = []
    monkeypatch.setattr(updating.Progress, "tell", lambda _self, line: lines.append(line))
    begin(appliance, "RUNNING", NEW, ends_in=0.5)
    assert not rack.update(appliance).failed
    assert any(f"the update is RUNNING to {NEW} (The update is running)" in line() for line in lines)


@pytest.mark.parametrize("times", [2, None])
def test_an_internal_error_while_it_is_prepared(rack: Rack, times: int | None) -> None:
    appliance = rack.with_image(init_seconds=0.1)
    real = appliance.update.init

    def init() -> None:
        real()
        appliance.fail("error_code", f"{API}/update", method="GET", times=times, code="INTERNAL_ERROR", status=500)

    appliance.update.init = init  # type: ignore[method-assign]
    outcome = rack.update(appliance, state="staged")
    assert (outcome.kind, outcome.changed, writes(appliance)) == (None if times else "http", True, [INIT])
    assert times or "Run the task again" in outcome.message


def test_a_refused_start_tells_the_state(rack: Rack) -> None:
    appliance = rack.with_image()
    appliance.fail("error_code", f"{API}/update/start", code="LICENSE", status=422)
    outcome = rack.update(appliance)
    assert (outcome.kind, outcome.changed, outcome.result["error"]["code"]) == ("http", True, "LICENSE")
    assert "was asked afterwards: the update is INITIALIZED" in outcome.message


def test_a_critical_failure_returns_the_update(rack: Rack) -> None:
    outcome = rack.update(rack.with_image(run_outcome="FAILED_CRITICAL"))
    assert (outcome.result["update_status"]["state"], outcome.result["from"]) == ("FAILED_CRITICAL", OLD)
