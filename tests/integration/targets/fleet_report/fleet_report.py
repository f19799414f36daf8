# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback fleet_report with real playbooks on simulated sensors: what it writes, when it is stopped, when it cannot write."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import jsonschema

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator

ROOT = Path(sys.modules[MskSimulator.__module__].__file__ or "").resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "report.schema.json").read_text())
PASSWORD = "Site/Secret 7+"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"

PLAYBOOK = """
- name: Bring the sensors to their state
  hosts: msk
  gather_facts: false
  module_defaults:
    group/siteops.devices.msk:
      host: "{{ ansible_host }}"
      port: "{{ msk_port }}"
      password: "{{ password }}"
      ca_path: "{{ ca_path }}"
      retries: 0
  tasks:
    - name: Read the sensors
      siteops.devices.msk_info:
        gather: [sensor, configuration, name, events]
    - name: Configure the radar
      siteops.devices.msk_config:
        configuration: {alarm_distance: 4000, pre_alarm_distance: 6000, mount_azimuth: 30}
        check_installation: ignore
    - name: Name each sensor twice
      siteops.devices.msk_name:
        name: "{{ item }}-{{ inventory_hostname }}"
      loop: [old, new]
      when: inventory_hostname == 'gate-03'
    - name: Do what is rescued
      block:
        - name: Fail with a message that tells the password
          ansible.builtin.fail:
            msg: "{{ password }} is what it is"
          when: inventory_hostname == 'gate-01'
      rescue:
        - name: Go on
          ansible.builtin.debug:
    - name: Say something that is nobody's business
      ansible.builtin.fail:
        msg: hidden
      no_log: true
      when: inventory_hostname == 'gate-06'

- name: Only the controller
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Do nothing to a device
      ansible.builtin.debug:
"""


def prepare(folder: Path, simulator: MskSimulator) -> None:
    """A site of six: as it should be, altered, named, off the network, with a wrong password, and one that fails silently."""
    simulator.sensors[0].merge({"configuration": {"alarmDistance": 4000, "preAlarmDistance": 6000, "mountAzimuth": 30}})
    simulator.sensors[1].merge({"com_board_name": HOSTILE})
    simulator.sensors[1].raise_alarm(1, 4)
    hosts: dict[str, Any] = {}
    for number, sensor in enumerate(simulator.sensors, 1):
        hosts[f"gate-{number:02}"] = {"ansible_host": sensor.address, "password": PASSWORD, "siteops_site": "north"}
    hosts["gate-04"]["ansible_host"] = "127.20.250.1"
    hosts["gate-05"]["password"] = "Wrong/Secret 8+"
    shared = {"msk_port": simulator.port, "ca_path": str(simulator.ca_path), "ansible_python_interpreter": sys.executable}
    (folder / "inventory.json").write_text(json.dumps({"msk": {"hosts": hosts, "vars": shared}}))
    (folder / "site.yml").write_text(PLAYBOOK)


def start(folder: Path, *options: str, playbook: str = "site.yml", **environment: str) -> subprocess.Popen[str]:
    settings = {
        **os.environ,
        "ANSIBLE_CALLBACKS_ENABLED": "siteops.devices.fleet_report",
        "ANSIBLE_NOCOLOR": "1",
        "SITEOPS_REPORT_DIRECTORY": str(folder / "reports"),
        **environment,
    }
    command = ["ansible-playbook", "-i", str(folder / "inventory.json"), str(folder / playbook), *options]
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def report_in(folder: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The report, which is of the published shape and without a secret, and its devices by name."""
    text = (folder / "reports" / "report.json").read_text()
    page = (folder / "reports" / "report.html").read_text()
    report = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    embedded = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert embedded is not None
    assert json.loads(embedded[1]) == report
    for secret in (PASSWORD, "Wrong/Secret 8+", "Secret"):
        assert secret not in text + page, secret
    assert HOSTILE not in page
    assert page.count("<script") == 2
    return report, {device["name"]: device for device in report["devices"]}


def whole_run(folder: Path) -> None:
    """States, differences, failures and events, in a real run; then in check mode."""
    output = start(folder, "--check", "--diff").communicate()[0]
    report, devices = report_in(folder)
    assert report["check_mode"] is True, output
    assert devices["gate-02"]["changes"][0]["check_mode"] is True
    output = start(folder, "--diff").communicate()[0]
    assert f"Report of this run: {folder}/reports/report.json" in output, output
    assert "[WARNING]" not in output, output
    report, devices = report_in(folder)
    assert (report["complete"], report["check_mode"], report["playbooks"]) == (True, False, ["site.yml"])
    states = {name: device["state"] for name, device in devices.items()}
    assert states == {
        "gate-01": "unchanged",
        "gate-02": "changed",
        "gate-03": "changed",
        "gate-04": "unreachable",
        "gate-05": "failed",
        "gate-06": "failed",
    }, states
    assert report["totals"] == {"devices": 6, "changed": 2, "unchanged": 1, "failed": 2, "unreachable": 1, "skipped": 0, "unfinished": 0}
    altered = devices["gate-02"]
    assert altered["site"] == "north"
    assert altered["system"] == "msk"
    assert altered["address"].startswith("127.20.")
    assert altered["firmware"] == {"com_board": "1.209", "sensor": "1.118"}
    fields = {row["field"]: (row["before"], row["after"]) for row in altered["changes"][0]["fields"]}
    assert fields["alarm_distance"][1] == 4000, fields
    assert altered["mount"]["mount_azimuth"] == 30
    assert altered["mount"]["max_angle"] == 50
    assert [event["cause"] for event in altered["events"]] == ["alarm_area"]
    assert sum(hour["movement"] for hour in report["events_by_hour"]) == 1
    assert [row["after"] for change in devices["gate-03"]["changes"] for row in change["fields"] if row["field"] == "name"] == [
        "old-gate-03",
        "new-gate-03",
    ]
    rescued = devices["gate-01"]["failures"]
    # Since ansible-core 2.22 the engine masks what no_log options were given, before callbacks see it.
    assert rescued[0]["message"] in {"******** is what it is", "$REDACTED$ is what it is"}
    assert rescued[0]["handled"] is True
    assert devices["gate-04"]["failures"][0]["kind"] == "unreachable"
    assert devices["gate-05"]["failures"][0]["kind"] == "authentication"
    assert "no_log" in devices["gate-06"]["failures"][0]["message"]
    assert all(device["seconds"] > 0 for device in devices.values())


def stopped(folder: Path, simulator: MskSimulator) -> None:
    """Control-C while a device is slow: the report tells what was known, and that it is not all."""
    simulator.sensors[0].forget_requests()
    for sensor in simulator.sensors[1:]:
        sensor.fail("delay", "/sensorConfiguration", "GET", seconds=10)
    process = start(folder, ANSIBLE_STRATEGY="free", SITEOPS_REPORT_DIRECTORY=str(folder / "stopped" / "reports"))
    deadline = time.monotonic() + 60
    while not any(request.path == "/logout" for request in simulator.sensors[0].requests):
        assert time.monotonic() < deadline, process.poll()
        time.sleep(0.1)
    time.sleep(2)
    os.kill(process.pid, signal.SIGINT)
    output = process.communicate(timeout=60)[0]
    for sensor in simulator.sensors:
        sensor.faults.clear()
    assert (folder / "stopped" / "reports" / "report.json").exists(), output
    report, devices = report_in(folder / "stopped")
    assert report["complete"] is False, output
    assert devices["gate-02"]["state"] in {"unfinished", "failed"}, devices["gate-02"]


def never_in_the_way(folder: Path) -> None:
    """Where it cannot write, the run goes on with one warning and its own exit status."""
    (folder / "plain.yml").write_text("- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ansible.builtin.debug:\n")
    (folder / "file").touch()
    process = start(folder, playbook="plain.yml", SITEOPS_REPORT_DIRECTORY=str(folder / "file"))
    output = process.communicate()[0]
    assert process.returncode == 0, output
    assert output.count("There will be no report of this run") == 1, output


def main() -> None:
    with tempfile.TemporaryDirectory() as name, MskSimulator(6, password=PASSWORD, first_address="127.20.7.1") as simulator:
        folder = Path(name)
        prepare(folder, simulator)
        stopped(folder, simulator)
        whole_run(folder)
        never_in_the_way(folder)


if __name__ == "__main__":
    main()
