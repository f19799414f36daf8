# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Back to factory defaults: /sensorReset (section 3.14) and /comboardReset (section 3.15)."""

from __future__ import annotations

import typing as t

from ..core.connection import endpoint_of
from ..core.errors import AuthenticationError, CertificateError, DeviceError, HTTPError, UnreachableError
from ..core.plan import Plan, Resource, converge
from ..core.wait import Clock, Deadline, Pending, wait_until
from .client import DEFAULT_PASSWORD_SET, SESSION_REFUSED, MskClient
from .follow import Follower
from .presence import answers
from .replies import CONFIGURATION

FACTORY_ADDRESS = "192.168.0.50"
"""Where a sensor without a static address of its own is (section 3.9.1)."""

COUNT = "configurationsCount"

GONE_BY = 3.0
"""Seconds after the reset of a communication board before which an answer at its old address does not count: it is about to go."""


KEPT_AFTER = 8.0
"""Seconds after the reset of a communication board, its reply lost, when one that opens with its password was not reset."""

RESTARTING = 2.0
"""Seconds after the reset of a sensor before it is read: a restart, of which the document does not speak, has begun by then."""

REPEATS = 2
"""How often a reset of a communication board that did not take effect is sent again."""


class SensorDefaults(Resource):
    """The sensor's configuration as from the factory. ``configurationsCount`` is 0 then (section 3.3.1)."""

    name = "reset"

    def __init__(self, task: t.Any, sensor: MskClient) -> None:
        self.label = f"The configuration of {sensor.name}"
        self._task = task
        self._sensor = sensor
        self._sent = self._accepted = False

    def read(self) -> dict[str, t.Any]:
        """Before the reset, and after it: through a restart, with ``wait``; without, nobody looks at one that was accepted."""
        if not self._sent:
            return self._held()
        if self._task.params["wait"]:
            return self._wait()
        return {COUNT: 0} if self._accepted else self._held()

    def _held(self) -> dict[str, t.Any]:
        return dict(self._sensor.get("/sensorConfiguration", CONFIGURATION)["configuration"])

    def plan(self, current: dict[str, t.Any], desired: t.Any) -> Plan:
        before = self.view(current)
        return Plan(before=before, after=desired, changes=desired if before != desired else {})

    def apply(self, plan: Plan) -> None:  # noqa: ARG002 (there is nothing to choose)
        self._sent, self._accepted = True, False
        self._sensor.put("/sensorReset")
        self._accepted = True

    def _wait(self) -> dict[str, t.Any]:
        def poll() -> dict[str, t.Any] | Pending:
            try:
                return self._held()
            except DeviceError as error:
                return Pending(error.message)

        deadline = Deadline(self._task.params["wait_timeout"])
        deadline.clock.sleep(min(RESTARTING, deadline.left))
        go_on = "Check that it has power and a link, then run the task again."
        return wait_until(poll, deadline=deadline, what=f"{self._sensor.name} to answer after its reset", go_on=go_on)

    def view(self, current: dict[str, t.Any]) -> dict[str, t.Any]:
        return {"configurations_count": current.get(COUNT)}


def reset_sensor(task: t.Any) -> dict[str, t.Any]:
    """Reset the sensor's configuration, unless nobody has configured it since the last reset."""
    with MskClient.open(task) as sensor:
        result = converge(task, SensorDefaults(task, sensor), {"configurations_count": 0})
    result.pop("reset")
    return {**result, "component": "sensor", "host": task.params["host"]}


def reset_com_board(task: t.Any) -> dict[str, t.Any]:
    """Reset network settings, password and name, and find the sensor again in its factory network.

    A board whose password is the factory's was reset already: until that is changed it refuses to be configured (section 3.12.2).
    """
    host = task.params["host"]
    target = task.params["follow_host"] or FACTORY_ADDRESS
    with MskClient.unopened(task) as sensor:
        code = _log_in(sensor, task.params["password"])
        if code == DEFAULT_PASSWORD_SET:
            return {"changed": False, "component": "com_board", "host": host, **_diff(task, "factory defaults")}
        if not task.check_mode:
            target = ComBoardReset(task, sensor, [target, host], logged_in=code is not None).run()
    return {"changed": True, "component": "com_board", "host": target, **_diff(task, "configured")}


def _diff(task: t.Any, before: str) -> dict[str, t.Any]:
    return {"diff": {"before": {"com_board": before}, "after": {"com_board": "factory defaults"}}} if task.diff else {}


def _log_in(sensor: MskClient, password: str | None) -> int | None:
    """The login's code; None when no password opens it: shortly after it got power, a reset needs none (section 3.15)."""
    try:
        return sensor.log_in(password) if password else None
    except AuthenticationError:
        return None


class ComBoardReset:
    """One reset of a communication board, from the PUT to its answer in the factory network, at the first of ``hosts`` that answers."""

    def __init__(self, task: t.Any, sensor: MskClient, hosts: t.Sequence[str], *, logged_in: bool, clock: Clock | None = None) -> None:
        self._task = task
        self._sensor = sensor
        self._hosts = list(dict.fromkeys(hosts))
        self._password = task.params["password"] if logged_in else None
        self._clock = clock or Clock()
        self._kept = False
        self._follower = Follower(task, sensor, None, self._password)

    def run(self) -> str | None:
        """Reset; where the sensor answers now, None when nobody looked. One that did not get the request gets it again."""
        doubt = self._apply()
        for left in range(REPEATS, -1, -1):
            if doubt is None:
                self._sensor.forget_session()
            host = self._await(doubt) if self._task.params["wait"] else None
            if doubt is None or host is not None:
                return host
            if not self._task.params["wait"]:
                raise doubt
            if not left:
                doubt.facts["took_effect"] = "no"
                doubt.hint = (
                    "The communication board still opens with its password: it was not reset. Run the task again once it answers well."
                )
                raise doubt
            self._task.warn(f"{doubt.message} The communication board still opens with its password, so the reset is sent again.")
            doubt = self._apply_again(doubt)
        raise AssertionError("the last round returns or raises")

    def _await(self, doubt: DeviceError | None) -> str | None:
        """Where the sensor answers now; None when a reset whose reply was lost did not take effect."""
        began = self._clock.now()
        try:
            found = wait_until(
                lambda: self._look(began, doubt),
                deadline=Deadline(self._task.params["wait_timeout"], self._clock),
                what=f"{self._sensor.name} to answer with factory settings at {' or '.join(self._hosts)}",
                go_on="Set follow_host to where it goes, for instance its name, and see that this host reaches that network.",
                interval=0.5,
                longest_interval=5.0,
            )
        except DeviceError as error:
            error.changed = True
            error.facts["took_effect"] = "yes" if doubt is None else "unknown"
            if doubt is not None:
                error.message = f"{doubt.message} {error.message}"
            raise
        return found or None

    def _apply_again(self, doubt: DeviceError) -> DeviceError | None:
        """What keeps it from being sent again says that the first one took effect, if late: another password, or nobody there."""
        try:
            return self._apply()
        except (AuthenticationError, UnreachableError):
            return doubt

    def _apply(self) -> DeviceError | None:
        """PUT. A lost reply is no failure: what answers afterwards shows whether it took effect."""
        client = self._sensor
        if self._password is None:
            client = MskClient(endpoint_of(self._task.params), None, self._task.hide)
        try:
            client.put("/comboardReset")
        except HTTPError as error:
            if error.http_status not in SESSION_REFUSED:
                raise
            raise AuthenticationError(
                f"{self._sensor.name} does not open with this password, and refuses a reset without a login (HTTP {error.http_status}).",
                http_status=error.http_status,
                hint="Within 20 s after it gets power it accepts one: switch its power off and on, then run the task at once.",
            ) from None
        except DeviceError as error:
            if not error.uncertain:
                raise
            return error
        return None

    def _look(self, began: float, doubt: DeviceError | None) -> str | Pending:
        """The address at which it was reset; empty when it was not, and was asked in vain."""
        notes = []
        self._kept = False
        for host in self._hosts:
            note = self._state_at(host, began)
            if not note:
                return host
            notes.append(note)
        if doubt is not None and self._kept and self._clock.now() - began >= KEPT_AFTER:
            return ""
        return Pending(" ".join(notes))

    def _state_at(self, host: str, began: float) -> str:
        """Empty when a sensor that was reset answers there, else a sentence. It is known by refusing the password that it had."""
        if host == self._sensor.host and self._clock.now() - began < GONE_BY:
            return f"{host} was not asked yet."
        if self._password is None:
            try:
                return answers(endpoint_of(self._task.params, host=host))
            except CertificateError as error:
                return error.message
        note = ""
        for name in self._follower.names(host):
            client = self._follower.connect(host, name)
            try:
                return self._refusal_by(client, self._password)
            except CertificateError as error:
                note = error.message
            except DeviceError as error:
                return error.message
            finally:
                client.close()
        return note

    def _refusal_by(self, client: MskClient, password: str) -> str:
        """Empty when the sensor does not open with the password that it had any more, or says that this is the factory's."""
        self._sensor.hand_over(client)
        try:
            if client.log_in(password) == DEFAULT_PASSWORD_SET:
                return ""
        except AuthenticationError:
            return ""
        self._kept = self._kept or client.host == self._sensor.host
        return f"{client.name} still opens with its password."
