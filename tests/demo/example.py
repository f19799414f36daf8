# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of a folder of ``docs/examples``, and the playbooks that run in it, as in the copy of a user."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from . import playbook, screen

ROOT = Path(__file__).resolve().parents[2]
WORK = Path("build/demo")
SIMULATED = "simulated.json"
VAULT = {"ANSIBLE_VAULT_PASSWORD_FILE": "vault-password.txt"}


class Example:
    """The copy of ``docs/examples/<name>``, made anew. ``inventory`` is its inventory."""

    def __init__(self, name: str, inventory: str) -> None:
        self.source = Path("docs/examples") / name
        self.place = WORK / name
        self.folder = ROOT / self.place
        self.inventory = inventory
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT / self.source, self.folder)

    def show_copy(self) -> None:
        """Print how the copy was made, and what opens its vault."""
        screen.command(f"cp -r {self.source} {self.place} && cd {self.place}")
        screen.command(" ".join(["export", *playbook.assignments(VAULT)]))

    def simulate(self, groups: dict[str, dict[str, Any]]) -> None:
        """Write the layer over the inventory that says where its devices are simulated: group -> host -> variables."""
        # As host variables: those of the example's group_vars/ win over an inventory's group variables.
        layer = {group: {"hosts": hosts} for group, hosts in groups.items()}
        (self.folder / SIMULATED).write_text(json.dumps(layer, indent=2))

    def describe(self) -> dict[str, Any]:
        """The inventory, as ``ansible-inventory --list`` tells it."""
        return dict(json.loads(self._ask_inventory(*self._inventory_command("--list"))))

    def show_graph(self) -> None:
        """Print the inventory's groups and hosts."""
        command = self._inventory_command("--graph")
        screen.command(shlex.join(command))
        print(self._ask_inventory(*command), end="", flush=True)

    def run(self, name: str, *options: str, status: int = 0, quiet: bool = False, shown: dict[str, str] | None = None) -> set[str]:
        """Run a playbook of the collection in the copy, as :func:`playbook.run` does."""
        command = ["ansible-playbook", "-i", self.inventory, "-i", SIMULATED, *options, f"siteops.devices.{name}"]
        return playbook.run(command, self.folder, status=status, quiet=quiet, given=VAULT, shown=shown)

    def _inventory_command(self, option: str) -> list[str]:
        return ["ansible-inventory", "-i", self.inventory, option]

    def _ask_inventory(self, *command: str) -> str:
        return subprocess.run(command, cwd=self.folder, env={**os.environ, **VAULT}, stdout=subprocess.PIPE, check=True, text=True).stdout
