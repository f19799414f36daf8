# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the twelve devices of the sample site to what its document says, and find out when one is not so any more.

Its sensors are commissioned, appliance and card readers get their versions, the registry its entry; the playbook drift finds nothing;
somebody alters three devices by hand; drift tells which, and repairs just these, with a report.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from ansible_collections.siteops.devices.tests.simulators import springcard
from ansible_collections.siteops.devices.tests.simulators.invue import InvueSimulator
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator
from ansible_collections.siteops.devices.tests.simulators.npm import NpmSimulator, image_bytes
from ansible_collections.siteops.devices.tests.simulators.springcard import SpringcardSimulator

from . import screen, sensors
from .example import Example
from .playbook import expect

OLD_REVISION, NEW_REVISION = "1.22-138-g56e5ed58", "1.24-150-g0123abcd"
REPORT = {"ANSIBLE_CALLBACKS_ENABLED": "siteops.devices.fleet_report"}


class Site:
    """The sample site with its devices simulated, new from the factory or with old firmware."""

    def __init__(self, example: Example, stack: ExitStack) -> None:
        self.example = example
        listed = example.describe()
        self.hosts: dict[str, dict[str, Any]] = listed["_meta"]["hostvars"]
        self.groups = {system: listed[system]["hosts"] for system in ("msk", "npm", "springcard", "invue")}
        appliance, registry = (self.hosts[self.groups[system][0]] for system in ("npm", "invue"))
        self.version = appliance["npm_rollout_version"]
        self.build = registry["firmware_publish_builds"][0]
        self.msk = stack.enter_context(MskSimulator(len(self.groups["msk"]), factory_new=True))
        self.npm = stack.enter_context(NpmSimulator(password=appliance["vault_npm_password"]))
        self.springcard = stack.enter_context(SpringcardSimulator(len(self.groups["springcard"]), 1))
        self.invue = stack.enter_context(InvueSimulator(token=registry["vault_invue_token"]))
        for sensor in self.msk.sensors:
            sensors.mount(sensor, elevation=-15)
        self._write_firmware()
        example.simulate({"msk": self._sensors(), "npm": self._appliances(), "springcard": self._readers(), "invue": self._registry()})

    def _write_firmware(self) -> None:
        folder = self.example.folder / "firmware"
        folder.mkdir()
        (folder / "appresponse-11.6.0.iso").write_bytes(image_bytes(self.version))
        (folder / "springcore-h518-1.24.bin").write_bytes(springcard.image(NEW_REVISION))

    def _sensors(self) -> dict[str, dict[str, Any]]:
        addresses = {host: self.hosts[host]["ansible_host"] for host in self.groups["msk"]}
        return sensors.place(self.msk, addresses, self.example.folder)

    def _appliances(self) -> dict[str, dict[str, Any]]:
        variables = {"npm_rollout_port": self.npm.port, "npm_rollout_ca_path": self.npm.ca_path}
        pairs = zip(self.groups["npm"], self.npm.appliances, strict=True)
        return {host: {"ansible_host": appliance.address, **variables} for host, appliance in pairs}

    def _readers(self) -> dict[str, dict[str, Any]]:
        variables = {
            "ansible_connection": "local",
            "springcard_rollout_port": self.springcard.port,
            "springcard_rollout_websocket_port": self.springcard.websocket_port,
        }
        pairs = zip(self.groups["springcard"], self.springcard.services, strict=True)
        return {host: {"springcard_rollout_host": service.address, **variables} for host, service in pairs}

    def _registry(self) -> dict[str, dict[str, Any]]:
        self.build = {**self.build, "url": self.invue.serve("/okm-2.4.1.bin", b"firmware" * 512)}
        variables = {
            "firmware_publish_api_url": self.invue.api_url,
            "firmware_publish_ca_path": self.invue.ca_path,
            "firmware_publish_url_ca_path": self.invue.ca_path,
            "firmware_publish_builds": [self.build],
        }
        return {self.groups["invue"][0]: variables}

    def versions(self) -> dict[str, str]:
        """What appliance and readers run, read from the simulators."""
        pairs = zip(self.groups["springcard"], self.springcard.services, strict=True)
        readers = {host: service.readers[0].firmware["Version"] for host, service in pairs}
        return {self.groups["npm"][0]: self.npm.appliance.state()["version"], **readers}

    def wanted_versions(self) -> dict[str, str]:
        """What they shall run, as the document says."""
        readers = {host: self.hosts[host]["springcard_rollout_readers"][0]["version"] for host in self.groups["springcard"]}
        return {host: self.hosts[host]["npm_rollout_version"] for host in self.groups["npm"]} | readers

    def published(self) -> str:
        """The URL in the registry."""
        return (self.invue.registry.find(self.build["type"], self.build["version"]) or {}).get("url", "")

    def alter(self) -> set[str]:
        """Alter a sensor, a reader and the registry's entry by hand; their hosts."""
        sensor = self.groups["msk"].index("gate-02")
        self.msk.merge(self.msk.sensors[sensor], {"configuration": {"alarmDistance": 2500}})
        service = self.springcard.services[self.groups["springcard"].index("desk-02")]
        self.springcard.merge(service, {"readers": {service.readers[0].serial: {"revision": OLD_REVISION}}})
        entry = self.invue.registry.find(self.build["type"], self.build["version"]) or {}
        self.invue.merge(self.invue.registry, {"entries": [{**entry, "url": "https://firmware.example.com/okm-test.bin"}]})
        return {"gate-02", "desk-02", self.groups["invue"][0]}

    def drift(self) -> list[str]:
        """The hosts that the last run of drift found to differ."""
        return list(json.loads((self.example.folder / "drift.json").read_text())["drifted_hosts"])


def tell() -> None:
    """Tell the chapter. Raises ``UnexpectedError``."""
    screen.chapter("A site of twelve devices")
    with ExitStack() as stack:
        example = Example("site", "north-yard.site.yml")
        site = Site(example, stack)
        screen.say("One document describes the site: eight sensors, an appliance, two PCs with card readers, and a firmware to publish.")
        example.show_copy()
        example.show_graph()
        _bring_up(example, site)
        _drift(example, site)
    screen.say(CLOSING.format(example=example.source, report=example.folder / "reports" / "report.html"))


def _bring_up(example: Example, site: Site) -> None:
    screen.say("1. Commission its sensors.")
    expect("Changed sensors", example.run("commission"), set(site.groups["msk"]))
    screen.say(f"2. Bring appliance and readers to their versions. Now: {_told(site.versions())}.")
    expect("Changed devices", example.run("rollout", "-e", "rollout_soak=1"), set(site.versions()))
    expect("Versions", site.versions(), site.wanted_versions())
    screen.say(f"They run: {_told(site.versions())}.\n\n3. Publish the firmware in the registry, after a look at the file under its URL.")
    expect("Changed entries", example.run("publish"), set(site.groups["invue"]))
    expect("URL in the registry", site.published(), site.build["url"])


def _drift(example: Example, site: Site) -> None:
    screen.say("4. Is everything as the document says?")
    expect("Changed devices", example.run("drift"), set())
    expect("Devices that differ", site.drift(), [])
    screen.say(
        "Yes.\n\n5. Somebody changes the alarm area of gate-02, loads an old firmware into the reader at desk-02, and puts another URL\n"
        "   into the registry. What differs now?"
    )
    altered = site.alter()
    example.run("drift", status=2)
    expect("Devices that differ", set(site.drift()), altered)
    screen.say("That run ended with status 2, for a pipeline. Its plan for people, drift.md:")
    print((example.folder / "drift.md").read_text().strip())
    screen.say("6. Repair just that, with a report.")
    options = ("-e", "drift_apply=true", "-e", "rollout_soak=1")
    expect("Changed devices", example.run("drift", *options, shown=REPORT), altered)
    expect("Versions", site.versions(), site.wanted_versions())
    expect("URL in the registry", site.published(), site.build["url"])
    example.run("drift", quiet=True)
    expect("Devices that differ", site.drift(), [])


def _told(versions: dict[str, str]) -> str:
    return ", ".join(f"{host} {version}" for host, version in versions.items())


CLOSING = """\
All twelve devices are as the document says. The report of the last run: {report}

To do the same with your devices, copy {example} and write them into north-yard.site.yml.
The guide is docs/guides/describe-a-site.md."""
