# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook as ansible-rulebook runs it, unattended: a command of the cloud becomes a rollout."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.tests.rulebook.bridge import Site, family, kill
from ansible_collections.siteops.devices.tests.simulators.xyte import eventually

pytestmark = pytest.mark.timeout(600)

START = 90.0  # seconds that ansible-rulebook, Java and a playbook may take


def finished(site: Site) -> bool:
    return bool(site.device.statuses) and site.device.statuses[-1][1] != "in_progress"


def test_a_command_becomes_a_rollout(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        running = site.rulebook()
        try:
            eventually(lambda: site.device.sent("get"), START)
            command = site.order(site.first)
            eventually(lambda: finished(site), START)
        finally:
            kill(*family(running.pid))
        assert site.device.statuses == [(command, "in_progress"), (command, "done")]
        assert site.device.firmware_version == site.first.new
        assert site.first.flashes == 1
        assert site.device.violations == []
        assert site.device.access_key not in (tmp_path / "rulebook.log").read_text()


def interrupt(site: Site, *, all_of_it: bool) -> list[int]:
    """Start a rulebook, and kill it, or all it has started too, while the sensor is being updated. Returns what may live on."""
    running = site.rulebook()
    eventually(lambda: any(request.path == "/chunkFileUpdate" for request in site.first.device.requests), START)
    members = family(running.pid)
    kill(*(members if all_of_it else members[:1]))
    running.wait(30)
    return members


@pytest.mark.parametrize("all_of_it", [False, True])
def test_killed_in_the_middle_and_started_again(tmp_path: Path, all_of_it: bool) -> None:
    """One flash only, whether the playbook lived on when the rulebook died, or not."""
    with Site(tmp_path) as site:
        command = site.order(site.first)
        site.first.device.fail("delay", "/chunkFileUpdate", "PUT", seconds=4)
        left_over = interrupt(site, all_of_it=all_of_it)
        again = site.rulebook()
        try:
            eventually(lambda: finished(site), START)
            time.sleep(3)
        finally:
            kill(*family(again.pid), *left_over)
        statuses = [status for _id, status in site.device.statuses]
        assert statuses[0] == "in_progress"
        assert set(statuses) == {"in_progress", "done"}
        assert statuses[-1] == "done"
        assert {row[0] for row in site.device.statuses} == {command}
        assert site.device.firmware_version == site.first.new
        assert site.first.flashes == 1
        assert site.device.violations == []
