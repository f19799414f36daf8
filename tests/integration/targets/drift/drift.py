# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook drift, as a pipeline runs it: nothing differs, something differs, apply, and devices that cannot be compared."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator

PASSWORD = "Site/Secret 7+"


class Site:
    """Simulated sensors that are as their inventory wants them."""

    def __init__(self, folder: Path, simulator: MskSimulator) -> None:
        self.folder = folder
        self.sensors = {sensor.name: sensor for sensor in simulator.sensors}
        for name, sensor in self.sensors.items():
            sensor.password = PASSWORD
            sensor.com_board_name = name
            sensor.configuration["ledMode"] = 1
        shared = {
            "msk_commission_port": simulator.port,
            "msk_commission_ca_path": str(simulator.ca_path),
            "msk_commission_password": PASSWORD,
            "msk_commission_configuration": {"led_mode": "disabled"},
            "msk_commission_position_tolerance": -1,
            "msk_commission_retries": 0,
            "msk_commission_record_dir": str(folder / "records"),
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }
        hosts = {name: {"ansible_host": sensor.address} for name, sensor in self.sensors.items()}
        (folder / "inventory.json").write_text(json.dumps({"msk": {"hosts": hosts, "vars": shared}}))

    def run(self, *options: str) -> tuple[int, dict[str, Any], str]:
        """Exit status, summary and plan."""
        for name in ("drift.json", "drift.md"):
            (self.folder / name).unlink(missing_ok=True)
        done = subprocess.run(
            ["ansible-playbook", "-i", "inventory.json", "siteops.devices.drift", *options],
            cwd=self.folder,
            env={**os.environ, "PWD": str(self.folder), "ANSIBLE_NOCOLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (self.folder / "drift.json").exists(), done.stdout
        summary = json.loads((self.folder / "drift.json").read_text())
        plan = (self.folder / "drift.md").read_text()
        assert PASSWORD not in done.stdout + json.dumps(summary) + plan
        self.screen = done.stdout
        return done.returncode, summary, plan


def whole_story(site: Site) -> None:
    """No drift: 0. Drift: a failure that says so, or 0 where that is asked for. Apply: only what differs, then no drift."""
    status, summary, _plan = site.run()
    assert (status, summary["status"], summary["drift"]) == (0, "none", []), site.screen
    assert summary["checks"][0]["summary"]["unchanged"] == len(site.sensors), summary
    changed = site.sensors["sensor-02"]
    changed.configuration["ledMode"] = 0
    changed.com_board_name = "some|other <b>"
    status, summary, plan = site.run()
    assert (status, summary["status"], summary["drifted_hosts"]) == (2, "drift", ["sensor-02"]), site.screen
    assert "drift: 1 devices differ: sensor-02" in site.screen
    assert [row["module"].rpartition(".")[2] for row in summary["drift"]] == ["msk_config", "msk_name"], summary
    assert summary["drift"][0]["before"] == {"led_mode": "normal"}, summary
    assert '| sensor-02 | msk_config | led_mode | "normal" | "disabled" |' in plan, plan
    assert '"some\\|other &lt;b>"' in plan, plan
    assert not any(sensor.writing_requests() for sensor in site.sensors.values())
    assert site.run("-e", "drift_fail=false")[:2] == (0, summary_like(site, "drift")), site.screen
    assert site.run("-e", "drift_hosts=sensor-01")[0] == 0, site.screen
    for sensor in site.sensors.values():
        sensor.forget_requests()
    status, summary, _plan = site.run("-e", "drift_apply=true")
    assert status == 0, site.screen
    assert (changed.configuration["ledMode"], changed.com_board_name) == (1, "sensor-02"), site.screen
    assert [name for name, sensor in site.sensors.items() if sensor.writing_requests()] == ["sensor-02"]
    assert site.run()[0] == 0, site.screen


def summary_like(site: Site, status: str) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((site.folder / "drift.json").read_text())
    assert summary["status"] == status, summary
    return summary


def not_comparable(site: Site) -> None:
    """A device that does not answer as it should is a failure, told apart from drift; the others are compared and repaired."""
    site.sensors["sensor-01"].password = "another"
    site.sensors["sensor-03"].configuration["ledMode"] = 0
    status, summary, plan = site.run("-e", "drift_fail=false")
    assert (status, summary["status"], summary["failed_hosts"]) == (2, "failed", ["sensor-01"]), site.screen
    assert summary["failures"][0]["kind"] == "authentication", summary
    assert summary["drifted_hosts"] == ["sensor-03"], summary
    assert "| sensor-01 | msk_config |" in plan, plan
    status, summary, _plan = site.run("-e", "drift_apply=true")
    assert status == 2, site.screen
    assert site.sensors["sensor-03"].configuration["ledMode"] == 1, site.screen


def main() -> None:
    for job in (whole_story, not_comparable):
        print(f"{job.__name__}: {job.__doc__}", flush=True)
        with tempfile.TemporaryDirectory() as folder, MskSimulator(4) as simulator:
            job(Site(Path(folder), simulator))
    print("passed")


if __name__ == "__main__":
    main()
