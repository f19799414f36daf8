# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that tell a person how far long work is: few enough to read, and none for work that is soon done."""

from __future__ import annotations

import typing as t

from .wait import Clock

INTERVAL = 5.0
"""Seconds between two lines of one device, and before the first one."""


class Progress:
    """``say`` gets a line at most every ``interval`` seconds. ``say`` None: silent."""

    def __init__(self, say: t.Callable[[str], None] | None, *, clock: Clock | None = None, interval: float = INTERVAL) -> None:
        self._say = say
        self._clock = clock or Clock()
        self._interval = interval
        self._last = self._clock.now()

    def tell(self, line: t.Callable[[], str]) -> None:
        """Say ``line()`` when it is time to; else it is not even made."""
        if self._say is None or self._clock.now() - self._last < self._interval:
            return
        self._last = self._clock.now()
        self._say(line())


def share_done(done: int, total: int) -> str:
    """``45 % (1.2 of 2.7 MB)``. Sizes in bytes."""
    percent = 100 * done // total if total else 100
    unit, size = ("MB", 1e6) if total >= 1_000_000 else ("kB", 1e3)
    return f"{percent} % ({done / size:.1f} of {total / size:.1f} {unit})"
