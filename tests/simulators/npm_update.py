# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The update of the simulated appliance: its states, and what a restart in the middle looks like from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .exchange import Outage
from .npm_errors import Refused, wrong_order
from .npm_images import Images
from .npm_switches import Switches

IDLE, INITIALIZING, INITIALIZED, RUNNING = "IDLE", "INITIALIZING", "INITIALIZED", "RUNNING"
FAILED_GRACEFUL, FAILED_CRITICAL = "FAILED_GRACEFUL", "FAILED_CRITICAL"
DESCRIPTIONS = {
    IDLE: "No update is in progress",
    INITIALIZING: "The update is being prepared",
    INITIALIZED: "The update is ready to start",
    RUNNING: "The update is running",
    FAILED_GRACEFUL: "The update failed: not enough space on the system partition",
    FAILED_CRITICAL: "The update failed while the system partition was written; call support",
}
START_UP_ERRORS = {
    401: ("AUTH_REQUIRED", "the user database is starting"),
    502: ("BAD_GATEWAY", "the service is starting"),
    503: ("SERVICE_UNAVAILABLE", "the service is starting"),
}


class Update:
    """State and history. What comes by itself is a queue of (when, what) on the monotonic clock, worked off when somebody looks."""

    def __init__(self, switches: Switches, images: Images, version: str) -> None:
        self._switches = switches
        self._images = images
        self.state = IDLE
        self.description = DESCRIPTIONS[IDLE]
        self.last_state_time = int(time.time()) - 3600
        self.target: str | None = None
        self.history: list[dict[str, Any]] = [{"time": int(time.time()) - 86400, "version": version}]
        self._running_version = version
        self._told_version: tuple[float, str] = (0.0, version)  # until when the old version is told
        self._coming: list[tuple[float, Callable[[], None]]] = []
        self._starting_up: list[tuple[float, int]] = []  # until when, which status

    @property
    def version(self) -> str:
        """What common/1.0/info calls sw_version."""
        self.advance()
        until, old = self._told_version
        return old if time.monotonic() < until else self._running_version

    @version.setter
    def version(self, value: str) -> None:
        self._running_version = value
        self._told_version = (0.0, value)

    def put(self, state: str, *, target: str | None = None, ends_in: float | None = None, description: str | None = None) -> None:
        """Bring it into a state; INITIALIZING and RUNNING end by themselves `ends_in` seconds later."""
        self._coming.clear()
        self._enter(state, description)
        self.target = target
        if ends_in is not None:
            ends = {INITIALIZING: self._initialized, RUNNING: self._ended}
            self._coming.append((time.monotonic() + ends_in, ends[state]))

    def advance(self) -> None:
        """Do what has become due."""
        while self._coming and self._coming[0][0] <= time.monotonic():
            self._coming.pop(0)[1]()

    def _enter(self, state: str, description: str | None = None) -> None:
        self.state = state
        self.description = DESCRIPTIONS[state] if description is None else description
        self.last_state_time = int(time.time())
        if state == IDLE:
            self.target = None

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        self._coming.append((time.monotonic() + seconds, what))
        self.advance()

    def refuse_unless(self, verb: str, *states: str) -> None:
        """409 for a verb that has no place in this state, or that comes while another one is being carried out."""
        self.advance()
        if self.state not in states or (self._coming and self.state not in {INITIALIZING, RUNNING}):
            raise wrong_order(f"{verb} while the update is {self.state}")

    def init(self) -> None:
        """POST update/init: only from IDLE, and with a VALID image."""
        self.refuse_unless("init", IDLE)
        if not self._images.valid():
            raise wrong_order("init without a valid image")

        def begin() -> None:
            self._enter(INITIALIZING)
            self._later(self._switches.init_seconds, self._initialized)

        self._later(self._switches.reaction_seconds, begin)

    def _initialized(self) -> None:
        outcome = self._switches.init_outcome
        if outcome != INITIALIZED:
            self._enter(outcome)
            return
        valid = self._images.valid()
        if self.target is None and valid:
            self.target = valid[-1 if self._switches.init_picks == "newest" else 0].version
        self._enter(INITIALIZED)

    def reset(self) -> None:
        """POST update/reset: from INITIALIZED and FAILED_GRACEFUL."""
        self.refuse_unless("reset", INITIALIZED, FAILED_GRACEFUL)
        self._later(self._switches.reaction_seconds, lambda: self._enter(IDLE))

    def start(self, restarted: Callable[[], None]) -> Outage | None:
        """POST update/start: only from INITIALIZED. The outage that the appliance goes through, if it restarts."""
        self.refuse_unless("start", INITIALIZED)
        self._later(self._switches.reaction_seconds, lambda: self._enter(RUNNING))
        seconds = self._switches
        before = seconds.reaction_seconds + seconds.run_seconds
        if not seconds.reboot_seconds:
            self._later(before, self._ended)
            return None

        def back() -> None:
            restarted()
            self.advance()
            now = time.monotonic()
            for status, duration in seconds.start_up:
                now += duration
                self._starting_up.append((now, status))
            self._coming.append((now + seconds.finish_seconds, self._ended))

        if seconds.start_reply_lost:
            return Outage(seconds.reboot_seconds, back, before_reply=True)
        return Outage(seconds.reboot_seconds, back, after=before)

    def _ended(self) -> None:
        outcome = self._switches.run_outcome
        target = self.target
        if outcome in {FAILED_GRACEFUL, FAILED_CRITICAL}:
            self._enter(outcome)
            return
        self._enter(IDLE)
        if outcome == "updated" and target is not None:
            self._told_version = (time.monotonic() + self._switches.version_lag, self._running_version)
            self._running_version = target
            self._switches.token_versions = self._switches.token_versions_after or self._switches.token_versions
            self.history.append({"time": int(time.time()), "version": target})

    def starting_up(self) -> Refused | None:
        """What every request is answered with for a while after a restart."""
        now = time.monotonic()
        self._starting_up = [row for row in self._starting_up if row[0] > now]
        if not self._starting_up:
            return None
        status = self._starting_up[0][1]
        return Refused(status, *START_UP_ERRORS.get(status, ("ERROR", "starting")), violation=False)

    def shown(self) -> dict[str, Any]:
        """The update data object."""
        self.advance()
        history = [dict(entry) for entry in self.history] if self._switches.history_told else []
        if not self._switches.history_times:
            history = [{"version": entry["version"]} for entry in history]
        if self._switches.history_newest_first:
            history.reverse()
        if not self._switches.history_builds:
            history = [{**entry, "version": entry["version"].partition(" #")[0]} for entry in history]
        answer = {
            "state": self.state,
            "state_description": self.description,
            "last_state_time": self.last_state_time,
            "update_history": history,
        }
        if self._switches.target_told and self.target is not None:
            answer["target_version"] = self.target if self._switches.target_builds else self.target.partition(" #")[0]
        return answer
