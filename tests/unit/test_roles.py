# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles do with their variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

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
