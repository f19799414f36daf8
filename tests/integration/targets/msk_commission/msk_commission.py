# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role msk_commission, run as a user runs it: killed anywhere, with mix-ups, in check mode, with a sick sensor."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators.lifetime import kill_tree
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor

PASSWORD = "Site/Secret 7+"
RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)

KILL_POINTS = 16
"""Requests of the steps wait (1), ownership (6) and network (9) on a sensor new from the factory."""


class Site:
    """Simulated sensors and the inventory that wants them one network further on."""

    def __init__(self, folder: Path, simulator: MskSimulator, **variables: object) -> None:
        self.folder = folder
        self.simulator = simulator
        self.sensors = {sensor.name.replace("sensor", "gate"): sensor for sensor in simulator.sensors}
        shared = {
            "msk_commission_port": simulator.port,
            "msk_commission_ca_path": str(simulator.ca_path),
            "msk_commission_password": PASSWORD,
            "msk_commission_fallback_passwords": ["admin"],
            "msk_commission_record_dir": str(folder / "records"),
            "msk_commission_wait_timeout": 20,
            "msk_commission_check_installation": "ignore",
            "msk_commission_position_tolerance": -1,
            "msk_commission_configuration": {"alarm_distance": 4000, "pre_alarm_distance": 6000},
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            **variables,
        }
        hosts = {host: self.place(sensor) for host, sensor in self.sensors.items()}
        (folder / "inventory.json").write_text(json.dumps({"msk": {"hosts": hosts, "vars": shared}}))

    @staticmethod
    def place(sensor: Sensor) -> dict[str, Any]:
        address = sensor.address.replace("127.20.0.", "127.20.3.")
        network = {"dhcp": False, "auto_ip": False, "static_address": address, "subnet": "255.255.0.0", "gateway": "127.20.0.254"}
        return {"ansible_host": address, "msk_commission_alternatives": [sensor.address], "msk_commission_network": network}

    def start(self, *options: str, **environment: str) -> subprocess.Popen[str]:
        command = ["ansible-playbook", "-i", str(self.folder / "inventory.json"), "siteops.devices.commission", *options]
        settings = {**os.environ, "ANSIBLE_FORKS": "20", **environment}
        return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def run(self, *options: str, **environment: str) -> tuple[dict[str, tuple[int, int]], str]:
        """Changed and failed tasks of each host, and what was on the screen."""
        output = self.start(*options, **environment).communicate()[0]
        recap = {host: (int(changed), int(failed)) for host, changed, _unreachable, failed in RECAP.findall(output)}
        assert recap, output
        return recap, output


def killed_anywhere(folder: Path) -> None:
    """SIGKILL at each request of the ownership and network steps, one sensor for each; then run again."""
    with MskSimulator(KILL_POINTS, factory_new=True) as simulator:
        site = Site(folder, simulator)
        for number, sensor in enumerate(simulator.sensors, 1):
            sensor.fail("delay", nth=number, seconds=8)
        process = site.start("--tags", "wait,ownership,network", ANSIBLE_STRATEGY="free")
        wait_for(lambda: all(len(sensor.requests) >= number - 1 for number, sensor in enumerate(simulator.sensors, 1)), process)
        time.sleep(0.5)
        kill_tree(process)
        for sensor in simulator.sensors:
            sensor.faults.clear()
            assert sensor.password in {PASSWORD, "admin"}, sensor.password
        recap, output = site.run("--tags", "wait,ownership,network")
        assert all(failed == 0 for _changed, failed in recap.values()), output
        for host, sensor in site.sensors.items():
            assert sensor.password == PASSWORD, host
            assert sensor.address.startswith("127.20.3."), host
        recap, output = site.run("--tags", "wait,ownership,network")
        assert set(recap.values()) == {(0, 0)}, output


def moved_anywhere(folder: Path) -> None:
    """The network change of a run that was killed takes effect in the middle of the next one, at any request of the same steps."""
    with MskSimulator(KILL_POINTS, factory_new=True, move_seconds=0.5) as simulator:
        site = Site(folder, simulator)
        for number, sensor in enumerate(simulator.sensors, 1):
            own = site.place(sensor)["msk_commission_network"]
            change = {"static_address": own["static_address"], "subnet": own["subnet"], "gateway": own["gateway"]}
            sensor.fail("meanwhile", nth=number, changes={"network": change})
        recap, output = site.run("--tags", "wait,ownership,network,record")
        assert all(changed and not failed for changed, failed in recap.values()), output
        for host, sensor in site.sensors.items():
            assert sensor.password == PASSWORD, host
            struck = [request.path for request in sensor.requests if request.fault]
            assert sensor.open_sessions <= (struck == ["/logout"]), (host, struck)
            assert json.loads((folder / "records" / f"{host}.json").read_text())["address"] == sensor.address, host
            assert sensor.address.startswith("127.20.3."), host
        recap, output = site.run("--tags", "wait,ownership,network,record")
        assert set(recap.values()) == {(0, 0)}, output


def wait_for(happened: object, process: subprocess.Popen[str]) -> None:
    for _attempt in range(600):
        if happened():  # type: ignore[operator]
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    kill_tree(process)
    raise AssertionError("it did not come so far")


def whole_job(folder: Path) -> None:
    """Check mode changes nothing; a run commissions, a second changes nothing; a hand's change is repaired; the record tells it."""
    with MskSimulator(2, factory_new=True) as simulator:
        site = Site(folder, simulator)
        recap, output = site.run("--check", "--diff")
        assert set(recap.values()) == {(1, 0)}, output
        assert not any(sensor.writing_requests() for sensor in simulator.sensors), output
        recap, output = site.run()
        assert all(changed >= 5 and not failed for changed, failed in recap.values()), output
        recap, output = site.run()
        assert set(recap.values()) == {(0, 0)}, output
        record = json.loads((folder / "records" / "gate-01.json").read_text())
        assert record["address"] == simulator.sensors[0].address == "127.20.3.1", record
        assert record["name"] == "gate-01", record
        assert record["configuration"]["alarm_distance"] == 4000, record
        assert record["healthy"] is True, record
        simulator.merge(simulator.sensors[1], {"configuration": {"alarmDistance": 1000}})
        simulator.sensors[1].forget_requests()
        recap, output = site.run("--check", "--diff")
        assert recap["gate-01"] == (0, 0), output
        assert recap["gate-02"] == (1, 0), output
        assert '"alarm_distance": 1000' in output, output
        assert not simulator.sensors[1].writing_requests()
        recap, output = site.run()
        assert recap["gate-02"] == (1, 0), output
        assert simulator.sensors[1].configuration["alarmDistance"] == 4000
        assert PASSWORD not in output + json.dumps(record)
        assert not any(sensor.open_sessions for sensor in simulator.sensors)
        # The step that waits looks without a login, on purpose.
        violations = {text for sensor in simulator.sensors for text in sensor.violations}
        assert violations == {"GET /sensorInfo: no Authorization header"}, violations


def records(folder: Path) -> None:
    """Steps left out keep what the record says of them, while it is of the same sensor; a change makes the health unknown.

    The first two runs know no more than the address that the sensor has before it is commissioned, and the password changes between two
    logins of the first, by a request of a run before it.
    """
    with MskSimulator(1, factory_new=True) as simulator:
        site = Site(folder, simulator)
        simulator.sensor.fail("meanwhile", "/login", nth=2, changes={"password": PASSWORD})
        path = folder / "records" / "gate-01.json"
        address_before = ("-e", json.dumps({"ansible_host": simulator.sensor.address, "msk_commission_alternatives": []}))
        recap, output = site.run(*address_before)
        assert (recap["gate-01"][1], simulator.sensor.address) == (0, "127.20.3.1"), output
        recap, output = site.run(*address_before)
        assert recap["gate-01"] == (0, 0), output
        told = path.read_text()
        record = json.loads(told)
        for left_out in ("network,health", "identity,name,configuration,health"):
            recap, output = site.run("--skip-tags", left_out)
            assert recap["gate-01"] == (0, 0), output
            assert path.read_text() == told, output
        simulator.merge(simulator.sensor, {"configuration": {"alarmDistance": 1000}})
        site.run("--tags", "configuration")
        again = json.loads(path.read_text())
        assert {**again, "recorded_at": record["recorded_at"]} == {**record, "healthy": again["healthy"]}, again
        assert not again["healthy"], again
        path.write_text(told.replace(record["device"]["sensor"]["device_id"], "MSK-BEFORE"))
        site.run("--tags", "identity,record")
        assert not json.loads(path.read_text())["configuration"], path.read_text()
        path.write_text("<<<<<<< HEAD\n{}\n")
        recap, output = site.run("--tags", "record")
        assert recap["gate-01"] == (0, 1), output
        assert "The work on the sensor is done; only its record" in output, output


def mix_ups(folder: Path) -> None:
    """Two hosts that find one sensor; a sensor that is not the expected one; one that is sick; steps left out by tag."""
    with MskSimulator(2, factory_new=True) as simulator:
        shared = simulator.sensors[1].address
        site = Site(folder, simulator)
        recap, output = site.run("-e", json.dumps({"msk_commission_alternatives": [shared]}))
        assert set(recap.values()) == {(0, 1)}, output
        assert "gate-01, gate-02 all found a sensor" in output, output
        assert not any(sensor.writing_requests() for sensor in simulator.sensors)
        recap, output = site.run("-e", json.dumps({"ansible_host": shared, "msk_commission_alternatives": []}))
        assert set(recap.values()) == {(0, 1)}, output
        assert "Each of them needs an address of its own in the inventory." in output, output
        recap, output = site.run("-e", "msk_commission_device_id=MSK-OTHER", "--limit", "gate-01")
        assert recap["gate-01"] == (1, 1), output
        assert "not MSK-OTHER" in output, output
        recap, output = site.run("-e", "msk_commission_device_id=MSK-OTHER", "--limit", "gate-01", "--tags", "wait,configuration")
        assert (recap["gate-01"], simulator.sensors[0].configurations_count) == ((0, 1), 0), output
        simulator.sensors[1].raise_alarm(3, 2)
        recap, output = site.run("--skip-tags", "network", "--limit", "gate-02")
        assert recap["gate-02"][1] == 1, output
        assert "tamper alarm: sensor moved" in output, output
        assert simulator.sensors[1].address == shared
        recap, output = site.run("--skip-tags", "network,health", "--limit", "gate-02")
        assert recap["gate-02"][1] == 0, output
        assert (folder / "records" / "gate-02.json").exists()


def mistakes(folder: Path) -> None:
    """Settings that are not possible are told before the sensor gets its password."""
    with MskSimulator(1, factory_new=True) as simulator:
        site = Site(folder, simulator)
        for variables, told in (
            ({"msk_commission_configuration": {"alarm_distnace": 8000}}, "configuration.alarm_distnace"),
            ({"msk_commission_network": {"static_address": "127.20.0.300"}}, "static_address: '127.20.0.300' is not an IPv4 address."),
        ):
            recap, output = site.run("-e", json.dumps(variables))
            assert recap["gate-01"] == (0, 1), output
            assert told in output, output
            assert "Nothing was sent to the sensor." in output, output
        assert simulator.sensor.requests == []


def main() -> None:
    for job in (killed_anywhere, moved_anywhere, whole_job, records, mix_ups, mistakes):
        print(f"{job.__name__}: {job.__doc__}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            job(Path(folder))
    print("passed")


if __name__ == "__main__":
    main()
