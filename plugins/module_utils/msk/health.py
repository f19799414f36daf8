# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a sensor fit for its work? Frames per second, faults and tampering, and how it hangs."""

from __future__ import annotations

import typing as t

from ..core.errors import DeadlineError
from ..core.wait import Deadline, Pending, wait_until
from .client import MskClient
from .info import read_alarms
from .installation import misplaced
from .replies import CONFIGURATION, POSITION

FPS_NORMAL = 100
"""Frames per second that a sensor reaches under normal conditions (sections 3.1.1 and 3.2.1)."""

MAX_AGE = 60.0
"""Age from which an alarm counts as history, in the unit of the sensor's ``elapsedTime``."""

FAULT, TAMPER = 2, 3


def read_health(sensor: MskClient, *, min_fps: float, tolerance: float | None, max_age: float) -> dict[str, t.Any]:
    """``healthy``, ``problems`` (sentences), and what was read: ``fps``, ``alarms``, ``position``.

    ``tolerance``: degrees between the configured and the measured mount; None: not compared. ``max_age``: /alarmStatus
    goes on showing the latest alarms after they ended, so those whose ``elapsedTime`` is above this are history.
    """
    status = read_alarms(sensor)
    position = sensor.get("/sensorPositionStatus", POSITION)
    problems = []
    fps = status.get("fps")
    if fps is None or fps < min_fps:
        problems.append(f"It processes {fps} frames per second; {min_fps:g} or more are normal.")
    problems += [_alarm_sentence(alarm) for alarm in status["alarms"] if _is_current(alarm, status, max_age)]
    if tolerance is not None:
        configuration = sensor.get("/sensorConfiguration", CONFIGURATION)["configuration"]
        mount = {"mount_elevation": configuration.get("mountElevation"), "mount_rotation": configuration.get("mountRotation")}
        problems += misplaced(mount, position, tolerance)
    return {
        "healthy": not problems,
        "problems": problems,
        "fps": fps,
        "alarms": status["alarms"],
        "position": {"elevation": position["elevation"], "rotation": position["rotation"]},
    }


def await_health(sensor: MskClient, *, timeout: float, min_fps: float, tolerance: float | None, max_age: float) -> dict[str, t.Any]:
    """The first :func:`read_health` that is healthy; after ``timeout`` seconds the latest one, whatever it is."""
    latest: dict[str, t.Any] = {}

    def poll() -> dict[str, t.Any] | Pending:
        latest.update(read_health(sensor, min_fps=min_fps, tolerance=tolerance, max_age=max_age))
        return latest if latest["healthy"] else Pending(" ".join(latest["problems"]))

    try:
        return wait_until(poll, deadline=Deadline(timeout), what=f"{sensor.name} to be healthy", go_on="", longest_interval=3.0)
    except DeadlineError:
        return latest


def read_faults(sensor: MskClient, *, max_age: float = MAX_AGE) -> dict[t.Any, str]:
    """The faults that it reports now: cause -> a sentence."""
    status = read_alarms(sensor)
    faults = [alarm for alarm in status["alarms"] if alarm["type"] == FAULT and _is_current(alarm, status, max_age)]
    return {alarm.get("cause"): _alarm_sentence(alarm) for alarm in faults}


def _is_current(alarm: t.Mapping[str, t.Any], status: t.Mapping[str, t.Any], max_age: float) -> bool:
    age = alarm.get("elapsed_time", status.get("elapsed_time"))
    return alarm["type"] in (FAULT, TAMPER) and (not isinstance(age, (int, float)) or age <= max_age)


def _alarm_sentence(alarm: t.Mapping[str, t.Any]) -> str:
    cause = alarm.get("cause_name")
    named = cause.replace("_", " ") if cause else f"cause {alarm.get('cause')}"
    return f"It reports a {alarm['type_name']} alarm: {named}."
