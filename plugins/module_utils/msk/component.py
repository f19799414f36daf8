# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three parts of a sensor that have software of their own (chapter 2; ``dst`` in section 3.18)."""

from __future__ import annotations

import dataclasses
import typing as t

from .identity import Identity


@dataclasses.dataclass(frozen=True)
class Component:
    """``dst``: its number on the wire. ``name``: in options and results. ``label``: in messages."""

    dst: int
    name: str
    label: str

    @property
    def has_version(self) -> bool:
        """Whether /sensorInfo tells which version runs. Of the web server only the files are known, by fingerprint."""
        return self is not WEB_SERVER

    def part_of(self, identity: Identity) -> t.Mapping[str, t.Any]:
        """Its part of /sensorInfo; empty when the device does not answer one."""
        return {SENSOR.name: identity.sensor, COM_BOARD.name: identity.com_board}.get(self.name, {})


SENSOR = Component(0, "sensor", "sensor")
COM_BOARD = Component(1, "com_board", "communication board")
WEB_SERVER = Component(2, "web_server", "web server")

COMPONENTS = {component.dst: component for component in (SENSOR, COM_BOARD, WEB_SERVER)}
"""In the order in which they are updated: the radar first, since it needs the board; the web pages last, since they need both."""
