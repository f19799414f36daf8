# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sensor's network name, /comBoardName (section 3.11)."""

from __future__ import annotations

from ..core.plan import Plan, Resource, looking_when_refused
from .client import MskClient
from .replies import NAME


class Name(Resource):
    """/comBoardName; the state is the name itself."""

    name = "name"

    def __init__(self, sensor: MskClient) -> None:
        self.label = f"The name of {sensor.name}"
        self._sensor = sensor

    def read(self) -> str:
        return str(self._sensor.get("/comBoardName", NAME)["name"])

    def plan(self, current: str, desired: str) -> Plan:
        changes = {} if current == desired else {"name": desired}
        return Plan(before=current, after=desired, changes=changes, payload={"name": desired})

    def apply(self, plan: Plan) -> None:
        with looking_when_refused(self, plan):
            self._sensor.put("/comBoardName", plan.payload)

    def view(self, current: str) -> str:
        return current
