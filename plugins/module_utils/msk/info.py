# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sensor tells about itself, in snake_case, with names beside the numbers that the document names."""

from __future__ import annotations

import re
import typing as t

from . import configuration
from .client import MskClient
from .identity import read_identity
from .replies import ALARMS, CALIBRATION, CONFIGURATION, DETECTION, EVENTS, INSTALLATIONS, NAME, NETWORK, POSITION

ALARM_TYPES = {1: "movement", 2: "fault", 3: "tamper"}
"""Section 3.2.1, ``type``."""

ALARM_CAUSES = {
    1: {4: "alarm_area", 2: "pre_alarm_area"},
    2: {
        100: "input_voltage_out_of_range",
        101: "detection_error",
        102: "security_error",
        103: "hw_head_fault",
        104: "masking",
        105: "motion_detector_not_responding",
        106: "masking_not_ready",
        107: "corrupted_storage",
        1001: "communication_fault",
    },
    3: {2: "sensor_moved", 3: "sensor_masked"},
}
"""Section 3.2.1, ``cause`` of each type."""

ORIENTATIONS = {0: "horizontal", 1: "vertical"}
"""Section 3.8.1."""

NET_BITS = {"dhcp": 1, "name_resolution": 2, "auto_ip": 4}


def snake(key: str) -> str:
    """``fwVersion`` -> ``fw_version``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


def snaked(value: t.Any) -> t.Any:
    """The same structure with its keys in snake_case."""
    if isinstance(value, t.Mapping):
        return {snake(str(key)): snaked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snaked(item) for item in value]
    return value


def name_alarm(alarm: dict[str, t.Any]) -> dict[str, t.Any]:
    """Add ``type_name`` and ``cause_name`` (None for numbers that the document does not list)."""
    kind = alarm.get("type")
    causes = ALARM_CAUSES.get(kind, {}) if isinstance(kind, int) else {}
    cause = alarm.get("cause")
    return {
        **alarm,
        "type_name": ALARM_TYPES.get(kind) if isinstance(kind, int) else None,
        "cause_name": causes.get(cause) if cause is not None else None,
    }


def _sensor(sensor: MskClient) -> t.Any:
    identity = read_identity(sensor)
    return {"sensor": snaked(identity.sensor), "com_board": snaked(identity.com_board)}


def _position(sensor: MskClient) -> t.Any:
    return snaked(sensor.get("/sensorPositionStatus", POSITION))


def _detection(sensor: MskClient) -> t.Any:
    return snaked(sensor.get("/detectionStatus", DETECTION))


def read_alarms(sensor: MskClient) -> dict[str, t.Any]:
    """GET /alarmStatus (section 3.2): ``fps``, ``alarms`` with their names, ..."""
    body = snaked(sensor.get("/alarmStatus", ALARMS))
    return {**body, "alarms": [name_alarm(alarm) for alarm in body["alarms"]]}


def _events(sensor: MskClient) -> t.Any:
    return [name_alarm(event) for event in snaked(sensor.get("/eventLog", EVENTS)["events"])]


def _installations(sensor: MskClient) -> t.Any:
    entries = snaked(sensor.get("/installationConfigurations", INSTALLATIONS)["installations"])
    return [{**entry, "orientation_name": ORIENTATIONS.get(entry["orientation"])} for entry in entries]


def _calibration(sensor: MskClient) -> t.Any:
    return snaked(sensor.get("/calibrationData", CALIBRATION))


def _network(sensor: MskClient) -> t.Any:
    body = snaked(sensor.get("/netSettings", NETWORK))
    for prefix in ("", "cur_"):
        mask = body.get(f"{prefix}net_configuration")
        if isinstance(mask, int):
            body.update({f"{prefix}{name}": bool(mask & bit) for name, bit in NET_BITS.items()})
    return body


def _name(sensor: MskClient) -> t.Any:
    return sensor.get("/comBoardName", NAME)["name"]


def _configuration(sensor: MskClient) -> t.Any:
    body = sensor.get("/sensorConfiguration", CONFIGURATION)
    raw = snaked(body["configuration"])
    for field in configuration.TABLE.fields:
        wire = body["configuration"].get(field.key)
        shown = field.codec.from_wire(wire) if wire is not None else None
        if isinstance(field.codec, configuration.Percent) and wire is not None:
            raw[f"{field.option}_percent"] = shown
        elif isinstance(field.codec, configuration.Enumeration) and field.codec.names and wire is not None:
            raw[f"{field.option}_name"] = shown if isinstance(shown, str) else None
    return {**raw, **({"version": body["version"]} if "version" in body else {})}


SUBSETS: dict[str, t.Callable[[MskClient], t.Any]] = {
    "sensor": _sensor,
    "position": _position,
    "detection": _detection,
    "alarms": read_alarms,
    "events": _events,
    "installations": _installations,
    "calibration": _calibration,
    "network": _network,
    "name": _name,
    "configuration": _configuration,
}
"""Name of a subset -> how it is read. One request each."""

DEFAULT_SUBSETS = ["sensor", "configuration", "network", "name"]


def gather(sensor: MskClient, subsets: t.Iterable[str]) -> dict[str, t.Any]:
    """The subsets by name, in the order of :data:`SUBSETS`."""
    wanted = set(subsets)
    return {name: read(sensor) for name, read in SUBSETS.items() if name in wanted}
