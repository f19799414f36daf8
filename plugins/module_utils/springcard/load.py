# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One load, from the request to the reader that is back with the new firmware.

What the WebSocket says counts. Where it says nothing (closed, silent, not reached), ``/devices`` is read: a reader that was away and
is back has restarted. Either way the firmware is read at the end.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.errors import BusyError, DeadlineError, DeviceError, FailedError, NotTakenError
from ..core.wait import Clock, Deadline, Pending, wait_until
from .client import GONE, STARTING, CompanionClient
from .decision import Decision
from .events import Listener, Progress
from .reader import Firmware, Reader, attached, find_again, running
from .source import Source

POLL = 0.5
"""Seconds between two looks at the devices."""

SILENCE = 2.0
"""Seconds without news on an open WebSocket, after which the devices are looked at as well."""

SETTLE = 5.0
"""Seconds for which a reader that reported success may still answer with its old firmware, since it restarts only then."""

RETURNED = 30.0
"""Seconds for which a reader that came back with its old firmware may still be on its way, when no event says how the load ended.

And for which one that shows no restart must answer with its new firmware, when that equals its old one.
"""

DOUBT = 10.0
"""Seconds in which a load whose request got no answer shows itself, if it was started."""

REPEATS = 2
"""How often a request that was lost, and took no effect, is sent again."""

GO_ON = "Run the task again: it compares before it loads anything, and waits for a load that is under way."


class Task(t.Protocol):
    """What a load needs of the task it works for."""

    def warn(self, message: str) -> None: ...
    def progress(self, message: str) -> None: ...


def patiently(work: t.Callable[[], t.Any], deadline: Deadline, what: str) -> t.Any:
    """``work()``, waiting while another request has the reader (409) or the service is starting (503)."""

    def attempt() -> t.Any:
        try:
            return (work(),)
        except DeviceError as error:
            if not passes(error):
                raise
            return Pending(error.message)

    return wait_until(attempt, deadline=deadline, what=what, go_on=GO_ON, interval=0.5, longest_interval=3.0)[0]


def passes(error: DeviceError) -> bool:
    """Whether an error is over by itself after a while."""
    return isinstance(error, BusyError) or error.http_status == STARTING


class Load:
    """Loads ``source`` into ``reader`` as ``decision`` says, before ``deadline``."""

    def __init__(
        self,
        task: Task,
        client: CompanionClient,
        listener: Listener,
        reader: Reader,
        source: Source,
        decision: Decision,
        deadline: Deadline,
    ) -> None:
        self.reader = reader
        self._task = task
        self._client = client
        self._listener = listener
        self._source = source
        self._decision = decision
        self._deadline = deadline
        self._clock: Clock = deadline.clock
        self._first = reader
        self._label = reader.label
        self._begun = self._clock.now()
        self._heard: float | None = None
        self._ill_since: float | None = None
        self._percent = -10
        self._succeeded: float | None = None
        self._restarted = False
        self._old_since: float | None = None
        self._target_since: float | None = None
        self._state = "the service took the request"

    # The request

    def start(self) -> bool:
        """Send the request until the service took it. False: another run has loaded the same firmware meanwhile.

        Raises what the service answers, and :class:`DeadlineError` when the reader stays locked.
        """
        lost = 0
        while True:
            try:
                return self._request()
            except DeviceError as error:
                if not error.uncertain:
                    raise
                doubt = error
            if self._took_effect(doubt):
                self._task.warn(f"{doubt.message} The load was started nevertheless.")
                return True
            lost += 1
            if lost > REPEATS or doubt.http_status == 500:
                doubt.hint = f"The load was not started, as far as can be seen. {doubt.hint}".strip()
                raise doubt
            self._task.warn(f"{doubt.message} The load was not started; the request is sent again.")

    def _request(self) -> bool:
        """Once the reader is free. Whoever had it may have loaded the same firmware, so it is looked at before it is asked again."""
        locked = False

        def attempt() -> tuple[bool] | Pending:
            nonlocal locked
            if locked:
                found = self._found()
                if found is None:
                    return Pending("the reader is away")
                if not self._decision.same and self._has_target(found):
                    return (False,)
                self._adopt(found)
            try:
                self._source.send(self._client, self.reader.id)
            except DeviceError as error:
                if not passes(error) and not (error.http_status == GONE and (locked or self._moved())):
                    raise
                locked = True
                return Pending(error.message)
            return (True,)

        what = f"{self._label} to take a firmware"
        return wait_until(attempt, deadline=self._deadline, what=what, go_on=GO_ON, interval=0.5, longest_interval=3.0)[0]

    def _found(self) -> Reader | None:
        """The reader as it is now, if the service knows it."""
        try:
            return find_again(attached(self._client), self._first)
        except DeviceError:
            return None

    def _has_target(self, found: Reader) -> bool:
        try:
            return Decision(running(self._client, found), self._decision.target, False).same
        except DeviceError:
            return False

    def _moved(self) -> bool:
        """Whether the reader is there under another id than the one that was asked."""
        found = self._found()
        return found is not None and found.id != self.reader.id

    def _adopt(self, found: Reader) -> None:
        """Ask the reader by the id that it has now; another one later than this means that it restarted."""
        self.reader = self._first = dataclasses.replace(found, twins=self._first.twins)

    def _took_effect(self, doubt: DeviceError) -> bool:
        """Whether a load whose request got no answer was started: news of it, a locked reader, a restart, or the new firmware."""
        grace = Deadline(min(DOUBT, self._deadline.left), self._clock)
        answered = False
        while True:
            self._listen(min(POLL, grace.left))
            if self._heard is not None or self._succeeded is not None:
                return True
            try:
                found = find_again(attached(self._client), self._first)
                if found is None or found.id != self.reader.id or found.status != "ok":
                    return True
                now = running(self._client, found)
                if not self._decision.same and Decision(now, self._decision.target, False).same:
                    return True
                answered = True
            except BusyError:
                return True
            except DeviceError as error:
                if error.http_status == GONE:
                    return True
            if grace.left <= 0:
                if answered:
                    return False
                doubt.facts["took_effect"] = "unknown"
                doubt.changed = True
                doubt.hint = f"It is unknown whether the load was started. {GO_ON}"
                raise doubt

    # The wait

    def finish(self) -> Firmware:
        """Wait until the reader is back, and return what it runs. Sets ``reader``.

        Raises :class:`FailedError` (``failed``, ``cancelled``), :class:`NotTakenError`, :class:`DeadlineError`.
        """
        self._begun = self._clock.now()
        while True:
            self._listen(min(POLL, self._deadline.left))
            if self._should_look():
                found = self._look()
                if found is not None:
                    return found
            if self._deadline.left <= 0:
                raise DeadlineError(
                    f"Waited {self._deadline.timeout:g} s for {self._label} with its new firmware, in vain. Last seen: {self._state}.",
                    hint=GO_ON,
                    changed=True,
                    facts={"last": {"state": self._state}},
                )

    def _listen(self, seconds: float) -> None:
        """Take in what the WebSocket says within ``seconds``; returns early when it said something of this reader."""
        end = Deadline(seconds, self._clock)
        while True:
            news = self._listener.next(end.left)
            if news is not None and news.device_id == self.reader.id:
                self._take(news)
                return
            if end.left <= 0:
                return

    def _take(self, news: Progress) -> None:
        self._heard = self._clock.now()
        self._state = f"{news.status}{'' if news.percent is None else f', {news.percent} %'}"
        if news.status == "success":
            self._succeeded = self._succeeded or self._clock.now()
            self._task.progress(f"{self._label}: loaded, it restarts")
        elif news.status == "failed":
            raise FailedError(
                f"Loading {self._source.name} into {self._label} failed; it restarts in fail-safe mode.",
                code="failed",
                changed=True,
                hint="Look at it with springcard_info, then run the task again. If its firmware cannot be read there, force is needed.",
            )
        elif news.status == "cancelled":
            raise FailedError(
                f"Loading {self._source.name} into {self._label} was cancelled; it restarts.",
                code="cancelled",
                changed=True,
                hint="Run the task again.",
            )
        elif news.percent is not None and news.percent >= self._percent + 10:
            self._percent = news.percent
            self._task.progress(f"{self._label}: loading, {news.percent} %")

    def _should_look(self) -> bool:
        if self._succeeded is not None or not self._listener.alive:
            return True
        return self._clock.now() - (self._heard or self._begun) >= SILENCE

    def _look(self) -> Firmware | None:
        """The firmware of a reader that is done; None while it is not."""
        try:
            found = find_again(attached(self._client), self._first, restarted=True)
        except DeviceError as error:
            self._state = error.message
            return None
        if found is None or found.status != "ok":
            self._wait_for(found)
            return None
        self._restarted = self._restarted or found.id != self._first.id
        try:
            firmware = running(self._client, found)
        except DeviceError as error:
            self._state = error.message
            return None
        return self._judge(found, firmware)

    def _wait_for(self, found: Reader | None) -> None:
        """A reader that is away, or there and not well. One that stays in trouble after it restarted is a failed load."""
        was_away = self._restarted
        self._restarted, self._old_since = True, None
        if found is None:
            self._state, self._ill_since = "it is away", None
            return
        self._state = f"its status is {found.status}"
        if found.status != "error" or not (was_away or found.id != self._first.id):
            return
        now = self._clock.now()
        self._ill_since = self._ill_since or now
        if now - self._ill_since >= self._patience:
            raise FailedError(
                f"{found.title} is back with the status error after {self._source.name} was loaded.",
                code="failed",
                changed=True,
                hint="It is probably in fail-safe mode. Look at it with springcard_info, then run the task again.",
            )

    @property
    def _patience(self) -> float:
        """Seconds for a load that no event tells of: by Bluetooth or a serial line it takes minutes."""
        quick = str(self._first.device.get("Channel", "usb")).lower() in {"usb", "network"}
        return RETURNED if quick else 10 * RETURNED

    @property
    def _proven(self) -> bool:
        """Whether a reader that has the target must have been loaded: it restarted, or had another firmware."""
        return self._restarted or (not self._decision.same and self._decision.target.revision is not None)

    def _settled(self, now: float) -> bool:
        """Whether a reader that has the target, as it had before, has had the time that a load takes."""
        if self._succeeded is not None:
            return now - self._succeeded >= SETTLE
        self._target_since = self._target_since or now
        if now - self._target_since < self._patience:
            return False
        self._task.warn(f"{self._first.title} answers, and was not seen to restart; no event said how the load ended.")
        return True

    def _judge(self, found: Reader, firmware: Firmware) -> Firmware | None:
        """Done, not yet, or :class:`NotTakenError` for a reader that stays with its old firmware after it restarted."""
        decision, now = self._decision, self._clock.now()
        reached = decision.target.revision is None or Decision(firmware, decision.target, False).same
        if reached and (self._proven or self._settled(now)):
            self.reader = found
            return firmware
        shown = firmware.revision.text if firmware.revision else "unknown firmware"
        self._state = f"it answers with {shown}"
        if reached or not (self._restarted or self._succeeded is not None):
            return None
        self._old_since = self._old_since or now
        if now - self._old_since < (SETTLE if self._succeeded is not None else self._patience):
            return None
        told = "reported success" if self._succeeded is not None else "restarted"
        raise NotTakenError(
            f"{found.title} {told}, and still runs {shown} instead of {decision.shown(decision.target)}.",
            hint="Compare the family of the firmware with that of the reader; if it fits, run the task again.",
            changed=firmware != decision.current,
            facts={"not_taken": ["revision"]},
        )
