# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting has three ends: done, failed, deadline.

``poll`` returns a value when the work is done, raises a :class:`DeviceError` when it failed, and returns a
:class:`Pending` with the state it saw while there is still something to wait for.
"""

from __future__ import annotations

import dataclasses
import math
import time
import typing as t

from .errors import DeadlineError, DeviceError, InputError

Value = t.TypeVar("Value")


def check_seconds(option: str, value: float, *, or_zero: bool = False) -> None:
    """Refuse what is no time, or has no end. Raises :class:`InputError` that names ``option``."""
    if not (0 < value < math.inf or (or_zero and value == 0)):
        raise InputError(f"{option}: {value:g} is not a time; give seconds{'' if or_zero else ' above 0'}.")


@dataclasses.dataclass(frozen=True)
class Pending:
    """Not done yet. ``state``: what was seen, for the person who reads the message of the deadline."""

    state: str
    facts: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


class Clock:
    """Monotonic time and sleep, in seconds. Tests give another one."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Deadline:
    """A point in monotonic time, ``timeout`` seconds from now."""

    def __init__(self, timeout: float, clock: Clock | None = None) -> None:
        self.timeout = timeout
        self.clock = clock or Clock()
        self._end = self.clock.now() + timeout

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - self.clock.now())


class Patience:
    """What may be seen for a moment, such as a contradiction, and is an error when it lasts for ``seconds``."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._since: float | None = None

    def begin_anew(self) -> None:
        self._since = None

    def lasts(self) -> bool:
        """Called each time that it is seen: whether that is so for too long now."""
        if self._since is None:
            self._since = self._clock.now()
        return self._clock.now() - self._since >= self._seconds

    def over(self, failure: t.Callable[[], DeviceError]) -> bool:
        """Called each time that it is seen: False, and in the end ``failure`` is raised."""
        if self.lasts():
            raise failure()
        return False


def wait_until(
    poll: t.Callable[[], Value | Pending],
    *,
    deadline: Deadline,
    what: str,
    go_on: str,
    interval: float = 1.0,
    longest_interval: float = 15.0,
) -> Value:
    """Call ``poll`` at once and then every ``interval`` seconds (growing to ``longest_interval``) until it is done.

    ``what`` names the thing waited for ("gate-03 to answer at 10.0.0.7"), ``go_on`` says what to do after the deadline.
    Raises :class:`DeadlineError` with ``facts['last']``, and whatever ``poll`` raises.
    """
    while True:
        seen = poll()
        if not isinstance(seen, Pending):
            return seen
        left = deadline.left
        if left <= 0:
            raise DeadlineError(
                f"Waited {deadline.timeout:g} s for {what}, in vain. Last seen: {seen.state.rstrip('.')}.",
                hint=go_on,
                facts={"last": {"state": seen.state, **seen.facts}},
            )
        deadline.clock.sleep(min(interval, left))
        interval = min(interval * 1.5, longest_interval)
