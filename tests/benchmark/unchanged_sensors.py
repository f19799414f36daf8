# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""100 unchanged sensors, forks 10: msk_config in process, against debug and against uri making the same three requests.

Each pair runs A and B in turn; the ratio is the median of the pairs. What a run of the playbook costs without a task (start,
inventory) is part of all of them. Both tasks read what differs from host to host, the address, from the inventory; the target
holds for a debug task that has nothing to template, too. On two cores the simulated sensors take part of the time of msk_config, too.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ansible_collections.siteops.devices.tests.benchmark.table import Row, show

SENSORS = 100
PAIRS = 15
URI_PAIRS = 2

HEAD = """
- hosts: sensors
  gather_facts: false
  tasks:
"""
TASKS = {
    "debug": """
    - ansible.builtin.debug:
        msg: "{{ ansible_host }} is unchanged"
""",
    "debug_of_a_literal": """
    - ansible.builtin.debug:
        msg: unchanged
""",
    "msk_config": """
    - siteops.devices.msk_config:
        host: "{{ ansible_host }}"
        port: PORT
        ca_path: CA_PATH
        password: "{{ password }}"
        configuration: {led_mode: normal, channel: 0}
""",
    "uri": """
    - ansible.builtin.uri:
        url: "https://{{ ansible_host }}:{{ port }}/login"
        method: PUT
        ca_path: "{{ ca_path }}"
        body_format: json
        body: {password: "{{ password }}"}
        return_content: true
      register: login
    - ansible.builtin.uri:
        url: "https://{{ ansible_host }}:{{ port }}/sensorConfiguration"
        ca_path: "{{ ca_path }}"
        headers: {Authorization: "Bearer {{ login.json.token }}"}
    - ansible.builtin.uri:
        url: "https://{{ ansible_host }}:{{ port }}/logout"
        method: PUT
        ca_path: "{{ ca_path }}"
        headers: {Authorization: "Bearer {{ login.json.token }}"}
""",
}


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator = start_simulator(folder, SENSORS)
        try:
            prepare(folder, json.loads((folder / "ready.json").read_text()))
            timed(folder, "msk_config")  # warms the disk cache
            fast = [[timed(folder, name) for name in ("msk_config", "debug", "debug_of_a_literal")] for _round in range(PAIRS)]
            slow = [(timed(folder, "uri"), timed(folder, "msk_config")) for _pair in range(URI_PAIRS)]
        finally:
            simulator.terminate()
            simulator.wait()
    to_debug = statistics.median(ours / theirs for ours, theirs, _literal in fast)
    to_literal = statistics.median(ours / theirs for ours, _debug, theirs in fast)
    to_uri = statistics.median(theirs / ours for theirs, ours in slow)
    mine, debug, literal = (statistics.median(column) for column in zip(*fast, strict=True))
    uri, mine_again = (statistics.median(column) for column in zip(*slow, strict=True))
    show(
        [
            Row("msk_config, in process", f"{mine:.1f} s", f"debug {debug:.1f} s", f"{to_debug:.2f}", "at most 1.6", to_debug <= 1.6),
            Row("", "", f"debug of a literal {literal:.1f} s", f"{to_literal:.2f}", "at most 1.6", to_literal <= 1.6),
            Row(
                "uri, the same three requests", f"{uri:.1f} s", f"msk_config {mine_again:.1f} s", f"{to_uri:.1f}", "at least 8", to_uri >= 8
            ),
        ]
    )


def start_simulator(folder: Path, sensors: int) -> subprocess.Popen[bytes]:
    """Simulated sensors in a process of their own, listening; ``ready.json`` in ``folder`` says where."""
    ready = folder / "ready.json"
    command = [
        sys.executable,
        "-m",
        "tests.simulators.msk",
        "--sensors",
        str(sensors),
        "--ready-file",
        str(ready),
        "--exit-with",
        str(os.getpid()),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None:
            raise RuntimeError("the simulator ended")
        time.sleep(0.05)
    return process


def prepare(folder: Path, ready: dict[str, object]) -> None:
    devices = ready["devices"]
    assert isinstance(devices, list)
    hosts = {device["name"]: {"ansible_host": device["address"], "password": device["password"]} for device in devices}
    shared = {
        "port": ready["port"],
        "ca_path": ready["ca_path"],
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
    }
    (folder / "inventory.json").write_text(json.dumps({"sensors": {"hosts": hosts, "vars": shared}}))
    for name, tasks in TASKS.items():
        placed = tasks.replace("PORT", str(ready["port"])).replace("CA_PATH", str(ready["ca_path"]))
        (folder / f"{name}.yml").write_text(HEAD + placed)


def timed(folder: Path, name: str) -> float:
    """Seconds of wall time of one run of the playbook."""
    start = time.monotonic()
    command = ["ansible-playbook", "--forks", "10", "-i", str(folder / "inventory.json"), str(folder / f"{name}.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.monotonic() - start
