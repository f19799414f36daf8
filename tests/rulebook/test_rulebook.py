# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook as ansible-rulebook runs it, unattended: a command of the cloud becomes a rollout."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.tests.rulebook.bridge import NEW, Site, kill
from ansible_collections.siteops.devices.tests.rulebook.test_bridge import flashes
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
            command = site.cloud.command(site.device, "update_firmware", site.offer())
            eventually(lambda: finished(site), START)
        finally:
            kill(running)
        assert site.device.statuses == [(command, "in_progress"), (command, "done")]
        assert site.device.firmware_version == NEW
        assert flashes(site) == 1
        assert site.device.violations == []
        assert site.device.access_key not in (tmp_path / "rulebook.log").read_text()


def interrupt(site: Site, *, all_of_it: bool) -> None:
    """Start a rulebook, and kill it, or all it has started too, while the sensor is being updated."""
    running = site.rulebook()
    eventually(lambda: any(request.path == "/chunkFileUpdate" for request in site.sensor.requests), START)
    if all_of_it:
        kill(running)
    else:
        os.kill(running.pid, signal.SIGKILL)
        running.wait(30)


def test_killed_in_the_middle_and_started_again(tmp_path: Path) -> None:
    """One flash only, whether the playbook lived on when the rulebook died, or not."""
    for number, all_of_it in enumerate((False, True)):
        (tmp_path / str(number)).mkdir()
        with Site(tmp_path / str(number)) as site:
            command = site.cloud.command(site.device, "update_firmware", site.offer())
            site.sensor.fail("delay", "/chunkFileUpdate", "PUT", seconds=4)
            interrupt(site, all_of_it=all_of_it)
            time.sleep(1)
            again = site.rulebook()
            try:
                eventually(lambda site=site: finished(site), START)
                time.sleep(3)
            finally:
                kill(again)
            statuses = [status for _id, status in site.device.statuses]
            assert statuses[0] == "in_progress"
            assert set(statuses[1:]) <= {"in_progress", "done"}
            assert statuses[-1] == "done"
            assert {row[0] for row in site.device.statuses} == {command}
            assert site.device.firmware_version == NEW
            assert flashes(site) == 1
            assert site.device.violations == []
