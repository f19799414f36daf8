# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook drift, as a pipeline runs it: nothing differs, something differs, apply, and devices that cannot be compared."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.integration.targets.drift.yard import NEW, OLD, PASSWORD, Runs, Simulators, Yard
from ansible_collections.siteops.devices.tests.simulators import ifw, invue
from ansible_collections.siteops.devices.tests.simulators.invue import InvueSimulator
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator
from ansible_collections.siteops.devices.tests.simulators.npm import NpmSimulator
from ansible_collections.siteops.devices.tests.simulators.springcard import SpringcardSimulator


class Site(Runs):
    """Simulated sensors that are as their inventory wants them."""

    def __init__(self, folder: Path, simulator: MskSimulator) -> None:
        super().__init__(folder, "inventory.json")
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


def whole_story(site: Site) -> None:
    """No drift: 0. Drift: a failure that says so, or 0 where that is asked for. Apply: only what differs, then no drift."""
    status, summary, _plan = site.run()
    assert (status, summary["status"], summary["drift"]) == (0, "none", []), site.screen
    assert summary["checks"][0]["summary"]["unchanged"] == len(site.sensors), summary
    changed = site.sensors["sensor-02"]
    changed.configuration["ledMode"] = 0
    changed.com_board_name = "some|other <b> [x](y)"
    status, summary, plan = site.run()
    assert (status, summary["status"], summary["drifted_hosts"]) == (2, "drift", ["sensor-02"]), site.screen
    assert "drift: 1 device differs: sensor-02" in site.screen
    assert [row["module"].rpartition(".")[2] for row in summary["drift"]] == ["msk_config", "msk_name"], summary
    assert summary["drift"][0]["before"] == {"led_mode": "normal"}, summary
    assert '| sensor-02 | msk_config | led_mode | "normal" | "disabled" |' in plan, plan
    assert '"some\\|other &lt;b> \\[x](y)"' in plan, plan
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


def nothing_compared(site: Site) -> None:
    """A run that compares nothing is no success."""
    for options, words in (
        (["--limit", "sensor-01"], "cannot have --limit. Use -e drift_hosts=sensor-01"),
        (["-e", "drift_hosts=sensor-9"], "failed: 0 hosts, and none that says how it should be"),
    ):
        status, summary, _plan = site.run(*options)
        assert (status, summary) == (2, {}), site.screen
        assert words in " ".join(site.screen.split()), site.screen
    for number, document in enumerate(
        ("plugin: siteops.devices.site\nsite: x\nsensor: {}\n", "plugin: siteops.devices.site\nsensors: [\n")
    ):
        broken = site.folder / f"{number}.site.yml"
        broken.write_text(document)
        for playbook in ("drift", "rollout", "commission", "publish", "rotate_passwords"):
            done = subprocess.run(
                ["ansible-playbook", "-i", str(site.folder / site.inventory), "-i", str(broken), f"siteops.devices.{playbook}"],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == 2, done.stdout
            assert "failed: nothing was done, since a part of the sites is missing" in " ".join(done.stdout.split()), done.stdout
            assert f"{number}.site.yml:3:1: " in done.stdout, done.stdout
        broken.unlink()
    (site.folder / "inventory.json").write_text("{broken")
    assert site.run()[0] == 2, site.screen


def modules_of(summary: dict[str, Any], host: str) -> list[tuple[str, str]]:
    """What differs at a host: modules, and which reader or build."""
    return [(row["module"].rpartition(".")[2], row["part"]) for row in summary["drift"] if row["host"] == host]


def all_systems(yard: Yard) -> None:
    """A site document and devices of all systems: nothing differs, all differ, some differ and one is down, apply, repaired, clean."""
    none_or_all_differ(yard)
    some_differ(yard)


def none_or_all_differ(yard: Yard) -> None:
    yard.describe(OLD, "normal")
    status, summary, plan = yard.run()
    assert (status, summary["status"], summary["drift"]) == (0, "none", []), yard.screen
    counts = {check["module"].rpartition(".")[2]: check["summary"]["unchanged"] for check in summary["checks"]}
    firmware = {"msk_firmware": 3, "npm_update": 2, "springcard_firmware": 2, "firmware_registry_entry": 1}
    assert counts == {"msk_config": 3, "msk_name": 3, "msk_netsettings": 0, **firmware}, summary
    assert yard.touched() == set()
    yard.describe(NEW, "disabled")
    status, summary, plan = yard.run()
    everyone = [*yard.sensors, *yard.appliances, *yard.services, "yard-registry"]
    assert (status, summary["status"], sorted(summary["drifted_hosts"])) == (2, "drift", sorted(everyone)), yard.screen
    assert modules_of(summary, "sensor-02") == [("msk_config", ""), ("msk_firmware", "")], summary
    assert modules_of(summary, "service-01") == [("springcard_firmware", reader.serial) for reader in yard.services["service-01"].readers]
    assert modules_of(summary, "yard-registry") == [("firmware_registry_entry", "OKM b1"), ("firmware_registry_entry", "OKM b2")]
    assert f'| yard-registry: OKM b2 | firmware_registry_entry | url | "{OLD["url"]}" | "{NEW["url"]}" |' in plan, plan
    assert f'| springcard_firmware | revision | "{OLD["reader"]}" | "{NEW["reader"]}" |' in plan, plan
    assert yard.touched() == set()


def some_differ(yard: Yard) -> None:
    yard.bring_by_hand()
    down = yard.appliances["appliance-02"]
    down.fail("drop_before", times=None)
    changed = {"sensor-02", "sensor-03", "service-02", "yard-registry"}
    status, summary, plan = yard.run("-e", "drift_fail=false")
    assert (status, summary["status"], summary["failed_hosts"]) == (2, "failed", ["appliance-02"]), yard.screen
    assert set(summary["drifted_hosts"]) == changed, yard.screen
    assert modules_of(summary, "service-02") == [("springcard_firmware", yard.services["service-02"].readers[1].serial)], summary
    assert modules_of(summary, "yard-registry") == [("firmware_registry_entry", "OKM b2")], summary
    assert [(row["host"], row["module"].rpartition(".")[2], row["kind"]) for row in summary["failures"]] == [
        ("appliance-02", "npm_update", "reply_lost")
    ], summary
    assert "| appliance-02 | npm_update | " in plan, plan
    assert yard.touched() == set()
    status, summary, _plan = yard.run("-e", "drift_apply=true")
    assert (status, summary["failed_hosts"]) == (2, ["appliance-02"]), yard.screen
    assert "failed: 1 device could not be compared: appliance-02" in yard.screen
    assert yard.touched() == changed - {"yard-registry"} | {"registry"}, yard.screen
    yard.check_new("appliance-02")
    down.faults.clear()
    status, summary, _plan = yard.run("-e", "drift_apply=true")
    assert (status, summary["drifted_hosts"]) == (0, ["appliance-02"]), yard.screen
    assert yard.touched() == {"appliance-02"}, yard.screen
    yard.check_new()
    status, summary, _plan = yard.run()
    assert (status, summary["status"], summary["drift"]) == (0, "none", []), yard.screen
    assert yard.touched() == set()


def from_elsewhere(yard: Yard) -> None:
    """Devices behind a jump host are compared from there; what cannot be compared is told, each for itself; what devices say is text."""
    yard.describe(OLD, "normal")
    jump = "127.0.0.1"  # not the name of the controller, so the roles take it for another machine
    evil = "{{ lookup('ansible.builtin.pipe', 'touch evil') }}"
    own: dict[str, dict[str, Any]] = {
        "sensor-02": {"msk_commission_delegate_to": jump, "msk_rollout_delegate_to": jump},
        "sensor-03": {"msk_commission_configuration": {"led_mode": "{{ nowhere_defined }}"}},
        "appliance-01": {"npm_rollout_delegate_to": jump},
        "service-01": {"ansible_connection": "ssh", "ansible_port": 1, "springcard_rollout_host": "localhost"},
    }
    (yard.folder / "host_vars").mkdir()
    for name, variables in own.items():
        (yard.folder / "host_vars" / f"{name}.json").write_text(json.dumps(variables))
    yard.sensors["sensor-01"].com_board_name = evil
    yard.sensors["sensor-02"].configuration["ledMode"] = 1
    yard.sensors["sensor-02"].merge({"versions": {str(ifw.SENSOR): ["1.100", 1100]}})
    yard.appliances["appliance-01"].merge({"version": "11.4.0 #20000"})
    gone, other = yard.services["service-02"].readers
    gone.present = False
    other.alter({"revision": "1.20-100-g56e5ed58"})
    yard.registry.token = "another"
    status, summary, plan = yard.run()
    assert (status, summary["status"]) == (2, "failed"), yard.screen
    assert sorted(summary["drifted_hosts"]) == ["appliance-01", "sensor-01", "sensor-02", "service-02"], yard.screen
    assert modules_of(summary, "sensor-02") == [("msk_config", ""), ("msk_firmware", "")], summary
    assert modules_of(summary, "service-02") == [("springcard_firmware", other.serial)], summary
    failures = {(row["host"], row["module"].rpartition(".")[2], row["part"]): row for row in summary["failures"]}
    assert sorted(failures) == [
        ("sensor-03", "msk_config", ""),
        *(("service-01", "springcard_firmware", reader.serial) for reader in yard.services["service-01"].readers),
        ("service-02", "springcard_firmware", gone.serial),
        ("yard-registry", "firmware_registry_entry", "OKM b1"),
        ("yard-registry", "firmware_registry_entry", "OKM b2"),
    ], summary
    words = {row["host"]: row["msg"] for row in failures.values()}
    assert "nowhere_defined" in words["sensor-03"], words
    assert "port 1" in words["service-01"], words
    assert gone.serial in words["service-02"], words
    assert "token" in words["yard-registry"], words
    assert evil in plan, plan
    assert not (yard.folder / "evil").exists()
    assert yard.touched() == set()
    gone.present = True
    yard.registry.token = invue.TOKEN
    status, _summary, _plan = yard.run("-e", "drift_apply=true")
    assert status == 2, yard.screen
    assert yard.touched() == {"appliance-01", "sensor-01", "sensor-02", "service-02"}, yard.screen
    shutil.rmtree(yard.folder / "host_vars")
    status, summary, _plan = yard.run()
    assert (status, summary["status"], summary["drift"]) == (0, "none", []), yard.screen


def main() -> None:
    chosen = sys.argv[1:]
    for job in (whole_story, not_comparable, nothing_compared):
        if chosen and job.__name__ not in chosen:
            continue
        print(f"{job.__name__}: {job.__doc__}", flush=True)
        with tempfile.TemporaryDirectory() as folder, MskSimulator(4) as simulator:
            job(Site(Path(folder), simulator))
    for whole_job in (all_systems, from_elsewhere):
        if chosen and whole_job.__name__ not in chosen:
            continue
        print(f"{whole_job.__name__}: {whole_job.__doc__}", flush=True)
        with (
            tempfile.TemporaryDirectory() as folder,
            MskSimulator(3) as msk,
            NpmSimulator(2) as npms,
            SpringcardSimulator(2, 2) as springcard,
            InvueSimulator(listing="pages") as registry,
        ):
            whole_job(Yard(Path(folder), Simulators(msk, npms, springcard, registry)))
    print("passed")


if __name__ == "__main__":
    main()
