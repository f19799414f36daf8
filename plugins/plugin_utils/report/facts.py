# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a result tells of a device: firmware, updates, mount and areas, events, findings."""

from __future__ import annotations

import datetime
import typing as t

from .changes import clipped

MOUNT = (
    *("alarm_distance", "pre_alarm_distance", "mount_height", "mount_elevation", "mount_rotation", "mount_azimuth"),
    *("min_distance", "max_distance", "min_angle", "max_angle"),
)
"""Distances in mm, angles in degrees. The last four are what the sensor can see; the others are its configuration."""

MOST_EVENTS = 500
"""Events of one device that a report keeps, the newest."""

VERSIONS = {"npm_update": "appliance", "springcard_firmware": "reader"}
"""Modules whose result has ``from`` and ``to`` -> what they update."""


def member(value: t.Any, *path: str) -> t.Any:
    """A member of nested dictionaries; None when there is none, whatever shape a result has."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def firmware_in(result: t.Any) -> dict[str, str]:
    """Component -> version, of what the modules that read say."""
    found: dict[str, t.Any] = {}
    for component in ("sensor", "com_board"):
        read = member(result, "identity", component, "fw_version")
        found[component] = member(result, "msk", "sensor", component, "fw_version") if read is None else read
    found["appliance"] = member(result, "npm", "system", "sw_version")
    found["companion"] = member(result, "springcard", "service", "version")
    for reader in _mappings(member(result, "springcard", "devices")):
        name = reader.get("serial_number") or reader.get("device_id")
        found[f"reader {name}" if name else "reader"] = member(reader, "firmware", "revision") or member(reader, "firmware", "version")
    return {clipped(name): clipped(str(version)) for name, version in found.items() if version not in (None, "")}


def updates_in(module: str, result: t.Any, *, failed: bool = False) -> list[dict[str, t.Any]]:
    """``component``, ``from``, ``to`` and ``action`` of each part that an update was about.

    A task that failed and tells versions tells which one the device runs: that is ``from``, and ``to`` is None.
    """
    rows = _mappings(member(result, "components"))
    if not rows and module in VERSIONS and isinstance(result, dict) and {"from", "to"} & set(result):
        to = None if failed else result.get("to")
        rows = [{"component": VERSIONS[module], "from": result.get("from"), "to": to, "action": _action(result, failed=failed)}]
    return [{key: _text(row.get(key)) for key in ("component", "from", "to", "action")} for row in rows]


def _action(result: dict[str, t.Any], *, failed: bool) -> str:
    """``staged``: an appliance has the image and is prepared for it, and runs what it ran before."""
    if failed:
        return "failed"
    if member(result, "update_status", "state") in {"INITIALIZING", "INITIALIZED"}:
        return "staged"
    if result.get("from") == result.get("to") and "update_status" in result:
        return "unchanged"
    return "updated" if result.get("changed") else "unchanged"


def mount_in(result: t.Any) -> dict[str, float]:
    """How a sensor hangs, and what it watches."""
    sources = [member(result, "configuration"), member(result, "msk", "configuration")]
    sources += [member(result, "msk", "sensor", "sensor"), member(result, "identity", "sensor")]
    values = {key: source[key] for source in sources if isinstance(source, dict) for key in MOUNT if key in source}
    return {key: value for key, value in values.items() if _number(value) is not None}


def events_in(result: t.Any, now: datetime.datetime) -> list[dict[str, t.Any]]:
    """The event log, with times instead of ages. Newest first."""
    found: list[dict[str, t.Any]] = []
    for event in _mappings(member(result, "msk", "events")):
        age, duration = seconds(event.get("elapsed_time")), seconds(event.get("duration"))
        if age is None:
            continue
        found.append(
            {
                "at": stamp(now - datetime.timedelta(seconds=age)),
                "type": _text(event.get("type_name") or event.get("type")),
                "cause": _text(event.get("cause_name") or event.get("cause")),
                "duration": duration,
            }
        )
    return sorted(found, key=lambda event: event["at"], reverse=True)[:MOST_EVENTS]


def findings_in(result: t.Any) -> list[str]:
    """What was found wanting without failing the task, in sentences."""
    rows = [*_list(member(result, "device_warnings")), *_list(member(result, "health", "problems"))]
    return [clipped(str(text)) for text in rows]


def stamp(moment: datetime.datetime) -> str:
    """A time as the report writes it: UTC, whole seconds."""
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(value: t.Any) -> float | None:
    """Seconds that a date can hold, up to a hundred years; None for anything else."""
    number = _number(value)
    return number if number is not None and 0 <= number < 3.2e9 else None


def _number(value: t.Any) -> float | None:
    """A number that JSON and a drawing can hold; None for anything else, such as NaN."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12 else None


def _text(value: t.Any) -> str | None:
    return None if value is None else str(clipped(str(value)))


def _list(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else []


def _mappings(value: t.Any) -> list[dict[str, t.Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]
