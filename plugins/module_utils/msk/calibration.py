# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calibrating a sensor, /calibrationStatus and /calibrationData (sections 3.6 and 3.7)."""

from __future__ import annotations

import contextlib
import typing as t

from ..core.errors import DeviceError, FailedError, NotTakenError, RefusedError
from ..core.progress import Progress
from ..core.wait import Clock, check_seconds
from .client import MskClient
from .replies import CALIBRATION, CONFIGURATION

STOP, SAVE = 0, 3
START = {"standard": 1, "zone": 2}
"""``operation`` (section 3.6.1)."""

GOOD, POOR = 0, 223
"""What "stop" answers when the data can be saved (section 3.6.2)."""

COEFFICIENT = "calibrationCoefficient"

REPEATS = 2
"""How often an operation whose reply was lost is sent again."""


class Found(t.NamedTuple):
    """What a calibration found. ``quality``: ``good`` or ``poor``."""

    coefficient: float | None
    mse: float | None
    quality: str | None


def calibrate(task: t.Any, sensor: MskClient) -> dict[str, t.Any]:
    """The whole of msk_calibration, from its options to its result."""
    params = task.params
    check_seconds("duration", params["duration"])
    before = read_coefficient(sensor)
    found = Found(None, None, None) if task.check_mode else Calibration(task, sensor).run()
    after = before if not params["save"] else "will be measured" if task.check_mode else found.coefficient
    diff = {"before": {"calibration_coefficient": before}, "after": {"calibration_coefficient": after}}
    return {"changed": params["save"], **found._asdict(), **({"diff": diff} if task.diff else {})}


def read_coefficient(sensor: MskClient) -> float | None:
    """The coefficient in force, from /sensorConfiguration."""
    value: float | None = sensor.get("/sensorConfiguration", CONFIGURATION)["configuration"].get(COEFFICIENT)
    return value


class Calibration:
    """One calibration. A sensor is never left calibrating: whatever happens, it is stopped."""

    def __init__(self, task: t.Any, sensor: MskClient, clock: Clock | None = None) -> None:
        self._task = task
        self._sensor = sensor
        self._clock = clock or Clock()
        self._running = False

    def run(self) -> Found:
        """Start, let it measure, stop, judge, save. Raises :class:`FailedError` when the data are not good enough."""
        try:
            self._start()
            self._measure()
            code = self._finish()
        finally:
            if self._running:
                with contextlib.suppress(DeviceError):
                    self._stop()
        found = self._judge(code)
        if self._task.params["save"]:
            self._save(found)
        return found

    def _start(self) -> None:
        """Start, once more when it is refused: the calibration of a run that was killed may be running, and is stopped first."""
        self._running = True
        operation = START[self._task.params["mode"]]
        try:
            self._operate(operation)
        except RefusedError as error:
            self._task.warn(f"{error.message} A calibration may be running there; it is stopped, and this one started.")
            with contextlib.suppress(RefusedError):
                self._operate(STOP)
            try:
                self._operate(operation)
            except RefusedError:
                self._running = False
                raise

    def _measure(self) -> None:
        duration = self._task.params["duration"]
        began = self._clock.now()
        progress = Progress(self._task.progress, clock=self._clock)
        while self._clock.now() - began < duration:
            self._clock.sleep(min(1.0, duration - (self._clock.now() - began)))
            progress.tell(lambda: f"calibrating, {self._clock.now() - began:.0f} of {duration:g} s")

    def _finish(self) -> int:
        try:
            return self._stop()
        except DeviceError as error:
            error.hint = (
                f"With the answer to its stop it is lost how good the calibration is, so it was not saved. Calibrate again. {error.hint}"
            )
            raise

    def _stop(self) -> int:
        """Stop; the code that tells how good the data are. A lost reply cannot be asked for again, so it is an error."""
        code = GOOD
        try:
            self._sensor.put("/calibrationStatus", {"operation": STOP})
        except RefusedError as error:
            code = int(error.code or 0)
        self._running = False
        return code

    def _operate(self, operation: int) -> None:
        """An operation that may be sent again when its reply was lost; a refusal then says that the first one worked."""
        for left in range(REPEATS, -1, -1):
            try:
                self._sensor.put("/calibrationStatus", {"operation": operation})
            except RefusedError:
                if left == REPEATS:
                    raise
            except DeviceError as error:
                if not error.uncertain or not left:
                    raise
                continue
            return

    def _judge(self, code: int) -> Found:
        """What was found, when it may be used (section 3.6.2)."""
        if code not in (GOOD, POOR):
            raise FailedError(
                f"The calibration of {self._sensor.name} failed (code {code}); the coefficient is unchanged.",
                code=code,
                hint="Calibrate again, with the reference object moving in the field of view all the time.",
            )
        data = self._sensor.get("/calibrationData", CALIBRATION)
        found = Found(data.get("value"), data.get("mse"), "good" if code == GOOD else "poor")
        if code == POOR and not self._task.params["accept_poor"]:
            raise FailedError(
                f"The calibration of {self._sensor.name} is poor (code {code}, mean square error {found.mse}); it was not saved.",
                code=code,
                hint="Calibrate again, or set accept_poor.",
                facts=found._asdict(),
            )
        return found

    def _save(self, found: Found) -> None:
        """Save, and read the coefficient back."""
        try:
            self._operate(SAVE)
            held = read_coefficient(self._sensor)
        except DeviceError as error:
            error.message = f"The calibration of {self._sensor.name} is {found.quality}, but saving it failed: {error.message}"
            error.facts.update(found._asdict())
            raise
        if found.coefficient is not None and held != found.coefficient:
            raise NotTakenError(
                f"{self._sensor.name} answered that it saved the calibration, but its coefficient is {held}, not {found.coefficient}.",
                hint="The coefficient can be set by siteops.devices.msk_config, too.",
                facts=found._asdict(),
            )
