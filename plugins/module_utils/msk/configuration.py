# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The radar's configuration, /sensorConfiguration (section 3.3)."""

from __future__ import annotations

import typing as t

from ..core.errors import InputError
from ..core.field import Codec, Enumeration, Field, Integer, Table, Text
from ..core.plan import Plan, Resource, looking_when_refused
from .client import MskClient
from .installation import InstallationCheck
from .replies import CONFIGURATION

READ_ONLY_KEYS = ("configurationsCount", "version")
"""Returned by GET, must not be in a PUT (section 3.3.1)."""


class Percent(Codec):
    """A percentage that travels as a byte with the first bit set: 75 as 75 | 0x80 = 203 (section 3.3.1, alarmSensitivity)."""

    argument: t.Mapping[str, t.Any] = {"type": "int"}

    def to_wire(self, value: t.Any) -> int:
        if not 0 <= value <= 100:
            hint = f"; {value} is how {value & 0x7F} % travels" if 128 <= value <= 228 else ""
            raise ValueError(f"{value} is not a percentage from 0 to 100{hint}")
        return int(value) | 0x80

    def from_wire(self, value: t.Any) -> t.Any:
        return value & 0x7F if isinstance(value, int) else value


class Country(Text):
    """An ISO 3166 code of three letters."""

    def to_wire(self, value: t.Any) -> str:
        code = str(value).strip().upper()
        if len(code) != 3 or not code.isalpha():
            raise ValueError(f"{value!r} is not a country code of three letters, such as ITA")
        return code

    def from_wire(self, value: t.Any) -> str:
        return str(value).upper()


class Zones(Codec):
    """Distances ``min`` to ``max`` in mm. Their order means nothing."""

    argument: t.Mapping[str, t.Any] = {
        "type": "list",
        "elements": "dict",
        "options": {"min": {"type": "int", "required": True}, "max": {"type": "int", "required": True}},
    }

    def to_wire(self, value: t.Any) -> list[dict[str, int]]:
        for number, zone in enumerate(value, 1):
            if zone["min"] > zone["max"]:
                raise ValueError(f"min of zone {number} ({zone['min']}) lies above its max ({zone['max']})")
        return sorted(({"min": zone["min"], "max": zone["max"]} for zone in value), key=lambda zone: (zone["min"], zone["max"]))

    def from_wire(self, value: t.Any) -> t.Any:
        return sorted(({"min": zone["min"], "max": zone["max"]} for zone in value), key=lambda zone: (zone["min"], zone["max"]))


LED_MODES = {"normal": 0, "disabled": 1}
ANTI_MASKING_MODES = {"normal": 0, "disabled": 1, "aggressive": 2}
ANTI_TAMPER_MODES = {"disabled": 0, "sensor_moved": 2}
SS_MODES = {"disabled": 0, "automatic_1": 1, "automatic_2": 2, "semi_automatic": 3, "manual": 4}

TABLE = Table(
    Field("alarm_distance", "alarmDistance", Integer(), "mm"),
    Field("pre_alarm_distance", "preAlarmDistance", Integer(), "mm"),
    Field("alarm_sensitivity", "alarmSensitivity", Percent(), "%"),
    Field("mount_height", "mountHeight", Integer(), "mm", (1000, 4000)),
    Field("mount_elevation", "mountElevation", Integer(), "degrees", (-90, 90)),
    Field("mount_rotation", "mountRotation", Integer(), "degrees", (-180, 180)),
    Field("mount_azimuth", "mountAzimuth", Integer(), "degrees", (-180, 180)),
    Field("calibration_coefficient", "calibrationCoefficient", Integer(), "", (300, 50000)),
    Field("led_mode", "ledMode", Enumeration(LED_MODES)),
    Field("channel", "channel", Enumeration(letters=True), "", (0, 14)),
    Field("country", "country", Country()),
    Field("anti_masking_mode", "antiMaskingMode", Enumeration(ANTI_MASKING_MODES)),
    Field("anti_masking_exit_mode", "antiMaskingExitMode", Integer()),
    Field("anti_tamper_mode", "antiTamperMode", Enumeration(ANTI_TAMPER_MODES)),
    Field("anti_tamper_exit_mode", "antiTamperExitMode", Integer()),
    Field("num_conflicting_sensors", "numConflictingSensors", Integer(), "", (0, 50)),
    Field("ss_mode", "ssMode", Enumeration(SS_MODES)),
    Field("ss_min_dist", "ssMinDist", Integer(), "mm"),
    Field("ss_max_size", "ssMaxSize", Integer()),
    Field("ss_num_max_zones", "ssNumMaxZones", Integer()),
    Field("ss_manual_zones", "ssManualZones", Zones(), "mm"),
    Field("configurations_count", "configurationsCount", Integer(), read_only=True),
)
"""Section 3.3.1, in its order."""

OPTIONS: dict[str, dict[str, t.Any]] = {**TABLE.options(), "extra": {"type": "dict"}}


class Desired(t.NamedTuple):
    """What the user wants. ``wire``: API key -> value as it travels, named options and ``extra`` alike."""

    wire: dict[str, t.Any]
    warnings: tuple[str, ...]


def desired_of(options: t.Mapping[str, t.Any]) -> Desired:
    """Check and translate the ``configuration`` option. Raises :class:`InputError` with the option's name."""
    wire: dict[str, t.Any] = {}
    warnings: list[str] = []
    for field in TABLE.fields:
        value = options.get(field.option)
        if value is not None:
            wire[field.key] = field.encode(value)
            warnings.append(field.strangeness(value))
    for key, value in (options.get("extra") or {}).items():
        if key in READ_ONLY_KEYS:
            raise InputError(f"extra: {key} is read-only.")
        if key in wire:
            raise InputError(f"extra: {key} is given by {TABLE.by_key[key].option} already.")
        wire[key] = value
    if not wire:
        raise InputError("configuration: it names nothing; give at least one value.")
    _check_areas(wire, "")
    return Desired(wire, tuple(text for text in warnings if text))


def _check_areas(wire: t.Mapping[str, t.Any], where: str) -> None:
    """PreAlarmDistance must not be below alarmDistance (section 3.3.1)."""
    alarm, pre_alarm = wire.get("alarmDistance"), wire.get("preAlarmDistance")
    if isinstance(alarm, int) and isinstance(pre_alarm, int) and pre_alarm < alarm:
        raise InputError(
            f"pre_alarm_distance ({pre_alarm} mm) must not be below alarm_distance ({alarm} mm){where}.",
            hint="Give both; without a pre-alarm area both are equal.",
        )


class Configuration(Resource):
    """/sensorConfiguration. ``check`` is told of each plan that would change something (INTERFACE: check_installation)."""

    name = "configuration"

    def __init__(self, sensor: MskClient, check: InstallationCheck | None = None) -> None:
        self.label = f"The configuration of {sensor.name}"
        self._sensor = sensor
        self._check = check

    def read(self) -> dict[str, t.Any]:
        """The device's object, in its own keys, without members that are null."""
        members = self._sensor.get("/sensorConfiguration", CONFIGURATION)["configuration"]
        return {key: value for key, value in members.items() if value is not None}

    def plan(self, current: dict[str, t.Any], desired: Desired) -> Plan:
        payload = {key: value for key, value in desired.wire.items() if not _same(key, current.get(key), value)}
        after = {**current, **payload}
        if {"alarmDistance", "preAlarmDistance"} & set(payload):
            _check_areas(after, ", counting what the sensor already has")
        shown = _view(after)
        return Plan(
            before=_view(current),
            after=shown,
            changes={_option(key): shown[_option(key)] if key in TABLE.by_key else shown["extra"][key] for key in payload},
            payload=payload,
            warnings=desired.warnings,
        )

    def review(self, plan: Plan) -> t.Sequence[str]:
        return [*plan.warnings, *(self._check.review(self._sensor, plan) if self._check else ())]

    def apply(self, plan: Plan) -> None:
        """PUT only what differs: omitted members keep their value (section 3.3.1)."""
        with looking_when_refused(self, plan):
            self._sensor.put("/sensorConfiguration", {"configuration": plan.payload})

    def view(self, current: dict[str, t.Any]) -> dict[str, t.Any]:
        return _view(current)


def _option(key: str) -> str:
    return TABLE.by_key[key].option if key in TABLE.by_key else key


def _same(key: str, current: t.Any, wanted: t.Any) -> bool:
    field = TABLE.by_key.get(key)
    if field is None or current is None:
        return bool(current == wanted) or (key == "ssManualZones" and not wanted)  # a sensor without zones may leave them out
    try:
        return bool(field.codec.from_wire(current) == field.codec.from_wire(wanted))
    except (TypeError, KeyError):
        return False


def _view(wire: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Options by name; members that have none, by their API key under ``extra``. The read-only counter is left out."""
    shown = TABLE.decode({key: value for key, value in wire.items() if key not in READ_ONLY_KEYS})
    extra = {key: value for key, value in wire.items() if key not in TABLE.by_key and key not in READ_ONLY_KEYS}
    return {**shown, **({"extra": extra} if extra else {})}
