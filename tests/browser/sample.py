# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over a large, mixed fleet, as outcomes that the report collects. The same for the same number."""

from __future__ import annotations

import datetime
import random
from typing import Any

from ansible_collections.siteops.devices.plugins.plugin_utils.report.collect import Collector
from ansible_collections.siteops.devices.plugins.plugin_utils.report.outcome import Outcome, state_of

START = datetime.datetime(2026, 11, 26, 9, 30, tzinfo=datetime.timezone.utc)
SITES = ("north-yard", "south-gate", "harbour", "depot")
ROLES = ("gate", "yard", "ramp", "fence")
CONFIGURATION = {"alarm_sensitivity": 75, "mount_height": 2000, "mount_elevation": -15, "led_mode": "normal", "channel": 2}
REACH = {"min_distance": 500, "max_distance": 20000, "min_angle": -50, "max_angle": 50}


def sample_report(devices: int, *, title: str = "Fleet report", check_mode: bool = False) -> dict[str, Any]:
    """A report of ``devices`` devices: mostly unchanged, with some of everything else."""
    chance = random.Random(devices)
    moments = iter([START])
    collector = Collector(title, lambda: next(moments, START + datetime.timedelta(seconds=192)))
    collector.playbooks.append("commission.yml")
    for number in range(devices):
        site, role = SITES[number % len(SITES)], ROLES[number // 4 % len(ROLES)]
        name = f"{site}-{role}-{number:03}"
        device = collector.device(name)
        device.address, device.site = f"10.{20 + number // 65536}.{number // 256 % 256}.{number % 256}", site
        for outcome in _outcomes(chance, name, number, check_mode):
            collector.add(outcome)
    return collector.report(complete=True, failed_hosts=None)


def _outcomes(chance: random.Random, name: str, number: int, check_mode: bool) -> list[Outcome]:
    draw = chance.random()
    if draw < 0.02:
        message = (
            f"{name} cannot be reached: no route to host; nothing was sent. Check the address and port, and that the device has power."
        )
        return [_outcome("Wait for the sensor", "msk_wait", name, _failure("unreachable", message), check_mode)]
    found = [
        _outcome(
            "Read the sensors", "msk_info", name, {"changed": False, "msk": _info(chance, number)}, check_mode, chance.uniform(0.2, 0.7)
        )
    ]
    if draw < 0.04:
        message = f"The configuration of {name} was written, but reading it back shows that led_mode is 'normal', not 'disabled'."
        return [*found, _outcome("Configure the radar", "msk_config", name, _failure("not_taken", message), check_mode, 1.1)]
    if draw < 0.05:
        return [_outcome("Configure the radar", "msk_config", name, {"skipped": True}, check_mode)]
    configured = _outcome(
        "Configure the radar", "msk_config", name, _configured(chance, changed=draw < 0.2), check_mode, chance.uniform(0.4, 1.6)
    )
    if draw > 0.94:
        components = [
            {"component": "sensor", "from": "1.118", "to": "1.210", "action": "updated"},
            {"component": "com_board", "from": "1.209", "to": "1.209", "action": "unchanged"},
        ]
        return [
            *found,
            configured,
            _outcome("Update the firmware", "msk_firmware", name, {"changed": True, "components": components}, check_mode, 84.2),
        ]
    return [*found, configured]


def _outcome(task: str, module: str, name: str, result: dict[str, Any], check_mode: bool, seconds: float | None = 0.4) -> Outcome:
    state = state_of(result, failed=bool(result.get("failed")), skipped=bool(result.get("skipped")))
    return Outcome(name, task, f"siteops.devices.{module}", state, result, check_mode=check_mode, seconds=seconds, host=name)


def _failure(kind: str, message: str) -> dict[str, Any]:
    return {"failed": True, "changed": False, "msg": message, "error": {"kind": kind, "http_status": None, "code": None}}


def _info(chance: random.Random, number: int) -> dict[str, Any]:
    versions = chance.choices(["1.210", "1.207", "1.118"], [70, 25, 5])[0]
    events = [
        {
            "type_name": kind,
            "cause_name": cause,
            "elapsed_time": int(chance.triangular(0, 86400, 20000)),
            "duration": chance.randint(2, 180),
        }
        for kind, cause in [("movement", "alarm_area"), ("movement", "pre_alarm_area"), ("fault", "masking"), ("tamper", "sensor_moved")]
        if chance.random() < {"alarm_area": 0.5, "pre_alarm_area": 0.3}.get(cause, 0.03)
    ]
    azimuth = number * 37 % 360 - 180
    return {
        "sensor": {"sensor": {"fw_version": versions, "device_id": f"MSK{number:08}", **REACH}, "com_board": {"fw_version": "1.209"}},
        "configuration": {**CONFIGURATION, "mount_azimuth": azimuth, "mount_rotation": 0 if number % 7 else 90},
        "events": events,
    }


def _configured(chance: random.Random, *, changed: bool) -> dict[str, Any]:
    after = {**CONFIGURATION, "alarm_distance": 8000, "pre_alarm_distance": 12000, "mount_rotation": 0}
    before = {
        **after,
        **chance.choice(
            [{"alarm_distance": 2500, "led_mode": "disabled"}, {"alarm_distance": 5000, "pre_alarm_distance": 5000}, {"channel": 0}]
        ),
    }
    return {"changed": changed, "configuration": after, "diff": {"before": before if changed else after, "after": after}}
