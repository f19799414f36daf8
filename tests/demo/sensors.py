# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated sensors in the places of an inventory's."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor

NETWORK = {"dhcp": False, "auto_ip": False, "name_resolution": True, "subnet": "255.255.255.0", "gateway": "127.20.1.254"}


def place(simulator: MskSimulator, addresses: Mapping[str, str], folder: Path) -> dict[str, dict[str, Any]]:
    """Variables by host that lead to the simulated sensors. ``addresses`` are those of the inventory: 10.20.0.11 becomes 127.20.1.11.

    Puts their CA into ``folder``, where the examples want the vendor's.
    """
    shutil.copy(str(simulator.ca_path), folder / "inxpect-ca.pem")
    found = {}
    for (host, address), sensor in zip(addresses.items(), simulator.sensors, strict=True):
        simulated = f"127.20.1.{address.rpartition('.')[2]}"
        found[host] = {
            "ansible_host": simulated,
            "msk_commission_alternatives": [sensor.address],
            "msk_commission_port": simulator.port,
            "msk_commission_network": {**NETWORK, "static_address": simulated},
        }
    return found


def mount(sensor: Sensor, elevation: int) -> None:
    """Mount a sensor as its inventory says, so that the angles that it measures are right."""
    sensor.configuration.update(mountRotation=0)
    sensor.position.update(elevation=elevation, rotation=0)
