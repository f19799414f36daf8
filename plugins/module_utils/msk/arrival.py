# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""After an update: waiting until the sensor runs what it got, through the restart that comes with it.

The document does not say whether a sensor restarts, when, or how long it takes. So a restart is known by its signs: it
cannot be reached, or does not know the session any more. New software and no such sign for a moment is good. Old
software counts as a failure only after a restart; without one the sensor may still be about to begin.
"""

from __future__ import annotations

import typing as t

from ..core.errors import AuthenticationError, DeviceError, FailedError, IdentityError, ReplyLost, UnreachableError
from ..core.wait import Clock, Deadline, Pending, wait_until
from .client import MskClient
from .follow import Follower
from .identity import Identity, identity_in
from .replies import OBJECT

QUIET = 2.0
"""Seconds after the update before which no look at the sensor counts: a restart that comes with it has begun by then."""

SETTLED = 15.0
"""Seconds that a sensor may answer with the old software after a restart: a board may answer before it has started the radar."""


class Seen(t.NamedTuple):
    """One look at the sensor. ``state``: what it runs, as the end of a sentence."""

    reached: bool
    state: str


Look = t.Callable[[MskClient], Seen]


def read_same_identity(sensor: MskClient, identity: Identity) -> Identity:
    """GET /sensorInfo at one try. Raises :class:`IdentityError` when another sensor answers."""
    found = identity_in(sensor.call("GET", "/sensorInfo", retries=0).json(OBJECT), sensor.name)
    if not found.is_same(identity):
        raise IdentityError(
            f"Another sensor answers at {sensor.name}: its device ids are {' and '.join(found.ids)}, not {' and '.join(identity.ids)}."
        )
    return found


class Arrival:
    """One wait. ``look`` tells whether the sensor has arrived; ``doubt``: whether it is unknown that it began at all."""

    def __init__(
        self, task: t.Any, sensor: MskClient, identity: Identity, look: Look, *, tell: t.Callable[[float], None], clock: Clock | None = None
    ) -> None:
        self._task = task
        self._sensor = sensor
        self._identity = identity
        self._look = look
        self._tell = tell
        self._clock = clock or Clock()
        self._began = self._clock.now()
        self._old_since: float | None = None

    def wait(self, what: str, *, doubt: bool) -> None:
        """Return when it has arrived, the client logged in.

        Raises :class:`FailedError` when it kept the old software, :class:`DeadlineError`, and what the sensor answers.
        """
        deadline = Deadline(self._task.params["wait_timeout"], self._clock)
        go_on = "It may still be at work. Run the task again later: it reads the version first, and does only what is left."
        restarted = wait_until(lambda: self._watch(doubt), deadline=deadline, what=what, go_on=go_on, interval=0.25, longest_interval=2.0)
        if not restarted:
            return
        follower = Follower(self._task, self._sensor, self._identity, self._sensor.password)
        failure = follower.find([self._sensor.host], lambda found, _host: self._settle(found), deadline=deadline, go_on=go_on)
        if isinstance(failure, FailedError):
            raise failure
        renew(self._sensor)

    def _watch(self, doubt: bool) -> bool | Pending:
        """Through the session that did the update. True: it has restarted, or is about to; False: it has arrived without."""
        self._tell(self._clock.now() - self._began)
        logins = self._sensor.logins
        try:
            seen = self._look(self._sensor)
        except (AuthenticationError, ReplyLost, UnreachableError):
            return True
        except IdentityError:
            raise
        except DeviceError as error:
            return Pending(error.message)
        if self._sensor.logins != logins:
            return True
        if seen.reached:
            return Pending(seen.state) if self._is_early else False
        verdict = self._still_old(seen) if doubt else Pending(seen.state)
        if isinstance(verdict, FailedError):
            raise verdict
        return verdict

    def _settle(self, found: MskClient) -> bool | FailedError | Pending:
        """Through a new session, after a restart. A failure is returned: raised, it would be one more try that went wrong."""
        self._tell(self._clock.now() - self._began)
        seen = self._look(found)
        if seen.reached:
            return Pending(seen.state) if self._is_early else True
        return self._still_old(seen)

    @property
    def _is_early(self) -> bool:
        """Whether a restart may still be ahead, whatever was seen so far: a connection may break for other reasons."""
        return self._clock.now() - self._began < QUIET

    def _still_old(self, seen: Seen) -> FailedError | Pending:
        now = self._clock.now()
        if self._old_since is None:
            self._old_since = now
        if now - self._old_since >= SETTLED:
            return FailedError(f"{self._sensor.name} took the update, but {seen.state}.")
        return Pending(f"{self._sensor.name}: {seen.state}")


def renew(sensor: MskClient) -> None:
    """A new session in place of one that a restart has probably ended."""
    sensor.log_out()
    sensor.log_in_fully(sensor.password or "")
