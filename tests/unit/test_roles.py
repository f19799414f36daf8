# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles do with their variables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.siteops.devices.tests.unit.expressions import evaluated

ROLES = Path(__file__).parents[2] / "roles"
SWITCHES = sorted(
    {
        (path.parts[-3], name)
        for path in ROLES.glob("*/meta/argument_specs.yml")
        for entry in yaml.safe_load(path.read_text())["argument_specs"].values()
        for name, option in entry.get("options", {}).items()
        if option.get("type") == "bool"
    }
)
PASSED_ON = r"\{\{ NAME( \| default\([^)]*\))? \}\}"
TEXT = re.compile(r"'[^']*'")


@pytest.mark.parametrize(("role", "name"), SWITCHES)
def test_a_switch_may_be_given_on_the_command_line(role: str, name: str) -> None:
    """``-e name=true`` gives text: no condition from ansible-core 2.19 on, and ``false`` is true in an expression."""
    for path in sorted(file for folder in ("tasks", "vars", "templates") for file in (ROLES / role / folder).glob("*")):
        for line in path.read_text().splitlines():
            rest = re.sub(PASSED_ON.replace("NAME", name), "", TEXT.sub("", line.partition(" # ")[0]))
            uses = re.findall(rf"(?<![\w.]){name}\b(?!:)( \| bool)?", rest)
            assert all(uses), f"{path}: {line.strip()}"


def value(role: str, name: str, **variables: Any) -> Any:
    """What a variable of a role is, where others are given."""
    templates = yaml.safe_load((ROLES / role / "vars" / "main.yml").read_text())
    return evaluated("{{ " + name + " }}", templates, **variables)


@pytest.mark.parametrize(("role", "name"), [("springcard_rollout", "springcard_rollout_named"), ("xyte_bridge", "xyte_bridge_readers")])
@pytest.mark.parametrize(
    ("given", "readers"),
    [("5C0003E9", ["5C0003E9"]), ("5C0003E9, 5C0003EA", ["5C0003E9", "5C0003EA"]), (["5C0003E9"], ["5C0003E9"]), ([], [])],
)
def test_readers_may_be_given_on_the_command_line(role: str, name: str, given: Any, readers: list[str]) -> None:
    assert value(role, name, springcard_rollout_devices=given) == readers


OPENS, CLOSES = "2030-12-01T22:00:00+01:00", "2030-12-01T22:00:00Z"


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (None, None, ""),
        (OPENS, CLOSES, ""),
        (OPENS, "", ""),
        ("", CLOSES, ""),
        (CLOSES, OPENS, f"The window never opens: npm_rollout_not_after ({OPENS}) has to be later than npm_rollout_not_before ({CLOSES})."),
        (OPENS, OPENS, "The window never opens: "),
        ("22:00", "2030-12-02", "The window is given with 22:00 and 2030-12-02; "),
    ],
)
def test_the_window_of_an_appliance(opens: str | None, closes: str | None, words: str) -> None:
    given = {"npm_rollout_not_before": opens, "npm_rollout_not_after": closes}
    fault = value("npm_rollout", "npm_rollout_window_fault", **{name: text for name, text in given.items() if text is not None})
    assert fault.startswith(words)
    assert bool(fault) is bool(words)


def test_builds_that_are_named_twice() -> None:
    builds = [{"type": "OKM", "version": version} for version in ("1", "2", "1", "3", "1")]
    assert value("firmware_publish", "firmware_publish_repeated", firmware_publish_builds=builds) == ["OKM 1"]
    assert value("firmware_publish", "firmware_publish_repeated", firmware_publish_builds=builds[:2]) == []
