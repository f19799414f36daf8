# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import Loaded, plain, run_in_process
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.bridge.task import Task
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import RefusedError

SPEC = Spec({"username": {"type": "str"}, "password": {"type": "str", "no_log": True}, "count": {"type": "int", "default": 3}})


class Said:
    """What a run said."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.progress: list[str] = []

    def run(self, work: Any, arguments: dict[str, Any], *, check_mode: bool = False) -> dict[str, Any]:
        loaded = Loaded("siteops.devices.example", SPEC, work)
        return run_in_process(
            loaded, arguments, check_mode=check_mode, diff=False, say_warning=self.warnings.append, say_progress=self.progress.append
        )


def test_a_run_gets_checked_arguments_and_what_it_says_is_masked() -> None:
    said = Said()

    def work(task: Task) -> dict[str, Any]:
        task.hide("token-1")
        task.warn(f"with {task.params['password']}")
        task.progress("at token-1")
        return {"changed": task.check_mode, "count": task.params["count"], "text": "hush token-1 YWRtaW46aHVzaA=="}

    result = said.run(work, {"username": "admin", "password": "hush", "count": "7"}, check_mode=True)
    assert result == {"changed": True, "count": 7, "text": "******** ******** ********"}
    assert said.warnings == ["with ********"]
    assert said.progress == ["at ********"]


def test_a_failure_is_a_result() -> None:
    def work(task: Task) -> dict[str, Any]:
        raise RefusedError(f"no {task.params['password']}.", code="hush", facts={"last": ["hush"]})

    result = Said().run(work, {"password": "hush"})
    assert (result["failed"], result["msg"], result["last"]) == (True, "no ********.", ["********"])
    assert result["error"] == {"kind": "refused", "http_status": None, "code": "********"}


def test_a_defect_is_a_result_that_tells_its_place() -> None:
    def work(task: Task) -> dict[str, Any]:
        return {"changed": task.params["hush"]}

    result = Said().run(work, {"password": "hush"})
    assert result["error"]["kind"] == "defect"
    assert result["msg"].startswith("A defect of this collection: KeyError: '********' (at test_in_process.py:")


def test_arguments_are_refused_before_anything_runs() -> None:
    result = Said().run(None, {"password": "hush", "count": "hush"})
    assert (result["failed"], result["changed"]) == (True, False)
    assert "count" in result["msg"]
    assert "hush" not in result["msg"]


class Tagged(str):
    """A subclass, as the engine gives."""

    __slots__ = ()


@pytest.mark.parametrize("value", [Tagged("x"), {Tagged("k"): [Tagged("x"), (1, Tagged("y"))]}, [None, True, 1.5]])
def test_plain_values_have_builtin_types(value: Any) -> None:
    made = plain(value)
    assert "Tagged" not in str([type(item) for item in walk(made)])
    assert made == ([None, True, 1.5] if isinstance(value, list) else made)


def walk(value: Any) -> list[Any]:
    """A value and all that is in it."""
    inner = [item for pair in value.items() for item in pair] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(part for item in inner for part in walk(item))]
