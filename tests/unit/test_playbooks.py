# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks do with what is given to them on the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.siteops.devices.tests.unit.expressions import evaluated

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
PLAYS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(PLAYBOOKS.glob("*.yml"))}
GIVEN = {task["name"]: task for task in PLAYS["given"][0]["tasks"]}
SERIALS = sorted({play["serial"] for plays in PLAYS.values() for play in plays if "serial" in play})


@pytest.mark.parametrize("name", sorted(set(PLAYS) - {"given"}))
def test_what_a_play_is_given_is_looked_at_before(name: str) -> None:
    hosts: set[str] = set()
    waves: set[str] = set()
    for play in PLAYS[name]:
        if play.get("ansible.builtin.import_playbook") == "given.yml":
            hosts.add(play["vars"].get("given_hosts"))
            waves |= set(play["vars"].get("given_waves", []))
        assert set(re.findall(r"\w+_hosts\b(?= \|)", play.get("hosts", ""))) <= hosts
        assert set(re.findall(r"\w+_serial\b", play.get("serial", ""))) <= waves


WAVES = {
    "1": ["1"],
    "100%": ["100%"],
    "1,10%": ["1", "10%"],
    '[1, "10%", "100%"]': ["1", "10%", "100%"],
    "[2, 30%]": ["2", "30%"],
}


@pytest.mark.parametrize("serial", SERIALS)
@pytest.mark.parametrize(("given", "sizes"), [*WAVES.items(), (1, ["1"]), ([1, "10%"], ["1", "10%"])])
def test_waves(serial: str, given: Any, sizes: list[str]) -> None:
    (name,) = re.findall(r"\w+_serial", serial)
    assert [str(size) for size in evaluated(serial, {}, **{name: given})] == sizes
    assert not refused(given)


@pytest.mark.parametrize("serial", SERIALS)
def test_waves_that_are_not_given(serial: str) -> None:
    (name,) = re.findall(r"\w+_serial", serial)
    assert evaluated(serial, {}, **{name: ""}) == evaluated(serial, {}) != []
    assert not refused("")


@pytest.mark.parametrize("given", ["abc", "0", 0, "1,0", [1, 0], "1.5", "-1", "0%", "10 %", "1;two", [], "[]", {"a": 1}, "1e3", "+1"])
def test_what_is_no_size_of_a_wave(given: Any) -> None:
    assert refused(given)


def refused(given: Any) -> bool:
    task = GIVEN["Refuse waves that are none"]
    condition = " and ".join(f"({part})" for part in task["when"])
    return bool(evaluated("{{ " + condition + " }}", task["vars"], item="some_serial", some_serial=given))


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"targets": []}, "No host of the inventory matches nobody (rotate_hosts)."),
        ({"targets": ["a", "b", "c"], "current": {"a": "1"}}, "vault_msk_password has no password for b, c."),
        ({"targets": ["a"], "current": "1"}, "All sensors share vault_msk_password, so it is changed on all of them,"),
    ],
)
def test_a_rotation_that_is_refused_tells_its_one_cause(variables: dict[str, Any], words: str) -> None:
    told = rotation_told("Make sure that all can be changed that has to", {"group": ["a", "b"], "current": {}, **variables})
    assert told.startswith(f"Nothing was changed. {words}")
    assert told.count(".") <= 3, told


@pytest.mark.parametrize(("vault", "words"), [({}, "rotate_vault is not set."), ({"vault": "x.yml"}, "There is no file x.yml.")])
def test_a_rotation_without_a_vault(vault: dict[str, Any], words: str) -> None:
    assert rotation_told("Make sure that the vault is known", vault).startswith(f"Nothing was changed. {words} Name the ")


def rotation_told(name: str, variables: dict[str, Any]) -> str:
    """The message of a task of rotate_passwords."""
    play = next(play for play in PLAYS["rotate_passwords"] if "tasks" in play)
    tasks = [inner for task in play["tasks"] for inner in [task, *task.get("block", [])]]
    message = next(task for task in tasks if task["name"] == name)["ansible.builtin.assert"]["fail_msg"]
    given = {"rotate_hosts": "nobody", **{f"rotate_{key}": value for key, value in variables.items()}}
    return str(evaluated(message, {key: value for key, value in play["vars"].items() if key not in given}, **given))
