# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""1,000 and 10,000 unchanged sensors in one fleet task, against a bare pool of `requests` threads making the same three requests.

A and B in turn; the ratio is the median of the pairs. Both sides are whole processes, from their start to their end, so that the
playbook's start and the loading of the inventory count. Memory is the sum of the peaks of the
playbook's main process and its worker; its growth is from 100 to 1,000 sensors.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ansible_collections.siteops.devices.tests.benchmark.table import Row, show
from ansible_collections.siteops.devices.tests.benchmark.unchanged_sensors import start_simulator

SMALL, MANY, VERY_MANY = 100, 1000, 10000
PAIRS = 5
THREADS = 32

PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/siteops.devices.msk:
      port: "{{ msk_port }}"
      ca_path: "{{ msk_ca_path }}"
      password: "{{ msk_password }}"
  tasks:
    - siteops.devices.fleet:
        module: msk_config
        targets: "{{ groups['sensors'] }}"
        args:
          configuration: {led_mode: normal, channel: 0}
"""

BARE = """
import concurrent.futures, json, sys, requests

ready = json.load(open(sys.argv[1]))
devices = ready["devices"][: int(sys.argv[2])]

def work(device):
    with requests.Session() as session:
        session.verify, session.trust_env = ready["ca_path"], False
        url = f"https://{device['address']}:{ready['port']}"
        login = session.put(url + "/login", json={"password": device["password"]}, timeout=30)
        session.headers["Authorization"] = "Bearer " + login.json()["token"]
        reply = session.get(url + "/sensorConfiguration", timeout=30)
        reply.raise_for_status()
        session.put(url + "/logout", timeout=30)
        return reply.json()["configuration"]["channel"]

with concurrent.futures.ThreadPoolExecutor(int(sys.argv[3])) as pool:
    assert set(pool.map(work, devices)) == {0}
"""


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator = start_simulator(folder, VERY_MANY)
        try:
            _measure(folder, json.loads((folder / "ready.json").read_text()))
        finally:
            simulator.terminate()
            simulator.wait()


def _measure(folder: Path, ready: dict[str, object]) -> None:
    (folder / "play.yml").write_text(PLAYBOOK)
    (folder / "bare.py").write_text(BARE)
    for count in (SMALL, MANY, VERY_MANY):
        write_inventory(folder, ready, count)
    small = fleet(folder, SMALL)  # warms the disk cache
    pairs = [(fleet(folder, MANY), bare_pool(folder, MANY)) for _pair in range(PAIRS)]
    ratio = statistics.median(ours[0] / theirs for ours, theirs in pairs)
    mine, peak, theirs = (statistics.median(column) for column in zip(*((*ours, bare) for ours, bare in pairs), strict=True))
    large = fleet(folder, VERY_MANY)
    per_device = (peak - small[1]) / (MANY - SMALL)
    show(
        [
            Row(f"fleet, {MANY} sensors", f"{mine:.1f} s", f"bare requests {theirs:.1f} s", f"{ratio:.2f}", "at most 1.5", ratio <= 1.5),
            Row(
                f"fleet, {VERY_MANY} sensors",
                f"{large[0]:.1f} s",
                f"{MANY} sensors {mine:.1f} s",
                f"{large[0] / mine:.1f}",
                "at most 11",
                large[0] / mine <= 11,
            ),
            Row("memory for each sensor", f"{per_device:.0f} KB", "", "", "below 100 KB", per_device < 100),
        ]
    )


def write_inventory(folder: Path, ready: dict[str, object], count: int) -> None:
    devices = ready["devices"]
    assert isinstance(devices, list)
    hosts = {device["name"]: {"ansible_host": device["address"], "msk_password": device["password"]} for device in devices[:count]}
    shared = {"msk_port": ready["port"], "msk_ca_path": ready["ca_path"]}
    (folder / f"{count}.json").write_text(json.dumps({"sensors": {"hosts": hosts, "vars": shared}}))


def fleet(folder: Path, count: int) -> tuple[float, float]:
    """Seconds, and kilobytes of memory."""
    command = ["ansible-playbook", "-i", str(folder / f"{count}.json"), str(folder / "play.yml")]
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        peaks: dict[int, int] = {}
        while process.poll() is None:
            for number in (process.pid, *children_of(process.pid)):
                peaks[number] = peak_of(number) or peaks.get(number, 0)
            time.sleep(0.05)
        if process.returncode:
            sys.exit(process.stdout.read() if process.stdout else "it failed")
    # The main process and its worker; what else runs for a moment is not what grows.
    return time.monotonic() - start, sum(sorted(peaks.values())[-2:])


def children_of(number: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    except OSError:
        return []


def peak_of(number: int) -> int:
    """Kilobytes; 0 when the process has ended."""
    try:
        status = Path(f"/proc/{number}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def bare_pool(folder: Path, count: int) -> float:
    start = time.monotonic()
    subprocess.run([sys.executable, str(folder / "bare.py"), str(folder / "ready.json"), str(count), str(THREADS)], check=True)
    return time.monotonic() - start
