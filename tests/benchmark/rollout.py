# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""200 sensors in waves of 1, 10 % and the rest, 3 % of them failing in random ways: what a rollout promises, and how long it takes.

Run 1 has a limit of 2 failures and stops at it; run 2 has a limit of 10 and ends inside it; run 3, with the causes removed, does
the rest. The seconds are for forks 10, with the simulated sensors on the same machine.
"""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
import time
from pathlib import Path

from ansible_collections.siteops.devices.tests.benchmark.table import Row, show
from ansible_collections.siteops.devices.tests.simulators import ifw
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor

SENSORS, FAILING, FORKS = 200, 6, 10
OLD, NEW = "1.118", "1.210"
SEED = 20261126
WAYS = {
    "refuses the update": lambda sensor: sensor.switches.set(update_outcome="refused"),
    "comes back with the old version": lambda sensor: sensor.switches.set(update_outcome="old"),
    "comes back sick": lambda sensor: sensor.switches.set(sick_version=NEW),
    "refuses the manifest": lambda sensor: sensor.fail("error_code", "/stopManifestUpdate", times=None, code=15),
    "answers chunks with 500": lambda sensor: sensor.fail("status", "/chunkFileUpdate", times=None, code=500),
    "restarts in the middle": lambda sensor: sensor.fail("reboot", "/chunkFileUpdate", nth=3, times=None, seconds=1),
}


def measure() -> None:
    """Print the table of all three runs."""
    with tempfile.TemporaryDirectory() as folder, MskSimulator(SENSORS) as simulator:
        site = Site(Path(folder), simulator)
        choice = random.Random(SEED)
        failing = choice.sample(simulator.sensors[1:], FAILING)
        for sensor in failing:
            way = choice.choice(sorted(WAYS))
            WAYS[way](sensor)
            print(f"  {sensor.name} {way}", flush=True)
        rows = [stops(site, failing), ends(site, failing)]
        for sensor in failing:
            sensor.switches.set(update_outcome="new", sick_version=None)
            sensor.faults.clear()
        rows.append(finishes(site))
    show(rows)


def stops(site: Site, failing: list[Sensor]) -> Row:
    seconds, summary = site.run(max_failures=2)
    failed = summary.get("failed", 0) + summary.get("rolled_back", 0)
    fine = 2 < failed <= 2 + FORKS and summary.get("left", 0) > 0 and site.honest(failing)
    return Row("limit 2: stops at it", told(summary), "-", f"{seconds:.0f} s", "old version and well, or new", fine)


def ends(site: Site, failing: list[Sensor]) -> Row:
    seconds, summary = site.run(max_failures=10)
    failed = summary.get("failed", 0) + summary.get("rolled_back", 0)
    others = {sensor.name for sensor in site.sensors} - {sensor.name for sensor in failing}
    fine = failed == FAILING and site.honest(failing) and {sensor.name for sensor in site.sensors if site.runs(sensor, NEW)} == others
    return Row("limit 10: ends inside it", told(summary), "-", f"{seconds:.0f} s", "just those; others new", fine)


def finishes(site: Site) -> Row:
    seconds, summary = site.run(max_failures=0)
    fine = summary == {"updated": FAILING, "unchanged": SENSORS - FAILING} and all(site.runs(sensor, NEW) for sensor in site.sensors)
    return Row("causes removed", told(summary), "-", f"{seconds:.0f} s", "does just the rest", fine)


def told(summary: dict[str, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(summary.items()))


class Site:
    """The simulated sensors, packages, an inventory and the records of the runs."""

    def __init__(self, folder: Path, simulator: MskSimulator) -> None:
        self.folder = folder
        self.sensors = simulator.sensors
        new = ifw.firmware(ifw.SENSOR, NEW, size=50_000).write(folder / "new.ifw")
        old = ifw.firmware(ifw.SENSOR, OLD, size=50_000).write(folder / "old.ifw")
        shared = {
            "msk_rollout_port": simulator.port,
            "msk_rollout_ca_path": str(simulator.ca_path),
            "msk_rollout_password": simulator.sensor.password,
            "msk_rollout_packages": [str(new)],
            "msk_rollout_rollback_packages": [str(old)],
            "msk_rollout_position_tolerance": -1,
            "msk_rollout_health_timeout": 1,
            "rollout_soak": 2,
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }
        hosts = {sensor.name: {"ansible_host": sensor.address} for sensor in self.sensors}
        (folder / "inventory.json").write_text(json.dumps({"msk": {"hosts": hosts, "vars": shared}}))

    def run(self, *, max_failures: int) -> tuple[float, dict[str, int]]:
        """Seconds, and the record's summary, which must agree with what the sensors run."""
        began = time.monotonic()
        limit = ["-e", json.dumps({"rollout_max_failures": max_failures})]
        command = ["ansible-playbook", "--forks", str(FORKS), "-i", str(self.folder / "inventory.json"), *limit, "siteops.devices.rollout"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        records = sorted((self.folder / "records").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        if not records:
            raise RuntimeError(done.stdout[-5000:] + done.stderr)
        record = json.loads(records[-1].read_text())
        sensors = {sensor.name: sensor for sensor in self.sensors}
        for row in record["hosts"]:
            expected = NEW if row["state"] in ("updated", "unchanged") else OLD
            if not self.runs(sensors[row["host"]], expected):
                raise RuntimeError(f"the record is wrong: {row}")
        print(f"  {seconds:.0f} s: {told(record['summary'])}", flush=True)
        return seconds, record["summary"]

    @staticmethod
    def runs(sensor: Sensor, version: str) -> bool:
        return sensor.versions[ifw.SENSOR][0] == version and sensor.updates.state() is None

    def honest(self, failing: list[Sensor]) -> bool:
        """Whether those that fail are on the old version and well; every other one is on either, with nothing open."""
        old = all(self.runs(sensor, OLD) and not sensor.alarms for sensor in failing)
        return old and all(self.runs(sensor, OLD) or self.runs(sensor, NEW) for sensor in self.sensors)
