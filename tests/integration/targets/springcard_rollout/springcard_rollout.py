# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rollout on 20 simulated readers at ten hosts: one leaves, one fails, one comes back with another id."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from ansible_collections.siteops.devices.tests.integration.targets.rollout.runs import Playbook, extra
from ansible_collections.siteops.devices.tests.simulators.springcard import Reader, SpringcardSimulator, image

OLD, NEW = "1.22-138-g56e5ed58", "1.24-150-g0123abcd"
HOSTS = 10


class Site(Playbook):
    """Simulated services ``pc-01`` and so on with two readers each, a firmware file, and an inventory."""

    def __init__(self, folder: Path, simulator: SpringcardSimulator) -> None:
        super().__init__(folder, [1, "100%"])
        self.services = {service.name.replace("service", "pc"): service for service in simulator.services}
        file = folder / "reader.bin"
        file.write_bytes(image(NEW))
        shared = {
            "ansible_connection": "local",
            "springcard_rollout_port": simulator.port,
            "springcard_rollout_websocket_port": simulator.websocket_port,
            "springcard_rollout_src": str(file),
            "springcard_rollout_revision": NEW,
            "springcard_rollout_wait_timeout": 8,
            "rollout_soak": 1,
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }
        hosts = {
            host: {"springcard_rollout_host": service.address, "springcard_rollout_devices": [reader.serial for reader in service.readers]}
            for host, service in self.services.items()
        }
        # As on the command line.
        hosts["pc-01"]["springcard_rollout_devices"] = ", ".join(reader.serial for reader in self.services["pc-01"].readers)
        (folder / "inventory.json").write_text(json.dumps({"springcard": {"hosts": hosts, "vars": shared}}))

    @property
    def readers(self) -> list[Reader]:
        return [reader for service in self.services.values() for reader in service.readers]

    def at(self, revision: str) -> set[str]:
        return {reader.serial for reader in self.readers if reader.firmware["Revision"] == revision}


def own_firmware(folder: Path) -> None:
    """Each reader of a host its own firmware, as the inventory of a site gives it; one without takes the host's."""
    with SpringcardSimulator(1, 3) as simulator:
        site = Site(folder, simulator)
        first, second, third = site.readers
        other = folder / "other.bin"
        other.write_bytes(image("1.30-160-g0123abcd"))
        remote = "https://files.test/reader.bin"
        simulator.service.remote[remote] = image("1.25-151-g0123abcd")
        readers = [
            {"device": first.serial, "src": str(other), "version": "1.30"},
            {"device": second.serial},
            {"device": third.serial, "url": remote},
        ]
        inventory = json.loads((folder / "inventory.json").read_text())
        del inventory["springcard"]["hosts"]["pc-01"]["springcard_rollout_devices"]
        inventory["springcard"]["hosts"]["pc-01"]["springcard_rollout_readers"] = readers
        (folder / "inventory.json").write_text(json.dumps(inventory))
        run = site.run(*extra(rollout_soak=0))
        assert (run.status, run.states()) == (0, {"updated": pcs(1)}), run.output
        revisions = [reader.firmware["Revision"] for reader in site.readers]
        assert revisions == ["1.30-160-g0123abcd", NEW, "1.25-151-g0123abcd"], run.output
        again = site.run(*extra(rollout_soak=0))
        assert (again.status, again.changed, again.states()) == (0, set(), {"unchanged": pcs(1)}), again.output


def pcs(*numbers: int) -> set[str]:
    return {f"pc-{number:02}" for number in numbers}


def twenty_readers(folder: Path) -> None:
    with SpringcardSimulator(HOSTS, 2) as simulator:
        site = Site(folder, simulator)
        everyone = set(site.services)
        plan = site.run("--check", *extra(rollout_serial="100%"))
        assert plan.status == 0, plan.output
        assert not any(service.writing_requests() for service in simulator.services), plan.output
        assert f"{OLD} -> {NEW}" in plan.output, plan.output
        leaves, fails, renamed = site.services["pc-03"].readers[0], site.services["pc-05"].readers[1], site.services["pc-07"].readers[0]
        leaves.outcome, fails.outcome, renamed.new_id = "gone", "failed", True
        first = site.run(*extra(rollout_max_failures=2))
        assert first.status != 0
        assert first.states() == {"failed": pcs(3, 5), "updated": everyone - pcs(3, 5)}, first.output
        assert site.at(NEW) >= {reader.serial for reader in site.readers} - {leaves.serial, fails.serial}, first.output
        actions = {part["component"]: part["action"] for part in first.rows["pc-05"]["parts"]}
        assert actions == {site.services["pc-05"].readers[0].serial: "updated", fails.serial: "failed"}, first.rows
        fails.outcome = leaves.outcome = "success"
        fails.status, leaves.present = "ok", True
        second = site.run(*extra(rollout_soak=0))
        assert second.status == 0, second.output
        assert second.changed <= pcs(3, 5), second.output
        assert site.at(NEW) == {reader.serial for reader in site.readers}, second.output
        third = site.run(*extra(rollout_serial="100%", rollout_soak=0))
        assert (third.status, third.changed, third.states()) == (0, set(), {"unchanged": everyone}), third.output


def limit_between_readers(folder: Path) -> None:
    """The limit is reached while the first reader of a host is loaded: that is told; the next run loads the second one."""
    with SpringcardSimulator(2, 2) as simulator:
        site = Site(folder, simulator)
        first, second = site.services["pc-01"].readers
        fails = site.services["pc-02"].readers[0]
        first.seconds, fails.seconds, fails.outcome = 9.0, 3.0, "failed"
        run = site.run(*extra(rollout_serial="100%", springcard_rollout_wait_timeout=40))
        assert run.states() == {"failed": pcs(2), "stopped": pcs(1)}, run.output
        reason = f"{first.serial} was loaded. The next run loads the other readers. No further step was begun: "
        assert run.rows["pc-01"]["reason"] == f"{reason}1 failed in this run, and the limit is 0.", run.rows
        actions = {part["component"]: part["action"] for part in run.rows["pc-01"]["parts"]}
        assert actions == {first.serial: "updated", second.serial: "left"}, run.rows
        assert site.at(NEW) == {first.serial}, run.output
        fails.outcome, fails.status = "success", "ok"
        rest = site.run(*extra(rollout_soak=0))
        assert (rest.status, rest.states()) == (0, {"updated": pcs(1, 2)}), rest.output


def main() -> None:
    for job in (twenty_readers, own_firmware, limit_between_readers):
        with tempfile.TemporaryDirectory() as folder:
            job(Path(folder))
    print("passed")


if __name__ == "__main__":
    main()
