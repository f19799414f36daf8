# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the mount fits what the sensor supports, and hangs as it is configured (sections 3.4 and 3.8).

Units differ: the configuration is in millimetres with negative elevations pointing down, /installationConfigurations
in centimetres with positive ones.
"""

from __future__ import annotations

import typing as t

from ..core.errors import DeviceError, InputError
from ..core.plan import Plan
from .client import MskClient
from .replies import INSTALLATIONS, POSITION

RELEVANT = frozenset({"alarm_distance", "pre_alarm_distance", "mount_height", "mount_elevation", "mount_rotation"})
"""Options that an installation depends on; a change of others is not worth two more requests."""

HORIZONTAL, VERTICAL = 0, 1
"""``orientation`` in section 3.8.1: volumetric and barrier."""


class InstallationCheck:
    """``mode``: ``warn`` or ``fail``. ``tolerance`` in degrees, between the configured mount and the measured one."""

    def __init__(self, mode: str, tolerance: float) -> None:
        self._mode = mode
        self._tolerance = tolerance

    def review(self, sensor: MskClient, plan: Plan) -> list[str]:
        """Warnings about the planned configuration. Raises :class:`InputError` instead in mode ``fail``."""
        if not RELEVANT & set(plan.changes):
            return []
        try:
            supported = sensor.get("/installationConfigurations", INSTALLATIONS)["installations"]
            position = sensor.get("/sensorPositionStatus", POSITION)
        except DeviceError as error:
            if self._mode == "fail":
                raise
            return [f"The installation could not be checked: {error}"]
        problems = [*unsupported(plan.after, supported), *misplaced(plan.after, position, self._tolerance)]
        if problems and self._mode == "fail":
            raise InputError(
                f"The installation check of {sensor.name} failed, and nothing was changed: {' '.join(problems)}",
                hint="Correct the mount or the configuration, or set check_installation to warn.",
                facts={"installation_problems": problems},
            )
        return [f"{sensor.name}: {problem}" for problem in problems]


def orientation(rotation: float) -> int:
    """Around 0 (or 180) degrees the antenna lies horizontal, around 90 vertical (section 3.3.1, mountRotation)."""
    turned = abs(rotation) % 180
    return VERTICAL if 45 <= turned <= 135 else HORIZONTAL


def angle_between(first: float, second: float) -> float:
    """Degrees between two directions, 0 to 180."""
    return abs((first - second + 180) % 360 - 180)


def misplaced(configuration: t.Mapping[str, t.Any], position: t.Mapping[str, float], tolerance: float) -> list[str]:
    """Sentences for each angle that the sensor measures away from its configured mount."""
    problems = []
    for option, measured in (("mount_elevation", position["elevation"]), ("mount_rotation", position["rotation"])):
        configured = configuration.get(option)
        if configured is not None and angle_between(configured, measured) > tolerance:
            problems.append(
                f"{option} is {configured} degrees, but the sensor measures {measured:g} ({angle_between(configured, measured):g} apart, "
                f"tolerance {tolerance:g})."
            )
    return problems


def unsupported(configuration: t.Mapping[str, t.Any], supported: t.Sequence[t.Mapping[str, float]]) -> list[str]:
    """Sentences that say why no supported installation fits; none when one does, or when the sensor lists none."""
    if not supported:
        return []
    reasons = [_misfits(configuration, entry) for entry in supported]
    if not all(reasons):
        return []
    closest = min(reasons, key=len)
    return [f"None of the {len(supported)} supported installations fits; the closest one does not because {' and '.join(closest)}."]


def _misfits(configuration: t.Mapping[str, t.Any], entry: t.Mapping[str, float]) -> list[str]:
    """Why one supported installation does not fit."""
    reasons = []
    height, elevation, rotation = (configuration.get(name) for name in ("mount_height", "mount_elevation", "mount_rotation"))
    if height is not None and not entry["minHeight"] <= height / 10 <= entry["maxHeight"]:
        reasons.append(f"mount_height {height} mm is outside {entry['minHeight'] * 10:g} to {entry['maxHeight'] * 10:g} mm")
    if elevation is not None and not entry["minElevation"] <= -elevation <= entry["maxElevation"]:
        reasons.append(f"mount_elevation {elevation} is outside {-entry['maxElevation']:g} to {-entry['minElevation']:g} degrees")
    if rotation is not None and orientation(rotation) != entry["orientation"]:
        named = "vertical (rotation near 90)" if entry["orientation"] == VERTICAL else "horizontal (rotation near 0)"
        reasons.append(f"mount_rotation {rotation} is not {named}")
    for option in ("alarm_distance", "pre_alarm_distance"):
        distance = configuration.get(option)
        if distance is not None and not entry["minDistance"] <= distance / 10 <= entry["maxDistance"]:
            reasons.append(f"{option} {distance} mm is outside {entry['minDistance'] * 10:g} to {entry['maxDistance'] * 10:g} mm")
    return reasons
