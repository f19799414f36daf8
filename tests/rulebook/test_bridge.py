# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role xyte_bridge by its playbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.rulebook.bridge import NEW, Site
from ansible_collections.siteops.devices.tests.simulators.xyte import eventually

pytestmark = pytest.mark.timeout(400)


def flashes(site: Site) -> int:
    """How often the first sensor was given an update to its end; an abandoned one (force) is none."""
    ends = [request for request in site.sensor.writing_requests() if request.path == "/stopProcessUpdate" and not request.refused]
    return sum(1 for request in ends if not (request.body or {}).get("force"))


def test_an_update_from_beginning_to_end(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        command = site.cloud.command(site.device, "update_firmware", site.offer())
        site.play("bridge")
        eventually(lambda: site.device.statuses == [(command, "in_progress"), (command, "done")])
        assert site.device.firmware_version == NEW
        assert flashes(site) == 1
        # The answer was lost: the cloud still has it. It is told again, and nothing else happens.
        site.device.commands.append({"id": command, "status": "in_progress", "name": "update_firmware", "parameters": site.offer()})
        site.play("bridge")
        eventually(lambda: site.device.statuses[2:] == [(command, "done")])
        assert flashes(site) == 1
        assert site.device.violations == []


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("update_firmware", {"checksum": "0" * 64}, "has the sha256"),
    ("update_firmware", {"checksum": None}, "needs url, version and checksum"),
    ("update_firmware", {"url": "http://example.com/{{ 7 * 7 }}"}, "not one of those allowed"),
    ("update_firmware", {"version": "9.9"}, "not 9.9"),
    ("reboot", {}, "cannot be restarted"),
    ("{{ lookup('pipe', 'touch /tmp/owned') }}", {}, "does not know the command {{ lookup"),
]


def test_what_cannot_be_done_gets_an_honest_answer(tmp_path: Path) -> None:
    owned = Path("/tmp/owned")  # noqa: S108 (the name that a template in a command would make)
    owned.unlink(missing_ok=True)
    with Site(tmp_path, len(WRONG)) as site:
        commands = []
        for device, (name, changes, _text) in zip(site.cloud.devices, WRONG):
            commands.append(site.cloud.command(device, name, site.offer(**changes) if name == "update_firmware" else {}))
        site.play("bridge", "--tags", "command")
        for device, command, (_name, _changes, text) in zip(site.cloud.devices, commands, WRONG):
            eventually(lambda device=device, command=command: device.statuses == [(command, "in_progress"), (command, "error")])
            assert text in device.sent("commands/update")[-1]["message"]
            assert device.violations == []
    assert not owned.exists()


def test_a_configuration(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        site.device.config = {"version": "5", "last_updated": "x", "alarm_distance": 4100, "pre_alarm_distance": 6100}
        site.play("bridge")
        assert eventually(lambda: site.device.sent("config/update"))[0]["alarm_distance"] == 4100
        assert 4100 in site.sensor.configuration.values()
        site.device.config = {"version": "6", "last_updated": "x", "alarm_distnce": 1}
        with pytest.raises(AssertionError, match="refused"):
            site.play("bridge")
        told = eventually(lambda: site.device.sent("telemetry"))[-1]["telemetries"]
        assert told["config_version"] == "6"
        assert "alarm_distnce" in told["config_error"]
        assert [body["version"] for body in site.device.sent("config/update")] == ["5"]
        assert site.device.violations == []


def test_telemetry(tmp_path: Path) -> None:
    with Site(tmp_path, 3) as site:
        site.play("telemetry")
        for device in site.cloud.devices:
            body = eventually(lambda device=device: device.sent("telemetry"))[0]
            assert body["status"] == "online"
            assert body["telemetries"]["firmware_version"] == "1.118"
            assert body["telemetries"]["fps"] > 0
            assert device.violations == []
