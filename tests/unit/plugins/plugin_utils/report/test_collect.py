# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes become a report: states, fleets taken apart, firmware, events, failures, secrets."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils.report.collect import Collector, natural
from ansible_collections.siteops.devices.plugins.plugin_utils.report.outcome import FLEET, Outcome, apart, state_of
from ansible_collections.siteops.devices.tests.browser.sample import sample_report

ROOT = Path(__file__).resolve().parents[5]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "report.schema.json").read_text())
NOW = datetime.datetime(2026, 11, 26, 12, 30, tzinfo=datetime.timezone.utc)


def outcome(result: dict[str, Any], device: str = "gate-01", module: str = "siteops.devices.msk_config", **more: Any) -> Outcome:
    state = more.pop("state", None) or state_of(result, failed=bool(result.get("failed")), skipped=bool(result.get("skipped")))
    return Outcome(**{"device": device, "task": "a task", "module": module, "state": state, "result": result, "host": device, **more})


def report(*outcomes: Outcome, failed_hosts: set[str] | None = None, complete: bool = True) -> dict[str, Any]:
    collector = Collector("Title", lambda: NOW)
    for each in outcomes:
        collector.add(each)
    found = collector.report(complete=complete, failed_hosts=failed_hosts)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def device(*outcomes: Outcome, **more: Any) -> dict[str, Any]:
    return dict(report(*outcomes, **more)["devices"][0])


FAILED = {"failed": True, "msg": "No.", "error": {"kind": "refused", "http_status": 200, "code": 7}}
LOST = {"failed": True, "msg": "Gone.", "error": {"kind": "unreachable", "http_status": None, "code": None}}


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ([{"changed": False}], "unchanged"),
        ([{"changed": False}, {"changed": True}, {"changed": False}], "changed"),
        ([{"changed": True}, FAILED], "failed"),
        ([{"changed": True}, LOST], "unreachable"),
        ([{"skipped": True}], "skipped"),
        ([{"skipped": True}, {"changed": False}], "unchanged"),
    ],
)
def test_state_of_a_device(results: list[dict[str, Any]], state: str) -> None:
    found = report(*map(outcome, results))
    assert found["devices"][0]["state"] == state
    assert found["totals"][state] == 1


def test_a_failure_tells_its_sentence_and_kind() -> None:
    assert device(outcome(FAILED))["failures"] == [
        {"task": "a task", "module": "msk_config", "message": "No.", "kind": "refused", "http_status": 200, "code": 7, "handled": False}
    ]


def test_failures_that_the_playbook_went_on_after() -> None:
    ignored = device(outcome(FAILED, ignored=True), outcome({"changed": False}))
    assert (ignored["state"], ignored["failures"][0]["handled"]) == ("unchanged", True)
    rescued = device(outcome(FAILED), outcome({"changed": True}), failed_hosts=set())
    assert (rescued["state"], rescued["failures"][0]["handled"]) == ("changed", True)
    assert device(outcome(FAILED), failed_hosts={"gate-01"})["state"] == "failed"


def test_only_devices_are_listed() -> None:
    other = {"module": "ansible.builtin.copy", "device": "localhost"}
    assert report(outcome({"changed": True}, **other))["devices"] == []
    assert [row["name"] for row in report(outcome(FAILED, **other))["devices"]] == ["localhost"]


def fleet(result: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    whole = outcome({"module": "siteops.devices.msk_config", **result}, device="localhost", module=FLEET, **more)
    found = report(*apart(whole, loop=False), failed_hosts=set())
    return {row["name"]: row for row in found["devices"]}


def test_a_fleet_task_is_taken_apart() -> None:
    diff = {"before": {"led_mode": "disabled"}, "after": {"led_mode": "normal"}}
    result = {
        "failed": True,
        "msg": "6 targets: ...",
        "results": [
            {"target": "b", "changed": True, "failed": False, "diff": diff, "device_warnings": ["Hm."], "seconds": 1.5},
            {"target": "c", "changed": False, **FAILED},
            {"target": "d", "changed": False, **LOST},
        ],
        "changed_targets": ["b"],
        "failed_targets": ["c", "d", "f"],
        "unchanged_targets": ["a"],
        "unstarted_targets": ["e"],
    }
    found = fleet(result, ignored=True)
    states = {name: row["state"] for name, row in found.items()}
    assert states == {"a": "unchanged", "b": "changed", "c": "failed", "d": "unreachable", "e": "unfinished", "f": "failed"}
    assert found["b"]["changes"][0] == {
        "task": "a task",
        "module": "msk_config",
        "check_mode": False,
        "fields": [{"field": "led_mode", "before": "disabled", "after": "normal"}],
    }
    assert (found["b"]["seconds"], found["b"]["findings"], found["b"]["system"]) == (1.5, ["Hm."], "msk")
    assert found["f"]["failures"][0]["message"] == "It failed; the task's result had no room for its message."


def test_a_loop_of_fleet_tasks_tells_its_devices_and_modules_itself() -> None:
    """The arguments of a loop's items are not known."""
    diff = {"before": {"led_mode": "disabled"}, "after": {"led_mode": "normal"}}
    row = {"target": "b", "changed": True, "failed": False, "diff": diff}
    first = {"module": "siteops.devices.msk_config", "results": [row], "changed_targets": ["b"], "unchanged_targets": ["a"]}
    second = {"module": "siteops.devices.msk_name", "results": [], "unchanged_targets": ["a", "b"]}
    whole = outcome({"results": [first, second]}, device="localhost", module=FLEET)
    found = {row["name"]: row for row in report(*apart(whole, loop=True))["devices"]}
    assert {name: row["state"] for name, row in found.items()} == {"a": "unchanged", "b": "changed"}
    assert [change["module"] for change in found["b"]["changes"]] == ["msk_config"]


def test_a_fleet_task_that_cannot_begin() -> None:
    whole = outcome({"failed": True, "msg": "host_args: no."}, device="localhost", module=FLEET)
    found = report(*apart(whole, loop=False))["devices"]
    assert [(row["name"], row["failures"][0]["message"]) for row in found] == [("localhost", "host_args: no.")]


def test_a_fleet_task_with_no_log_that_failed() -> None:
    """ansible-core 2.19 leaves a list of hidden rows."""
    hidden = {"censored": "the output has been hidden", "changed": False}
    failed = outcome({**hidden, "results": [hidden]}, device="localhost", module=FLEET, state="failed")
    found = device(*apart(failed, loop=False), failed_hosts={"localhost"})
    assert (found["name"], found["state"], found["failures"][0]["message"]) == ("localhost", "failed", "the output has been hidden")


def test_a_loop_is_taken_apart() -> None:
    items = [{"changed": True, "name": "x"}, {"skipped": True}, {"exception": "(traceback unavailable)", "msg": "Second."}]
    whole = outcome({"changed": True, "failed": True, "results": items, "msg": "One or more items failed"}, seconds=3.0)
    found = device(*apart(whole, loop=True))
    assert (found["state"], found["changed"], found["seconds"]) == ("failed", True, 3.0)
    assert [row["message"] for row in found["failures"]] == ["Second."]


def test_a_loop_that_failed_as_a_whole() -> None:
    whole = outcome({"failed": True, "results": [{"changed": False}], "msg": "Condition."})
    assert [row["message"] for row in device(*apart(whole, loop=True))["failures"]] == ["Condition."]


def test_what_was_planned_and_then_done_is_one_update() -> None:
    versions = {"changed": True, "from": "1.22", "to": "1.24"}
    planned = outcome(versions, module="siteops.devices.springcard_firmware", check_mode=True)
    done = outcome(versions, module="siteops.devices.springcard_firmware")
    assert [row["check_mode"] for row in device(planned)["updates"]] == [True]
    assert [row["check_mode"] for row in device(planned, done)["updates"]] == [False]


def npm_update(result: dict[str, Any], state: str, **more: Any) -> Outcome:
    return outcome({**result, "update_status": {"state": state}}, module="siteops.devices.npm_update", **more)


VERSIONS = {"changed": True, "from": "11.5.0 #1", "to": "11.6.0 #2"}
FAILED_UPDATE = {"failed": True, "changed": True, "msg": "No.", "from": "11.5.0 #1", "to": "11.5.0 #1"}


@pytest.mark.parametrize(
    ("following", "action", "runs"),
    [
        ([], "staged", "11.5.0 #1"),
        ([({**VERSIONS, "changed": False}, "INITIALIZED")], "staged", "11.5.0 #1"),
        ([(VERSIONS, "IDLE")], "updated", "11.6.0 #2"),
        ([(FAILED_UPDATE, "IDLE")], "failed", "11.5.0 #1"),
    ],
)
def test_what_is_staged_is_not_installed(following: list[tuple[dict[str, Any], str]], action: str, runs: str) -> None:
    planned = npm_update({**VERSIONS, "changed": False}, "IDLE", check_mode=True)
    found = device(planned, npm_update(VERSIONS, "INITIALIZED"), *(npm_update(result, state) for result, state in following))
    expected = {"component": "appliance", "from": "11.5.0 #1", "to": "11.6.0 #2", "action": action, "check_mode": False}
    assert found["updates"] == [expected]
    assert found["firmware"] == {"appliance": runs}


def test_what_was_undone_is_no_update() -> None:
    undone = npm_update({"changed": True, "from": "11.5.0 #1", "to": "11.5.0 #1"}, "IDLE")
    assert [row["action"] for row in device(undone)["updates"]] == ["unchanged"]


def test_what_the_limit_of_a_rollout_held_back() -> None:
    refused = {"changed": False, "not_begun": "1 failed in this run, and the limit is 0.", "msg": "Not begun: ..."}
    assert device(outcome(refused), outcome({"skipped": True}))["state"] == "unfinished"
    assert device(outcome({"changed": False}), outcome(refused))["state"] == "unfinished"
    assert device(outcome({"changed": True}), outcome(refused))["state"] == "changed"
    assert device(*apart(outcome({"results": [{"changed": False}, refused]}), loop=True))["state"] == "unfinished"


def test_firmware_and_updates() -> None:
    info = {"msk": {"sensor": {"sensor": {"fw_version": "1.118"}, "com_board": {"fw_version": "1.209"}}}}
    update = {
        "changed": True,
        "components": [{"component": "sensor", "from": "1.118", "to": "1.210", "action": "updated", "files_sent": 1}],
    }
    read, updated = outcome(info, module="siteops.devices.msk_info"), outcome(update, module="siteops.devices.msk_firmware")
    found = device(read, updated)
    assert found["firmware"] == {"com_board": "1.209", "sensor": "1.210"}
    assert found["updates"] == [{"component": "sensor", "from": "1.118", "to": "1.210", "action": "updated", "check_mode": False}]
    assert found["changes"] == []
    assert found["state"] == "changed"
    predicted = outcome(update, module="siteops.devices.msk_firmware", check_mode=True)
    assert device(read, predicted)["firmware"]["sensor"] == "1.118"
    unknown = {"failed": True, "msg": "?", "components": [{"component": "sensor", "from": "1.118", "to": "1.210", "action": "failed"}]}
    assert device(read, outcome(unknown))["firmware"] == {"com_board": "1.209"}


def test_firmware_of_other_systems() -> None:
    appliance = outcome({"changed": True, "from": "11.5.0 #1", "to": "11.6.0 #2"}, module="siteops.devices.npm_update")
    readers = {"springcard": {"service": {"version": "3.1"}, "devices": [{"serial_number": "A1", "firmware": {"version": "1.24"}}, "odd"]}}
    assert device(appliance)["updates"][0]["component"] == "appliance"
    found = report(appliance, outcome(readers, device="desk", module="siteops.devices.springcard_info"))
    assert found["firmware"] == [
        {"component": "appliance", "version": "11.6.0 #2", "devices": 1},
        {"component": "companion", "version": "3.1", "devices": 1},
        {"component": "reader", "version": "1.24", "devices": 1},
    ]


def test_newest_version_first() -> None:
    rows = [outcome({"identity": {"sensor": {"fw_version": version}}}, device=version) for version in ("1.9", "1.118", "1.12")]
    assert [row["version"] for row in report(*rows)["firmware"]] == ["1.118", "1.12", "1.9"]


def test_mount_and_events() -> None:
    msk = {
        "sensor": {"sensor": {"min_angle": -50, "max_angle": 50, "max_distance": 20000}},
        "configuration": {"alarm_distance": 4000, "mount_azimuth": 30, "country": "ITA"},
        "events": [
            {"type_name": "movement", "cause_name": "alarm_area", "elapsed_time": 7200, "duration": 5},
            {"type_name": None, "type": 9, "elapsed_time": 60, "duration": "odd"},
            {"type_name": "fault", "elapsed_time": 1e300},
            {"type_name": "fault", "elapsed_time": "<b>"},
            None,
        ],
    }
    found = report(outcome({"msk": msk}, module="siteops.devices.msk_info"))
    sensor = found["devices"][0]
    assert sensor["mount"] == {"alarm_distance": 4000, "mount_azimuth": 30, "max_distance": 20000, "min_angle": -50, "max_angle": 50}
    assert sensor["events"] == [
        {"at": "2026-11-26T12:29:00Z", "type": "9", "cause": None, "duration": None},
        {"at": "2026-11-26T10:30:00Z", "type": "movement", "cause": "alarm_area", "duration": 5},
    ]
    assert found["events_by_hour"] == [
        {"hour": "2026-11-26T10:00:00Z", "movement": 1, "fault": 0, "tamper": 0, "other": 0},
        {"hour": "2026-11-26T12:00:00Z", "movement": 0, "fault": 0, "tamper": 0, "other": 1},
    ]


@pytest.mark.parametrize(
    "odd", [None, 3, "text", [], {}, [1], {"sensor": 3}, {"events": {}}, float("nan"), float("inf"), 10**400, "\ud800"]
)
def test_results_of_any_shape(odd: Any) -> None:
    names = (
        "msk",
        "identity",
        "configuration",
        "components",
        "diff",
        "error",
        "health",
        "npm",
        "springcard",
        "results",
        "device_warnings",
        "msg",
    )
    device(outcome({"changed": True, "failed": True, **dict.fromkeys(names, odd)}))
    device(
        outcome(
            {
                "configuration": {"alarm_distance": odd},
                "components": [{"from": odd}],
                "diff": {"before": {"x": odd}, "after": {}},
                "changed": True,
            }
        )
    )


def test_secrets_are_masked_and_states_are_not() -> None:
    found = report(
        outcome(
            {"failed": True, "changed": True, "msg": "hunter2 failed", "diff": {"before": {"x": "hunter2"}, "after": {"hunter2": 1}}},
            secrets=("hunter2", "failed"),
        ),
        outcome({"changed": True, "identity": {"sensor": {"fw_version": "hunter2"}}}, secrets=()),
        outcome({"changed": False}, device="gate-02"),
    )
    assert "hunter2" not in json.dumps(found)
    assert found["devices"][0]["state"] == "failed"
    assert found["devices"][0]["tasks"][0]["state"] == "failed"
    assert found["devices"][0]["failures"][0]["message"] == "******** ********"


def test_stable() -> None:
    names = ["gate-10", "gate-2", "gate-1", "yard"]
    first = report(*(outcome({"changed": False}, device=name) for name in names))
    second = report(*(outcome({"changed": False}, device=name) for name in reversed(names)))
    assert json.dumps(first) == json.dumps(second)
    assert [row["name"] for row in first["devices"]] == ["gate-1", "gate-2", "gate-10", "yard"]
    assert sorted(["a10", "10", "a9", "\u0661", ""], key=natural) == ["", "10", "a9", "a10", "\u0661"]


def test_check_mode() -> None:
    """A run that looked in check mode and read for real has changed nothing."""
    would, did, read = (
        outcome({"changed": True}, check_mode=True),
        outcome({"changed": True}),
        outcome({"changed": False}, device="gate-02"),
    )
    found = report(would, read)
    assert found["check_mode"] is True
    assert [(row["state"], row["changed"], row["predicted"]) for row in found["devices"]] == [
        ("changed", True, True),
        ("unchanged", False, False),
    ]
    assert (report(would, did)["check_mode"], device(would, did)["predicted"]) == (False, False)
    assert report(read)["check_mode"] is False


def test_interruption_is_told() -> None:
    found = report(outcome({"changed": True}), outcome({}, device="b", state="unfinished"), complete=False)
    assert (found["complete"], found["totals"]["unfinished"]) == (False, 1)


def test_the_sample_is_of_the_published_shape() -> None:
    found = sample_report(200)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert all(found["totals"][state] for state in ("changed", "unchanged", "failed", "unreachable", "skipped"))
