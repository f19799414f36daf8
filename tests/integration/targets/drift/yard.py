# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site with simulated devices of all systems, and runs of the playbook drift on it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.siteops.devices.tests.simulators import ifw, invue, npm
from ansible_collections.siteops.devices.tests.simulators.device import Device
from ansible_collections.siteops.devices.tests.simulators.invue import InvueSimulator
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator
from ansible_collections.siteops.devices.tests.simulators.npm import NpmSimulator, image_bytes
from ansible_collections.siteops.devices.tests.simulators.springcard import SpringcardSimulator, image

PASSWORD = "Site/Secret 7+"
OLD = {"sensor": "1.118", "appliance": npm.VERSION, "reader": "1.22-138-g56e5ed58", "url": "https://files.test/old.bin"}
NEW = {"sensor": "1.210", "appliance": "11.6.0 #23947", "reader": "1.24-150-g0123abcd", "url": "https://files.test/new.bin"}


class Runs:
    """The playbook with an inventory in ``folder``."""

    def __init__(self, folder: Path, inventory: str) -> None:
        self.folder = folder
        self.inventory = inventory

    def run(self, *options: str) -> tuple[int, dict[str, Any], str]:
        """Exit status, summary and plan; the two are empty when nothing was compared."""
        for name in ("drift.json", "drift.md"):
            (self.folder / name).unlink(missing_ok=True)
        done = subprocess.run(
            ["ansible-playbook", "-i", self.inventory, "siteops.devices.drift", *options],
            cwd=self.folder,
            env={
                **os.environ,
                "PWD": str(self.folder),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_INVENTORY_ENABLED": "siteops.devices.site,yaml",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        compared = (self.folder / "drift.json").exists()
        summary = json.loads((self.folder / "drift.json").read_text()) if compared else {}
        plan = (self.folder / "drift.md").read_text() if compared else ""
        for secret in (PASSWORD, npm.PASSWORD, invue.TOKEN):
            assert secret not in done.stdout + json.dumps(summary) + plan
        self.screen = done.stdout
        return done.returncode, summary, plan


class Simulators(NamedTuple):
    """Of all systems."""

    msk: MskSimulator
    npm: NpmSimulator
    springcard: SpringcardSimulator
    invue: InvueSimulator


class Yard(Runs):
    """A site document, and simulated devices of all systems: three sensors, two appliances, two PCs with two readers, a registry."""

    def __init__(self, folder: Path, simulators: Simulators) -> None:
        super().__init__(folder, "yard.site.yml")
        self.simulators = simulators
        msk, self.registry = simulators.msk, simulators.invue.registry
        self.sensors = {sensor.name: sensor for sensor in msk.sensors}
        self.appliances = {appliance.name: appliance for appliance in simulators.npm.appliances}
        self.services = {service.name: service for service in simulators.springcard.services}
        for name, sensor in self.sensors.items():
            sensor.password, sensor.com_board_name = PASSWORD, name
        for version in ("b1", "b2"):
            self.registry.add("OKM", version, OLD["url"])
        for about in (OLD, NEW):
            ifw.firmware(ifw.SENSOR, about["sensor"]).write(folder / f"{about['sensor']}.ifw")
            (folder / f"{about['reader']}.bin").write_bytes(image(about["reader"]))
            (folder / f"{about['appliance']}.iso").write_bytes(image_bytes(about["appliance"]))
        everyone = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "rollout_soak": 0, "rollout_max_failures": 0}
        shared = {
            "all": {**everyone, "vault_msk": PASSWORD, "vault_npm": npm.PASSWORD, "vault_invue": invue.TOKEN},
            "msk": {"msk_rollout_position_tolerance": -1, "msk_rollout_health_timeout": 0, "msk_commission_position_tolerance": -1},
            "npm": {"npm_rollout_reach_timeout": 1},
            # The PCs of the readers are this machine, each with its service at an address of its own.
            "springcard": {"ansible_connection": "local", "springcard_rollout_host": "{{ ansible_host }}"},
            "invue": {"firmware_publish_ca_path": str(simulators.invue.ca_path), "firmware_publish_check_urls": "never"},
        }
        (folder / "group_vars").mkdir()
        for group, variables in shared.items():
            (folder / "group_vars" / f"{group}.json").write_text(json.dumps(variables))

    def describe(self, about: dict[str, str], led_mode: str) -> None:
        """Write the document."""
        msk, npms, springcard, registry = self.simulators
        connection = {"retries": 0}
        firmware = {"src": f"{about['reader']}.bin", "revision": about["reader"]}
        document = {
            "plugin": "siteops.devices.site",
            "site": "yard",
            "defaults": {
                "sensors": {
                    **connection,
                    "port": msk.port,
                    "ca_path": str(msk.ca_path),
                    "password": "{{ vault_msk }}",
                    "configuration": {"led_mode": led_mode},
                    "packages": [f"{about['sensor']}.ifw"],
                },
                "appliances": {
                    **connection,
                    "port": npms.port,
                    "ca_path": str(npms.ca_path),
                    "username": npm.USERNAME,
                    "password": "{{ vault_npm }}",
                    "src": f"{about['appliance']}.iso",
                    "version": about["appliance"],
                },
                "readers": {**connection, "port": springcard.port, "websocket_port": springcard.websocket_port},
            },
            "sensors": {name: {"address": sensor.address} for name, sensor in self.sensors.items()},
            "appliances": {name: {"address": appliance.address} for name, appliance in self.appliances.items()},
            "readers": {
                name: {
                    "address": service.address,
                    "readers": [{"device": reader.serial, **firmware} for reader in service.readers],
                }
                for name, service in self.services.items()
            },
            "registry": {
                "api_url": registry.api_url,
                "access_token": "{{ vault_invue }}",
                "builds": [{"type": "OKM", "version": version, "url": about["url"]} for version in ("b1", "b2")],
            },
        }
        (self.folder / self.inventory).write_text(json.dumps(document))

    def touched(self) -> set[str]:
        """Names of the devices that got a writing request since the last time."""
        devices: list[Device] = [*self.sensors.values(), *self.appliances.values(), *self.services.values(), self.registry]
        found = {device.name for device in devices if device.writing_requests()}
        for device in devices:
            device.forget_requests()
        return found

    def bring_by_hand(self) -> None:
        """One of each is as the new document wants it."""
        sensor, appliance, service = self.sensors["sensor-01"], self.appliances["appliance-01"], self.services["service-01"]
        sensor.merge({"versions": {str(ifw.SENSOR): [NEW["sensor"], 1210]}})
        sensor.configuration["ledMode"] = 1
        appliance.merge({"version": NEW["appliance"]})
        for reader in (*service.readers, self.services["service-02"].readers[0]):
            reader.alter({"revision": NEW["reader"]})
        self.set_url("b1", NEW["url"])

    def set_url(self, version: str, url: str) -> None:
        entry = self.registry.find("OKM", version)
        assert entry
        self.registry.entries[entry["id"]]["url"] = url

    def check_new(self, *but: str) -> None:
        """All devices but some are as the new document wants them."""
        running = {name: sensor.versions[ifw.SENSOR][0] for name, sensor in self.sensors.items()}
        running.update({name: appliance.state()["version"] for name, appliance in self.appliances.items()})
        assert {name for name, version in running.items() if version not in NEW.values()} == set(but), running
        assert all(sensor.configuration["ledMode"] == 1 for sensor in self.sensors.values())
        revisions = [reader.firmware["Revision"] for service in self.services.values() for reader in service.readers]
        assert revisions == [NEW["reader"]] * 4, revisions
        assert {entry["url"] for entry in self.registry.entries.values()} == {NEW["url"]}, self.registry.entries
