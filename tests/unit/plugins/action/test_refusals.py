# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions without a module say of options that they do not have, or that are missing."""

from __future__ import annotations

import importlib
import types
from typing import Any

import pytest

ACTIONS = "ansible_collections.siteops.devices.plugins.action"


def result_of(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The result of the action's task with these arguments, which it refuses before it needs the engine."""
    action = importlib.import_module(f"{ACTIONS}.{name}").ActionModule(
        task=types.SimpleNamespace(action=f"siteops.devices.{name}", args=arguments, async_val=0, check_mode=False, diff=False),
        connection=types.SimpleNamespace(transport="local", _shell=types.SimpleNamespace(tmpdir=None)),
        play_context=types.SimpleNamespace(become=False),
        loader=None,
        templar=None,
        shared_loader_obj=None,
    )
    return dict(action.run(task_vars={}))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("fleet", {"module": "msk_info", "targets": ["gate-01"], "target": ["gate-01"]}),
        ("rollout_record", {"state": "begun", "target": "gate-01"}),
    ],
)
def test_a_misspelt_option_is_told_as_that_of_a_module(name: str, given: dict[str, Any]) -> None:
    result = result_of(name, given)
    assert result["failed"]
    assert result["error"]["kind"] == "input"
    assert result["msg"].startswith(f"Unsupported parameters for (siteops.devices.{name}) module: target. Supported parameters include: ")
    assert result["msg"].endswith(".")
    assert not result["msg"].endswith("..")


def test_a_missing_option_is_a_sentence() -> None:
    assert result_of("fleet", {"module": "msk_info"})["msg"] == "missing required arguments: targets."
