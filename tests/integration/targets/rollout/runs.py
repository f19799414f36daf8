# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the playbook rollout, and what they leave behind."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators.lifetime import kill_tree

ROOT = Path(__file__).resolve().parents[4]

RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


class Playbook:
    """The playbook with an inventory (``inventory.json``) and records in ``folder``.

    ``serial`` is not in the inventory: a play's keywords do not see its variables.
    """

    def __init__(self, folder: Path, serial: object) -> None:
        self.folder = folder
        self.serial = serial

    def start(self, *options: str, forks: int = 10) -> subprocess.Popen[str]:
        common = ["-f", str(forks), "-i", str(self.folder / "inventory.json"), *extra(rollout_serial=self.serial)]
        command = ["ansible-playbook", *common, "siteops.devices.rollout", *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def run(self, *options: str, forks: int = 10) -> Run:
        return Run(self, self.start(*options, forks=forks))

    def records(self) -> list[dict[str, Any]]:
        """All records, the oldest first."""
        paths = sorted((self.folder / "records").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(path.read_text()) for path in paths]


class Run:
    """A run that has ended: its screen, its exit status, and the state of each host in its record."""

    def __init__(self, playbook: Playbook, process: subprocess.Popen[str]) -> None:
        self.output = process.communicate()[0]
        self.status = process.returncode
        recap = {host: (int(changed), int(failed)) for host, changed, _unreachable, failed in RECAP.findall(self.output)}
        assert recap, self.output
        self.changed = {host for host, (changed, _failed) in recap.items() if changed}
        self.failed = {host for host, (_changed, failed) in recap.items() if failed}
        records = playbook.records()
        self.record: dict[str, Any] = records[-1] if records else {}
        self.rows: dict[str, dict[str, Any]] = {row["host"]: row for row in self.record.get("hosts", [])}

    def states(self) -> dict[str, set[str]]:
        """State -> hosts."""
        found: dict[str, set[str]] = {}
        for host, row in self.rows.items():
            found.setdefault(row["state"], set()).add(host)
        return found


def extra(**variables: object) -> tuple[str, str]:
    return "-e", json.dumps(variables)


def wait_for(happened: Callable[[], object], process: subprocess.Popen[str]) -> None:
    for _attempt in range(300):
        if happened():
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    kill_tree(process)
    raise AssertionError("it did not happen")
