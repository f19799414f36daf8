# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback, told by a made-up engine of either kind."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ansible_collections.siteops.devices.plugins.callback import fleet_report
from ansible_collections.siteops.devices.plugins.plugin_utils.report.engine import secrets_of

SECRET = "Site/Secret 7+"


class Host(SimpleNamespace):
    def get_name(self) -> str:
        return str(self.name)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def callback(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> fleet_report.CallbackModule:
    plugin = fleet_report.CallbackModule(display=SimpleNamespace(warning=said.append, display=said.append, verbosity=0))
    options = {name: row["default"] for name, row in yaml.safe_load(fleet_report.DOCUMENTATION)["options"].items()}
    options["directory"] = str(tmp_path)
    monkeypatch.setattr(plugin, "get_option", options.__getitem__)
    plugin.v2_playbook_on_start(SimpleNamespace(_file_name="/somewhere/site.yml"))
    plugin.v2_playbook_on_play_start(SimpleNamespace(get_variable_manager=lambda: SimpleNamespace(_inventory=None)))
    return plugin


def task(action: str = "siteops.devices.msk_config", **more: Any) -> Any:
    arguments = {"host": "127.0.0.9", "password": SECRET}
    fields = {
        "name": "A task",
        "action": action,
        "resolved_action": action,
        "args": arguments,
        "loop": None,
        "check_mode": False,
        "_uuid": "1",
        **more,
    }
    return SimpleNamespace(**fields)


def result(kind: str, value: dict[str, Any], of: Any, host: str = "gate-01") -> Any:
    """What ansible-core gives to callbacks, ``old`` before 2.19 and ``new`` since."""
    prefix = "_" if kind == "old" else ""
    return SimpleNamespace(**{f"{prefix}host": Host(name=host), f"{prefix}task": of, f"{prefix}result": value})


def devices(folder: Path) -> dict[str, Any]:
    text = (folder / "report.json").read_text()
    assert SECRET not in text + (folder / "report.html").read_text()
    return {row["name"]: row for row in json.loads(text)["devices"]}


STATS = SimpleNamespace(failures={}, dark={})


@pytest.mark.parametrize("kind", ["old", "new"])
def test_a_run(kind: str, callback: fleet_report.CallbackModule, tmp_path: Path, said: list[str]) -> None:
    configure = task()
    callback.v2_runner_on_start(Host(name="gate-01"), configure)
    callback.v2_runner_on_ok(result(kind, {"changed": True, "diff": {"before": {"a": SECRET}, "after": {"a": 2}}}, configure))
    callback.v2_runner_on_failed(result(kind, {"failed": True, "msg": f"{SECRET}?"}, configure, "gate-02"), ignore_errors=False)
    callback.v2_runner_on_unreachable(result(kind, {"unreachable": True, "msg": "ssh"}, task("ansible.builtin.setup"), "gate-03"))
    callback.v2_runner_on_skipped(result(kind, {"skipped": True}, configure, "gate-04"))
    callback.v2_playbook_on_stats(SimpleNamespace(failures={"gate-02": 1}, dark={"gate-03": 1}))
    found = devices(tmp_path)
    assert {name: row["state"] for name, row in found.items()} == {
        "gate-01": "changed",
        "gate-02": "failed",
        "gate-03": "unreachable",
        "gate-04": "skipped",
    }
    assert found["gate-01"]["address"] == "127.0.0.9"
    assert found["gate-01"]["seconds"] is not None
    assert said == [f"Report of this run: {tmp_path}/report.json {tmp_path}/report.html"]


def test_a_fleet_task(callback: fleet_report.CallbackModule, tmp_path: Path) -> None:
    fleet = task("siteops.devices.fleet", args={"module": "msk_config", "targets": ["a", "b"], "args": {"password": SECRET}})
    rows = [{"target": "b", "changed": True, "failed": False, "diff": {"before": {"x": 1}, "after": {"x": SECRET}}}]
    whole = {
        "module": "siteops.devices.msk_config",
        "changed": True,
        "results": rows,
        "changed_targets": ["b"],
        "unchanged_targets": ["a"],
    }
    callback.v2_runner_on_ok(result("new", whole, fleet, "localhost"))
    callback.v2_playbook_on_stats(STATS)
    assert {name: row["state"] for name, row in devices(tmp_path).items()} == {"a": "unchanged", "b": "changed"}


def test_a_stopped_run(callback: fleet_report.CallbackModule, tmp_path: Path) -> None:
    callback.v2_runner_on_start(Host(name="gate-01"), task())
    callback._stopped()
    assert devices(tmp_path)["gate-01"]["state"] == "unfinished"
    assert json.loads((tmp_path / "report.json").read_text())["complete"] is False


def test_an_ended_run_is_not_written_again(callback: fleet_report.CallbackModule, tmp_path: Path) -> None:
    callback.v2_playbook_on_stats(STATS)
    (tmp_path / "report.json").unlink()
    callback._stopped()
    assert not (tmp_path / "report.json").exists()


def test_a_failure_is_one_warning(callback: fleet_report.CallbackModule, said: list[str]) -> None:
    for _attempt in range(3):
        callback.v2_runner_on_ok(SimpleNamespace(secret=SECRET))
    callback.v2_playbook_on_stats(STATS)
    assert len(said) == 1
    assert said[0].startswith("There will be no report of this run: AttributeError at ")


def test_a_full_disk_is_one_warning(callback: fleet_report.CallbackModule, said: list[str], tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    callback.v2_playbook_on_stats(STATS)
    assert len(said) == 1
    assert "report.html" in said[0]


@pytest.mark.parametrize("odd", [None, 3, "x", [], {"module": 3}, {"args": "text"}])
def test_secrets_of_arguments_of_any_shape(odd: Any) -> None:
    for module in ("siteops.devices.fleet", "siteops.devices.msk_config", "siteops.devices.none", "ansible.builtin.copy"):
        assert secrets_of(module, odd if isinstance(odd, dict) else {"configuration": odd, "args": odd, "module": odd}) == []


def test_the_guide_names_every_option() -> None:
    guide = (Path(__file__).resolve().parents[4] / "docs" / "guides" / "reports.md").read_text()
    for name, row in yaml.safe_load(fleet_report.DOCUMENTATION)["options"].items():
        assert f"`{name}`" in guide
        assert f"`{row['env'][0]['name']}`" in guide
