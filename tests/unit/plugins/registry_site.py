# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated registry that a test works with, and the module arguments that reach it."""

from __future__ import annotations

from typing import Any

from ansible_collections.siteops.devices.tests.simulators.invue import READING_TOKEN, TOKEN, FileHost, InvueSimulator, Registry, Switches
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run


class RegistrySite:
    """A registry as new."""

    def __init__(self, simulator: InvueSimulator) -> None:
        self.simulator = simulator
        for device in (simulator.registry, simulator.files):
            device.factory_new()
            device.faults.clear()
            device.forget_requests()
        simulator.registry.switches = Switches()
        simulator.files.redirects.clear()
        simulator.files.content_type = "application/octet-stream"

    @property
    def registry(self) -> Registry:
        return self.simulator.registry

    @property
    def files(self) -> FileHost:
        return self.simulator.files

    def connection(self, **more: Any) -> dict[str, Any]:
        """A module's arguments for this registry; None leaves one out."""
        arguments = {
            "api_url": self.simulator.api_url,
            "access_token": TOKEN,
            "ca_path": self.simulator.ca_path,
            "connect_timeout": 5,
            "timeout": 5,
            "retries": 1,
            **more,
        }
        return {name: value for name, value in arguments.items() if value is not None}

    def publish(self, *, check: bool = False, diff: bool = False, **options: Any) -> Outcome:
        """Run firmware_registry_entry."""
        return run("firmware_registry_entry", self.connection(**options), check=check, diff=diff)

    def ask(self, **options: Any) -> Outcome:
        """Run firmware_registry_info."""
        return run("firmware_registry_info", self.connection(**options))

    @property
    def writes(self) -> list[str]:
        """The writing requests, each as verb and the part of the path after the prefix."""
        return [f"{request.method} {request.path.removeprefix('/api/v1')}" for request in self.registry.writing_requests()]


def secrets_in(text: str) -> list[str]:
    """The tokens that a text shows."""
    return [token for token in (TOKEN, READING_TOKEN) if token in text]
