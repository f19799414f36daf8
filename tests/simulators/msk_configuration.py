# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sensor's settings: section 3.3 of the MSK-101-POE document."""

from __future__ import annotations

import copy
from typing import Any

from .msk_errors import ErrorCode, Refused, arguments

# The typical ranges of 3.3.1. "There is no guarantee these ranges won't change": they only count with `hard_limits`.
# None stands for the sensor's own minDist and maxDist.
INTEGERS: dict[str, tuple[int, int] | None] = {
    "alarmDistance": None,
    "preAlarmDistance": None,
    "alarmSensitivity": (128, 228),
    "mountHeight": (1000, 4000),
    "mountElevation": (-90, 90),
    "mountRotation": (-180, 180),
    "mountAzimuth": (-180, 180),
    "calibrationCoefficient": (300, 50000),
    "ledMode": (0, 1),
    "channel": (0, 14),
    "antiMaskingMode": (0, 2),
    "antiMaskingExitMode": (0, 255),
    "antiTamperMode": (0, 2),
    "antiTamperExitMode": (0, 255),
    "numConflictingSensors": (0, 50),
    "ssMode": (0, 4),
    "ssMinDist": None,
    "ssMaxSize": (0, 100000),
    "ssNumMaxZones": (0, 255),
}
TYPES: dict[str, type] = {**dict.fromkeys(INTEGERS, int), "country": str, "ssManualZones": list}
READ_ONLY = ("configurationsCount", "version")
FACTORY: dict[str, Any] = {
    "alarmDistance": 10000,
    "preAlarmDistance": 12000,
    "alarmSensitivity": 75 | 0x80,
    "mountHeight": 2000,
    "mountElevation": -15,
    "mountRotation": 0,
    "mountAzimuth": 0,
    "calibrationCoefficient": 3000,
    "ledMode": 0,
    "channel": 0,
    "country": "ITA",
    "antiMaskingMode": 0,
    "antiMaskingExitMode": 0,
    "antiTamperMode": 2,
    "antiTamperExitMode": 0,
    "numConflictingSensors": 0,
    "ssMode": 0,
    "ssMinDist": 500,
    "ssMaxSize": 1500,
    "ssNumMaxZones": 2,
    "ssManualZones": [],
}
FORMAT_VERSION = 1


def factory_configuration() -> dict[str, Any]:
    """The settings of a new sensor."""
    return copy.deepcopy(FACTORY)


def changes_of(body: Any, *, unknown: str) -> dict[str, Any]:
    """The settings that a PUT names; raises Refused for what 3.3.1 does not allow in one."""
    if isinstance(body, dict):
        inside = body.get("configuration")
        for place in (body, inside if isinstance(inside, dict) else {}):
            forbidden = [key for key in READ_ONLY if key in place]
            if forbidden:
                raise Refused(f"read-only key {', '.join(forbidden)}", ErrorCode.NOT_ALLOWED)
    changes = arguments(body, {"configuration": dict}, unknown=unknown)["configuration"]
    return arguments(changes, {}, TYPES, unknown=unknown)


def merged(stored: dict[str, Any], changes: dict[str, Any], *, reach: tuple[int, int] | None) -> dict[str, Any]:
    """The settings after a PUT; raises Refused. With `reach` (minDist, maxDist) the typical ranges are hard limits."""
    for zone in changes.get("ssManualZones", []):
        arguments(zone, {"min": int, "max": int})
    sensitivity = changes.get("alarmSensitivity", 0x80)
    if not 0 <= sensitivity <= 255 or not sensitivity & 0x80:
        raise Refused(f"alarmSensitivity {sensitivity} is not a byte with the first bit set")
    if reach is not None:
        _check_ranges(changes, reach)
    result = {**stored, **copy.deepcopy(changes)}
    if result["preAlarmDistance"] < result["alarmDistance"]:
        raise Refused(f"preAlarmDistance {result['preAlarmDistance']} is less than alarmDistance {result['alarmDistance']}")
    return result


def _check_ranges(changes: dict[str, Any], reach: tuple[int, int]) -> None:
    for key, typical in INTEGERS.items():
        low, high = typical or reach
        if key in changes and not low <= changes[key] <= high:
            raise Refused(f"{key} {changes[key]} is not within {low} and {high}", violation=False)
    if len(changes.get("country", "ITA")) != 3:
        raise Refused("country is not a three character code", violation=False)
