# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action fleet, as a user runs it: arguments per target, failures, limits, check mode, secrets, and being told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators import ifw
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor

VAULT_PASSWORD = "vault-Key&1"
PLAY_DEFAULTS = {
    "group/siteops.devices.msk": {
        "port": "{{ msk_port }}",
        "ca_path": "{{ ca | default(omit) }}",
        "fingerprint": "{{ nowhere_defined | default(omit) }}",
        "password": "{{ msk_password }}",
        "retries": 0,
    }
}
BLOCK_DEFAULTS = {"siteops.devices.msk_config": {"timeout": "{{ msk_timeout | default(omit) }}"}}
LED = {"configuration": {"led_mode": "disabled"}}


class Site:
    """Simulated sensors, their inventory with a vaulted password, and playbooks of one fleet task."""

    def __init__(self, folder: Path, simulator: MskSimulator) -> None:
        self.folder = folder
        self.simulator = simulator
        self.sensors: dict[str, Sensor] = {sensor.name: sensor for sensor in simulator.sensors}
        self.names = list(self.sensors)
        hosts = {name: {"ansible_host": sensor.address} for name, sensor in self.sensors.items()}
        shared = {"msk_port": simulator.port, "ca": "{{ trusted }}", "trusted": str(simulator.ca_path), "ansible_connection": "ssh"}
        (folder / "inventory.json").write_text(json.dumps({"sensors": {"hosts": hosts, "vars": shared}}))
        (folder / "key").write_text(VAULT_PASSWORD)
        (folder / "group_vars").mkdir()
        (folder / "host_vars").mkdir()
        vaulted = subprocess.run(
            ["ansible-vault", "encrypt_string", "--vault-password-file", str(folder / "key"), "--stdin-name", "msk_password"],
            input=simulator.sensors[0].password,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        (folder / "group_vars" / "sensors.yml").write_text(vaulted)

    def start(self, task: dict[str, Any], *options: str, play: dict[str, Any] | None = None, **keywords: Any) -> subprocess.Popen[str]:
        """A playbook of this fleet task; ``keywords`` of the task. Its result goes to ``result.json``."""
        arguments = {"targets": self.names, "module": "msk_config", **task}
        tasks: list[dict[str, Any]] = [
            {
                "block": [{"siteops.devices.fleet": arguments, "register": "fleet", "ignore_errors": True, "run_once": True, **keywords}],
                "module_defaults": BLOCK_DEFAULTS,
            },
            {"copy": {"content": "{{ fleet | to_json }}", "dest": str(self.folder / "result.json")}, "check_mode": False, "run_once": True,
             "diff": False, "delegate_to": "localhost"},
        ]  # fmt: skip
        # Up to ansible-core 2.18 the engine evaluates module_defaults for the task's own host, too: it has to be one like the targets.
        whole = {"hosts": "sensors", "gather_facts": False, "module_defaults": [PLAY_DEFAULTS], "tasks": tasks, **(play or {})}
        (self.folder / "plays").mkdir(exist_ok=True)
        (self.folder / "plays" / "play.json").write_text(json.dumps([whole]))
        (self.folder / "result.json").unlink(missing_ok=True)
        return subprocess.Popen(
            ["ansible-playbook", "-i", "inventory.json", "--vault-password-file", "key", "plays/play.json", *options],
            cwd=self.folder,
            env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, task: dict[str, Any], *options: str, **keywords: Any) -> tuple[dict[str, Any], str]:
        """The task's result, and what was on the screen."""
        process = self.start(task, *options, **keywords)
        output = process.communicate(timeout=300)[0]
        assert (self.folder / "result.json").exists(), output
        return json.loads((self.folder / "result.json").read_text()), output

    def asked(self) -> list[str]:
        """Names of the sensors that were asked anything."""
        return [name for name, sensor in self.sensors.items() if sensor.requests]

    def forget(self) -> None:
        for sensor in self.simulator.sensors:
            sensor.forget_requests()
            sensor.faults.clear()


def arguments_per_target(site: Site) -> None:
    """Defaults of play, block and task, of group and module, templated for each target; args; host variables."""
    for number, name in enumerate(site.names):
        own = {"wanted": {"channel": number % 5, "mount_azimuth": "{{ turned }}"}, "turned": number}
        (site.folder / "host_vars" / f"{name}.yml").write_text(json.dumps(own))
    result, output = site.run(
        {"host_args": {"configuration": "wanted", "timeout": "nowhere_defined"}},
        module_defaults={
            "siteops.devices.msk_config": {"check_installation": "{{ look | default('ignore') }}", "host": "{{ ansible_host }}"}
        },
    )
    assert not result["failed"], output
    assert result["changed_targets"] == site.names[1:], output
    for number, sensor in enumerate(site.simulator.sensors):
        assert sensor.configuration["channel"] == number % 5, sensor.name
        assert sensor.configuration["mountAzimuth"] == number, sensor.name
        assert not sensor.open_sessions
    assert result["results"][0]["configuration"]["mount_azimuth"] == 1
    again, output = site.run({"host_args": {"configuration": "wanted"}})
    assert not again["changed"], output
    assert again["results"] == [], output
    assert again["summary"]["unchanged"] == len(site.names), output
    # What one host has is not what another one gets.
    (site.folder / "host_vars" / f"{site.names[0]}.yml").write_text(json.dumps({"only_first": {"led_mode": "disabled"}}))
    result, output = site.run({"host_args": {"configuration": "only_first"}, "max_failures": -1}, play={"hosts": site.names[-1]})
    assert result["changed_targets"] == site.names[:1], output
    assert result["failed_targets"] == site.names[1:], output
    assert "missing required arguments: configuration" in result["results"][1]["msg"], output
    result, output = site.run({"module": "siteops.devices.msk_info", "args": {"gather": ["configuration"]}})
    assert [row["msk"]["configuration"]["channel"] for row in result["results"]] == [number % 5 for number in range(len(site.names))], (
        output
    )


def loops(site: Site) -> None:
    """The variable of a loop is known to what is templated for each target."""
    names = {"siteops.devices.msk_name": {"name": "{{ item }}-{{ inventory_hostname }}"}}
    task = {"module": "msk_name", "targets": site.names[:2]}
    result, output = site.run(task, "--check", loop=["old", "new"], module_defaults=names)
    found = [[row["name"] for row in part["results"]] for part in result["results"]]
    assert found == [[f"{item}-{name}" for name in site.names[:2]] for item in ("old", "new")], output


def hidden(site: Site) -> None:
    """With no_log the rows are hidden, too, and what is registered is whole."""
    result, output = site.run({"args": {"configuration": {"channel": 3}}}, "--check", "-vv", no_log=True)
    assert result["results"][0]["configuration"]["channel"] == 3, output
    assert "_ansible_no_log" not in result["results"][0], output
    assert '"channel"' not in output, output


def check_mode_and_diff(site: Site) -> None:
    """Check mode writes nothing and foretells; a diff of what differs is on the screen; a second run is unchanged."""
    foreseen, output = site.run({"args": LED}, "--check", "--diff")
    assert foreseen["changed_targets"] == site.names, output
    assert not any(sensor.writing_requests() for sensor in site.simulator.sensors)
    diff = foreseen["results"][0]["diff"]
    assert (diff["before"], diff["after"]) == ({"led_mode": "normal"}, {"led_mode": "disabled"}), output
    assert all(0 < row["seconds"] <= foreseen["summary"]["seconds"] for row in foreseen["results"]), output
    assert f"--- before: {site.names[0]}" in output, output
    assert '+    "led_mode": "disabled"' in output, output
    done, output = site.run({"args": LED})
    assert [row["configuration"] for row in done["results"]] == [row["configuration"] for row in foreseen["results"]], output
    assert "diff" not in done, output
    again, output = site.run({"args": LED, "unchanged_results": True})
    assert not again["changed"], output
    assert len(again["results"]) == len(site.names), output


def files_of_the_controller(site: Site) -> None:
    """Options that name files: each target's own, where copy finds its src or beside the inventory; one that is nowhere fails alone."""
    for folder, version in (("plays/files", "1.210"), (".", "1.211")):
        (site.folder / folder).mkdir(exist_ok=True, parents=True)
        ifw.firmware(ifw.SENSOR, version).write(site.folder / folder / f"{version}.ifw")
    wanted = {site.names[0]: "1.210.ifw", site.names[1]: "1.211.ifw", site.names[2]: "nowhere.ifw"}
    for name, package in wanted.items():
        (site.folder / "host_vars" / f"{name}.yml").write_text(json.dumps({"packages": [package]}))
    task = {"module": "msk_firmware", "targets": site.names[:3], "host_args": {"packages": "packages"}, "max_failures": -1}
    result, output = site.run(task, "--check")
    assert result["changed_targets"] == site.names[:2], output
    assert [row["components"][0]["to"] for row in result["results"][:2]] == ["1.210", "1.211"], output
    assert "Could not find or access 'nowhere.ifw'" in result["results"][2]["msg"], output
    assert site.names[2] not in site.asked(), output
    assert not any(sensor.writing_requests() for sensor in site.simulator.sensors)


def failures(site: Site) -> None:
    """One device's failure is its own; no more are started than the limit allows; a target that lacks a variable fails alone."""
    bad = site.names[2]
    site.sensors[bad].fail("error_code", "/sensorConfiguration", "GET", code=9, desc="broken")
    result, output = site.run({"args": LED, "max_failures": 1})
    assert result["failed_targets"] == [bad], output
    assert result["changed_targets"] == [name for name in site.names if name != bad], output
    assert result["unstarted_targets"] == [], output
    assert f"fleet msk_config: {bad} failed:" in output, output
    assert "error code 9" in result["msg"], output
    assert result["results"][2]["error"]["kind"] == "refused", output
    site.forget()
    site.sensors[bad].fail("error_code", "/sensorConfiguration", "GET", code=9)
    result, output = site.run({"args": LED, "concurrency": 1})
    assert result["failed_targets"] == [bad], output
    assert result["unstarted_targets"] == site.names[3:], output
    assert site.asked() == site.names[:3], output
    site.forget()
    (site.folder / "host_vars" / f"{bad}.yml").write_text(json.dumps({"msk_timeout": "{{ not_there }}"}))
    result, output = site.run({"args": LED, "host_args": {"timeout": "msk_timeout"}, "max_failures": 1})
    assert result["failed_targets"] == [bad], output
    assert "not_there" in result["msg"], output
    assert bad not in site.asked(), output
    (site.folder / "host_vars" / f"{bad}.yml").unlink()


def refusals(site: Site) -> None:
    """What cannot be honoured is said in a sentence, before anything is sent."""
    cases: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        ({"targets": ["nobody"]}, {}, "the inventory has no host nobody"),
        ({"targets": ""}, {}, "targets: it has an empty name. Give a list of host names"),
        ({"module": "ansible.builtin.ping"}, {}, "ansible.builtin.ping is not a device module"),
        ({"module": "community.other.msk_config"}, {}, "is not a device module"),
        ({"host_args": {"hosst": "x"}}, {}, "has no option hosst"),
        ({"concurrency": 0}, {}, "concurrency"),
        ({"colour": 1}, {}, "colour"),
        ({}, {"async": 10, "poll": 1}, "cannot honour async"),
        ({}, {"become": True}, "cannot honour become"),
        ({}, {"environment": {"A": "1"}}, "cannot honour environment"),
        ({}, {"delegate_to": "sensor-01"}, "cannot honour delegate_to"),
    ]
    for task, keywords, sentence in cases:
        result, output = site.run({"args": LED, **task}, **keywords)
        assert result["failed"], output
        assert sentence in result["msg"], (sentence, output)
    assert site.asked() == [], site.asked()


def small_results(site: Site) -> None:
    """Rows that do not fit are shortened or left out, failures last; the lists of names stay whole."""
    site.sensors[site.names[4]].fail("error_code", "/sensorConfiguration", "GET", code=9)
    result, output = site.run({"args": LED, "max_failures": -1, "results_size": 900}, "--diff")
    assert len(json.dumps(result["results"])) <= 900, output
    assert len(result["changed_targets"]) == len(site.names) - 1, output
    assert any(row["failed"] for row in result["results"]), output
    assert result["summary"]["results_left_out"] + len(result["results"]) == len(site.names), output


def no_secrets(site: Site) -> None:
    """Nothing on the screen at -vvvv, in no result, though devices tell what they were told."""
    password = site.simulator.sensors[0].password
    for sensor in site.simulator.sensors:
        sensor.fail("error_code", "/comBoardName", "PUT", code=9, desc=f"no {password}", times=None)
    for args in (
        {"name": "gate"},
        {"name": f"gate {password}", "nonsense": password},
        {"name": "{{ hostvars[groups.sensors[0]].msk_password }}"},
    ):
        result, output = site.run({"module": "msk_name", "args": args, "max_failures": -1}, "-vvvv", "--diff")
        assert len(result["failed_targets"]) == len(site.names), output
        lines = [line for line in output.splitlines() if password in line and "play.json" not in line]
        assert not lines, lines[:5]
        assert password not in json.dumps(result), result


def told_to_stop(site: Site) -> None:
    """SIGTERM and SIGINT start nothing more; what runs ends, with its session; running again does the rest."""
    for number in (signal.SIGTERM, signal.SIGINT):
        site.forget()
        for sensor in site.simulator.sensors:
            sensor.fail("delay", "/sensorConfiguration", "GET", seconds=2)
        process = site.start({"args": LED, "concurrency": 2})
        eventually(lambda: len(site.asked()) >= 2 and any(len(sensor.requests) == 2 for sensor in site.simulator.sensors), process)
        os.killpg(process.pid, number)
        output = process.communicate(timeout=60)[0]
        # The engine's main process may be gone before its worker: that one ends what it began.
        eventually(lambda: not any(sensor.open_sessions for sensor in site.simulator.sensors))
        asked = site.asked()
        time.sleep(3)
        assert 2 <= len(asked) <= 4, (asked, output)
        assert asked == site.asked(), (site.asked(), output)
    site.forget()
    result, output = site.run({"args": LED})
    assert not result["failed"], output
    assert all(sensor.configuration["ledMode"] == 1 for sensor in site.simulator.sensors)


def eventually(happened: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    for _attempt in range(600):
        if happened():
            return
        assert process is None or process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    raise AssertionError("it did not happen")


JOBS = (
    *(arguments_per_target, loops, hidden, check_mode_and_diff, files_of_the_controller),
    *(failures, refusals, small_results, no_secrets, told_to_stop),
)


def main() -> None:
    for job in JOBS:
        if sys.argv[1:] and job.__name__ not in sys.argv:
            continue
        print(f"{job.__name__}: {job.__doc__}", flush=True)
        with tempfile.TemporaryDirectory() as folder, MskSimulator(12) as simulator:
            job(Site(Path(folder), simulator))
    print("passed")


if __name__ == "__main__":
    main()
