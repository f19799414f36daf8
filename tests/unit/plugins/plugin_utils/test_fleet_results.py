# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One small result, whatever the number of targets."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.siteops.devices.plugins.plugin_utils.fleet_results import Harvest, row_of


def harvest(results: dict[str, dict[str, Any]], size: int = 0, unchanged_rows: bool = False, diff: bool = False) -> dict[str, Any]:
    """The result of a task whose targets ended in reverse order."""
    gathered = Harvest(list(results), unchanged_rows=unchanged_rows, size=size, diff=diff)
    for target, result in reversed(results.items()):
        gathered.add(target, result, 0.25)
    return gathered.result(interrupted=False)


def test_rows_are_in_the_order_of_the_targets_and_unchanged_ones_left_out() -> None:
    result = harvest({"b": {"changed": True, "x": 1}, "a": {"changed": False}, "c": {"failed": True, "msg": "No."}})
    assert [row["target"] for row in result["results"]] == ["b", "c"]
    assert result["results"][0] == {"x": 1, "target": "b", "changed": True, "failed": False, "seconds": 0.25}
    assert result["changed"]
    assert result["failed"]
    assert "c: No." in result["msg"]
    summary = result["summary"]
    assert (summary["targets"], summary["changed"], summary["failed"], summary["unchanged"]) == (3, 1, 1, 1)


def test_one_is_called_one() -> None:
    failed = {f"{number}": {"failed": True, "msg": "No."} for number in range(6)}
    assert harvest({"a": {}})["msg"] == "1 target: 1 unchanged, 0 changed, 0 failed."
    assert harvest(failed)["msg"].startswith("6 targets: ")
    assert harvest(failed)["msg"].endswith(". 1 more failure is in results.")
    assert harvest({**failed, "7": failed["0"]})["msg"].endswith(". 2 more failures are in results.")


def test_rows_that_are_not_to_be_shown_say_so() -> None:
    gathered = Harvest(["a"], unchanged_rows=True, size=0, diff=False, censored=True)
    gathered.add("a", {"changed": True, "name": "x"}, 0.25)
    assert [row["_ansible_no_log"] for row in gathered.result(interrupted=False)["results"]] == [True]


def test_unchanged_rows_on_request() -> None:
    assert len(harvest({"a": {"changed": False}}, unchanged_rows=True)["results"]) == 1


def test_a_target_that_changed_and_failed_counts_as_both_and_once_as_done() -> None:
    result = harvest({"a": {"changed": True, "failed": True, "msg": "half"}, "b": {}})
    assert result["changed_targets"] == result["failed_targets"] == ["a"]
    assert result["summary"]["unchanged"] == 1


def test_a_diff_holds_only_what_differs() -> None:
    diff = {"before": {"same": 1, "led": 0, "gone": 2}, "after": {"same": 1, "led": 1, "new": 3}}
    row = row_of("a", {"changed": True, "diff": diff}, 1.23456, [])
    assert row["seconds"] == 1.235
    assert row["diff"] == {"before_header": "a", "after_header": "a", "before": {"led": 0, "gone": 2}, "after": {"led": 1, "new": 3}}
    assert "diff" not in row_of("a", {"changed": False, "diff": diff}, 0.0, [])
    result = harvest({"a": {"changed": True, "diff": diff}}, diff=True)
    assert result["diff"][0]["before_header"] == "a"


def test_ten_thousand_targets_fit() -> None:
    failed = {f"gate-{number:05}": {"failed": True, "msg": "It cannot be reached." * 5} for number in range(5000)}
    changed = {f"lane-{number:05}": {"changed": True, "configuration": dict.fromkeys(map(str, range(40)), 1)} for number in range(5000)}
    result = harvest({**failed, **changed}, size=400000)
    assert len(json.dumps(result)) < 700000
    assert len(result["failed_targets"]) == len(result["changed_targets"]) == 5000
    assert sum(not row["failed"] for row in result["results"]) <= 3, "only what is left over goes to changes"
    assert result["summary"]["results_left_out"] + len(result["results"]) == 10000


def test_warnings_are_in_the_row() -> None:
    gathered = Harvest(["a"], unchanged_rows=False, size=0, diff=False)
    gathered.warned("a", "careful")
    gathered.add("a", {"changed": False}, 0.0)
    assert gathered.result(interrupted=False)["results"][0]["device_warnings"] == ["careful"]


def test_an_interrupted_task_failed() -> None:
    gathered = Harvest(["a", "b"], unchanged_rows=False, size=0, diff=False)
    gathered.add("a", {"changed": False}, 0.0)
    gathered.unstarted("b")
    result = gathered.result(interrupted=True)
    assert result["failed"]
    assert result["unstarted_targets"] == ["b"]
    assert "told to stop" in result["msg"]
