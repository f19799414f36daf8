# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rotate_passwords: shared and own passwords, failures, killed at each point, and no secret on any screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.siteops.devices.tests.simulators.lifetime import kill_tree
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator

OLD = "Old/Secret 7+"
SENSORS = 4


class Site:
    """Simulated sensors, a vault with their passwords, and the playbook."""

    def __init__(self, folder: Path, simulator: MskSimulator, *, own: bool = False) -> None:
        self.folder = folder
        self.sensors = {sensor.name: sensor for sensor in simulator.sensors}
        for number, sensor in enumerate(simulator.sensors):
            sensor.password = f"{OLD}{number}" if own else OLD
        shared = {
            "msk_commission_port": simulator.port,
            "msk_commission_ca_path": str(simulator.ca_path),
            "msk_commission_retries": 0,
        }
        hosts = {name: {"ansible_host": sensor.address} for name, sensor in self.sensors.items()}
        (folder / "inventory.json").write_text(json.dumps({"msk": {"hosts": hosts, "vars": shared}}))
        (folder / "key").write_text("vault-Key&1")
        self.vault, self.next = folder / "vault.yml", folder / "vault.yml.next"
        passwords = {name: sensor.password for name, sensor in self.sensors.items()} if own else OLD
        self.vault.write_text(yaml.safe_dump({"vault_msk_password": passwords, "other": "kept"}))
        subprocess.run(["ansible-vault", "encrypt", "--vault-id", "site@key", "vault.yml"], cwd=folder, check=True, capture_output=True)

    def opened(self, path: Path) -> dict[str, Any]:
        """The variables in a vaulted file."""
        text = VaultLib([("site", VaultSecret(b"vault-Key&1"))]).decrypt(path.read_bytes())
        values: dict[str, Any] = yaml.safe_load(text)
        return values

    def known(self, name: str) -> set[str]:
        """The passwords that the files know for a sensor."""
        held = self.opened(self.vault)["vault_msk_password"]
        found = {held[name] if isinstance(held, dict) else held}
        if self.next.exists():
            noted = self.opened(self.next)
            found |= {noted["rotate_next_old"][name], noted["rotate_next_new"][name]}
        return found

    def all_known(self) -> bool:
        return all(sensor.password in self.known(name) for name, sensor in self.sensors.items())

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = ["ansible-playbook", "-i", "inventory.json", "--vault-id", "site@key", "siteops.devices.rotate_passwords", "-vvv"]
        return subprocess.Popen(
            [*command, "-e", "rotate_vault=vault.yml", *options],
            cwd=self.folder,
            env={**os.environ, "PWD": str(self.folder), "ANSIBLE_NOCOLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *options: str) -> tuple[int, str]:
        before = {password for name in self.sensors for password in self.known(name)}
        process = self.start(*options)
        output = process.communicate(timeout=300)[0]
        after = {sensor.password for sensor in self.sensors.values()}
        shown = [line for line in output.splitlines() if any(password in line for password in before | after)]
        assert not shown, shown[:3]
        assert process.returncode is not None
        return process.returncode, output


def shared_password(folder: Path, simulator: MskSimulator) -> None:
    """One password for all: check mode changes nothing, a run changes all and the vault, and the file beside it is gone."""
    site = Site(folder, simulator)
    before = site.vault.read_bytes()
    status, output = site.run("--check")
    assert status == 0, output
    assert site.vault.read_bytes() == before
    assert not site.next.exists()
    status, output = site.run("-e", "rotate_hosts=sensor-01")
    assert status == 2, output
    assert "rotate_hosts leaves out sensor-02, sensor-03, sensor-04." in " ".join(output.split()), output
    status, output = site.run()
    assert status == 0, output
    held = site.opened(site.vault)
    assert held["other"] == "kept"
    assert held["vault_msk_password"] != OLD
    assert {sensor.password for sensor in site.sensors.values()} == {held["vault_msk_password"]}
    assert not site.next.exists()
    assert site.vault.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;site"), "its label stays"
    assert site.vault.stat().st_mode & 0o777 == 0o600
    assert site.run()[0] == 0
    assert site.opened(site.vault)["vault_msk_password"] != held["vault_msk_password"]
    assert site.all_known()


def own_passwords(folder: Path, simulator: MskSimulator) -> None:
    """A password of its own for each; a device that fails keeps its old one, in the vault too; going on changes it."""
    site = Site(folder, simulator, own=True)
    bad = site.sensors["sensor-02"]
    bad.fail("error_code", "/changePassword", "PUT", code=9, times=None)
    status, output = site.run("-e", "rotate_max_failures=5")
    assert status == 2, output
    assert "1 device does not have its new password" in output, output
    held = site.opened(site.vault)["vault_msk_password"]
    assert {name: sensor.password for name, sensor in site.sensors.items()} == held
    assert held["sensor-02"] == f"{OLD}1"
    assert len(set(held.values())) == SENSORS
    assert site.next.exists()
    bad.faults.clear()
    first = site.sensors["sensor-01"].password
    status, output = site.run()
    assert status == 0, output
    assert "This run goes on after one that did not end" in output, output
    assert {name: sensor.password for name, sensor in site.sensors.items()} == site.opened(site.vault)["vault_msk_password"]
    assert site.sensors["sensor-01"].password == first, "what is done is not done again"
    assert bad.password != f"{OLD}1"
    assert not site.next.exists()


def killed(folder: Path, simulator: MskSimulator) -> None:
    """SIGKILL of all processes at each point; each sensor's password is known to the files, and running again finishes."""
    for own in (False, True):
        place = folder / str(own)
        place.mkdir()
        site = Site(place, simulator, own=own)
        for point, happened in points(site).items():
            print(f"  {point}, {'own passwords' if own else 'shared'}", flush=True)
            for sensor in site.sensors.values():
                sensor.faults.clear()
                sensor.forget_requests()
                if point == "while the devices change":
                    sensor.fail("delay", "/changePassword", "PUT", seconds=3)
                if point == "once the devices have changed":
                    sensor.fail("delay", "/logout", "PUT", nth=1, seconds=1)
            process = site.start("-e", "rotate_concurrency=2")
            kill_when(process, happened)
            assert site.all_known(), point
            for sensor in site.sensors.values():
                sensor.faults.clear()
            status, output = site.run()
            assert status == 0, output
            assert not site.next.exists()
            assert site.all_known(), point


def points(site: Site) -> dict[str, Callable[[], bool]]:
    """Where the run is killed, and how to see that it is there."""
    sensors = site.sensors.values()

    def news() -> dict[str, str]:
        noted: dict[str, str] = site.opened(site.next)["rotate_next_new"] if site.next.exists() else {}
        return noted

    vault = site.vault.read_bytes

    class Changed:
        def __init__(self) -> None:
            self.before: bytes | None = None

        def __call__(self) -> bool:
            now = vault()
            self.before = self.before or now
            return now != self.before

    return {
        "at once": lambda: True,
        "once the new passwords are written down": site.next.exists,
        "while the devices change": lambda: any(request.path == "/changePassword" for sensor in sensors for request in sensor.requests),
        "once the devices have changed": lambda: (
            bool(news()) and {name: sensor.password for name, sensor in site.sensors.items()} == news()
        ),
        "once the vault has changed": Changed(),
    }


def kill_when(process: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    """End the run and all of its workers, which are sessions of their own."""
    deadline = time.monotonic() + 120
    while not happened():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    kill_tree(process)


def refused(folder: Path, simulator: MskSimulator) -> None:
    """What cannot be meant is refused with a sentence, and nothing is written or sent."""
    site = Site(folder, simulator)
    before = site.vault.read_bytes()
    for options, words in (
        (["--limit", "sensor-01"], "cannot have --limit. Use -e rotate_hosts=sensor-01"),
        (["--limit", "localhost,sensor-01"], "cannot have --limit"),
        (["-e", "rotate_vault=missing.yml"], "There is no file missing.yml"),
        (["-e", "rotate_variable=other_name"], "has no other_name"),
    ):
        status, output = site.run(*options)
        assert (status, words in " ".join(output.split())) == (2, True), output
    (folder / "plain.yml").write_text("vault_msk_password: in clear\n")
    status, output = site.run("-e", "rotate_vault=plain.yml")
    assert (status, "plain.yml is not encrypted" in " ".join(output.split())) == (2, True), output
    (folder / "key").write_text("another")
    process = site.start()
    output = process.communicate(timeout=300)[0]
    assert process.returncode, output
    assert "cannot be opened" in " ".join(output.split()), output
    assert site.vault.read_bytes() == before
    assert not site.next.exists()
    assert not any(sensor.requests for sensor in site.sensors.values())


def unwritable(folder: Path, simulator: MskSimulator) -> None:
    """A vault that cannot be written once the devices have changed: it is said, both passwords are kept, running again ends it."""
    site = Site(folder, simulator)
    for sensor in site.sensors.values():
        sensor.fail("delay", "/changePassword", "PUT", seconds=2)
    process = site.start()
    kept = site.vault.read_bytes()
    while not any(sensor.writing_requests() for sensor in site.sensors.values()):
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    site.vault.write_text("spoiled by somebody\n")
    output = process.communicate(timeout=300)[0]
    assert process.returncode == 2, output
    assert "Devices have their new passwords, and the vault does not." in " ".join(output.split()), output
    site.vault.write_bytes(kept)
    assert site.all_known()
    assert site.run()[0] == 0
    assert {sensor.password for sensor in site.sensors.values()} == {site.opened(site.vault)["vault_msk_password"]}


def departed(folder: Path, simulator: MskSimulator) -> None:
    """A host that leaves the inventory in the middle of a rotation keeps nobody from going on."""
    site = Site(folder, simulator, own=True)
    site.sensors["sensor-02"].fail("error_code", "/changePassword", "PUT", code=9, times=None)
    assert site.run("-e", "rotate_max_failures=0", "-e", "rotate_concurrency=1")[0] == 2
    inventory = json.loads((folder / "inventory.json").read_text())
    del inventory["msk"]["hosts"]["sensor-02"]
    (folder / "inventory.json").write_text(json.dumps(inventory))
    status, output = site.run()
    assert status == 2, output
    assert "1 device does not have its new password, or it is not known: sensor-02" in output, output
    held = site.opened(site.vault)["vault_msk_password"]
    assert {name: sensor.password for name, sensor in site.sensors.items()} == held
    assert held["sensor-03"] != f"{OLD}2"
    assert site.next.exists()


JOBS = (shared_password, own_passwords, killed, refused, unwritable, departed)


def main() -> None:
    for job in JOBS:
        if sys.argv[1:] and job.__name__ not in sys.argv:
            continue
        print(f"{job.__name__}: {job.__doc__}", flush=True)
        with tempfile.TemporaryDirectory() as folder, MskSimulator(SENSORS) as simulator:
            job(Path(folder), simulator)
    print("passed")


if __name__ == "__main__":
    main()
