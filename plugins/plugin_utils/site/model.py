# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site document as the inventory uses it: devices with their defaults, channels, groups and the variables of the roles."""

from __future__ import annotations

import ipaddress
import os
import re
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.connection import is_address
from ansible_collections.siteops.devices.plugins.module_utils.core.field import Enumeration

Device = t.Mapping[str, t.Any]
Place = tuple[str, t.Any]
"""An address in its usual form, and a port; None for that of the system."""

SECTIONS = {"sensors": "msk", "appliances": "npm", "readers": "springcard"}
"""Section of the document -> system, which is the name of its group."""

PORTS = {"sensors": 443, "appliances": 443, "readers": 3998}
"""Section -> port where a device does not say one."""

ROLES = {"sensors": ("msk_commission", "msk_rollout"), "appliances": ("npm_rollout",), "readers": ("springcard_rollout",)}
"""Section -> roles that take its devices. A key of the document is the variable ``<role>_<key>``."""

ONLY = {
    "msk_commission": ("packages", "rollback_packages"),
    "msk_rollout": (
        *(
            "configuration",
            "network",
            "check_installation",
            "position_tolerance",
            "device_id",
            "name",
            "alternatives",
            "fallback_passwords",
        ),
    ),
}
"""Role -> keys that it does not take."""

NOT_VARIABLES = ("address", "role", "interference_group")

FILES = ("ca_path", "packages", "rollback_packages", "src")
"""Keys that name files of the controller."""


def group_name(prefix: str, name: str) -> str:
    """A name that Ansible takes for a group: ``site_north_yard``."""
    return f"{prefix}_{re.sub(r'[^A-Za-z0-9_]', '_', name)}"


def place_of(section: str, address: t.Any, port: t.Any) -> Place | None:
    """Where a device is, to be compared with others; None when only a template tells."""
    if not isinstance(address, str) or "{{" in address:
        return None
    normal = str(ipaddress.ip_address(address)) if is_address(address) else address.lower()
    return normal, None if port == PORTS[section] else port


class Site:
    """``data`` may be of any shape: what does not fit is left out, and told by the checks. ``folder``: where the document lies."""

    CHANNELS = 14

    def __init__(self, data: t.Any, folder: str = "") -> None:
        self.data: Device = data if isinstance(data, dict) else {}
        self._folder = folder

    @property
    def name(self) -> str:
        return str(self.data.get("site", ""))

    def section(self, name: str) -> list[tuple[str, Device]]:
        devices = self.data.get(name)
        found = devices.items() if isinstance(devices, dict) else ()
        return [(str(key), device) for key, device in found if isinstance(device, dict)]

    def devices(self) -> t.Iterator[tuple[str, str, Device]]:
        """Section, name and device, in the order of the document's sections."""
        for section in SECTIONS:
            for name, device in self.section(section):
                yield section, name, device

    def defaults(self, section: str) -> Device:
        every = self.data.get("defaults")
        own = every.get(section) if isinstance(every, dict) else None
        return own if isinstance(own, dict) else {}

    def merged(self, section: str, device: Device, key: str) -> t.Any:
        """A device's value for ``key``, with the site's default; mappings are merged."""
        default, own = self.defaults(section).get(key), device.get(key)
        if isinstance(default, dict) and isinstance(own, dict):
            return {**default, **own}
        return default if own is None else own

    def place(self, section: str, device: Device) -> Place | None:
        """Where a device is, to be compared with others; None when only a template tells."""
        return place_of(section, device.get("address"), self.merged(section, device, "port"))

    def network_of(self, sensor: Device) -> t.Any:
        """A sensor's network settings. Where nothing else gives it an address, the one at which it is reached is its own."""
        network, address = self.merged("sensors", sensor, "network"), sensor.get("address")
        if not isinstance(network, dict) or not network or network.get("dhcp") or network.get("auto_ip") or not isinstance(address, str):
            return network
        return {"static_address": address, **network} if "{{" in address or is_address(address) else network

    @property
    def registry_host(self) -> str | None:
        """Name of the host that stands for the registry; None when the site publishes nothing."""
        return f"{self.name}-registry" if isinstance(self.data.get("registry"), dict) else None

    # Interference

    def interference_groups(self) -> dict[str, list[str]]:
        """Group -> names of its sensors, for groups of two and more."""
        groups: dict[str, list[str]] = {}
        for name, sensor in self.section("sensors"):
            group = sensor.get("interference_group")
            if isinstance(group, str):
                groups.setdefault(group, []).append(name)
        return {group: members for group, members in groups.items() if len(members) > 1}

    def own_configuration(self, name: str) -> Device:
        sensor = dict(self.section("sensors")).get(name, {})
        own = sensor.get("configuration")
        return own if isinstance(own, dict) else {}

    def channel_of(self, name: str) -> int | None:
        """The channel that the document gives a sensor, as a number; None when it gives none."""
        channel = self.own_configuration(name).get("channel")
        try:
            return None if channel is None else Enumeration(letters=True).to_wire(channel)
        except ValueError:
            return None

    def interference(self) -> dict[str, dict[str, int]]:
        """Sensor -> its ``channel`` and ``num_conflicting_sensors``, for those in a group: the free channels in order."""
        found: dict[str, dict[str, int]] = {}
        for members in self.interference_groups().values():
            taken = {channel for channel in map(self.channel_of, members) if channel}
            free = iter(number for number in range(1, self.CHANNELS + 1) if number not in taken)
            for name in members:
                channel = self.channel_of(name) or next(free, 0)
                found[name] = {"channel": channel, "num_conflicting_sensors": len(members)}
        return found

    # What the inventory gives

    def groups(self, section: str, device: Device) -> list[str]:
        """A device's groups: its site, its system, and its role."""
        role = device.get("role")
        return [group_name("site", self.name), SECTIONS[section], *([group_name("role", str(role))] if role else [])]

    def variables(self, section: str, name: str, device: Device) -> dict[str, t.Any]:
        """The host variables of a device: where it is, and what the roles take."""
        found: dict[str, t.Any] = {"ansible_host": device["address"], "siteops_site": self.name, "siteops_system": SECTIONS[section]}
        keys = [key for key in (*self.defaults(section), *device) if key not in NOT_VARIABLES]
        values = self._placed({key: self.merged(section, device, key) for key in dict.fromkeys(keys)})
        if section == "sensors":
            values.update(self._sensor_values(name, device, values))
        for role in ROLES[section]:
            found.update({f"{role}_{key}": value for key, value in values.items() if key not in ONLY.get(role, ())})
        return found

    def _placed(self, values: Device) -> dict[str, t.Any]:
        """``values`` with files that are named relatively beside the document. A template is left to say where its file is."""
        placed: dict[str, t.Any] = {}
        for key, value in values.items():
            if key == "readers":
                placed[key] = [self._placed(reader) for reader in value]
            elif key not in FILES:
                placed[key] = value
            else:
                placed[key] = [self._file(name) for name in value] if isinstance(value, list) else self._file(value)
        return placed

    def _file(self, name: str) -> str:
        return name if name.startswith("~") or "{{" in name else os.path.join(self._folder, name)

    def _sensor_values(self, name: str, device: Device, values: Device) -> dict[str, t.Any]:
        changed: dict[str, t.Any] = {}
        interference = self.interference().get(name)
        if interference:
            changed["configuration"] = {**values.get("configuration", {}), **interference, **self.own_configuration(name)}
        if "network" in values:
            changed["network"] = self.network_of(device)
        return changed

    def registry_variables(self) -> dict[str, t.Any] | None:
        """The variables of the host that stands for the registry; None when the site publishes nothing."""
        registry = self.data.get("registry")
        if not isinstance(registry, dict):
            return None
        return {
            "siteops_site": self.name,
            "siteops_system": "invue",
            **{f"firmware_publish_{key}": value for key, value in registry.items()},
        }
