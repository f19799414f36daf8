# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listens for what the cloud sends a device, for as long as the caller wants: the event source without asyncio."""

from __future__ import annotations

import collections
import logging
import time
import typing as t

from ..core.errors import DeviceError, ReplyError
from ..core.wait import Deadline
from .account import Account
from .link import QUIET, TAKEN_OVER, Link, LinkLost, Received
from .messages import INBOUND, Message, parse, topic_of

LOGGER = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEP_BACK = 3.0
"""Seconds that a task of the same device is left alone: the broker gives a client id to the newest connection."""

GRACE = 3.0
"""Seconds that the cloud has to answer with the snapshot before what the broker had kept counts."""

STABLE = 10.0
"""Seconds after which a connection counts as good, so that the next loss starts with a short pause again."""


class Memory:
    """Tells what is new. A command is new once; of states (configuration, space, firmware, one license) the last one is known."""

    COMMANDS = 10_000

    def __init__(self) -> None:
        self._commands: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._states: dict[tuple[str, str], str] = {}

    def knows(self, message: Message) -> bool:
        """Whether it was remembered before."""
        if message.kind == "command":
            return message.id in self._commands
        return self._states.get(self._place(message)) == message.id

    def remember(self, message: Message) -> None:
        """From now on it is not new."""
        if message.kind != "command":
            self._states[self._place(message)] = message.id
            return
        self._commands[message.id] = None
        while len(self._commands) > self.COMMANDS:
            self._commands.popitem(last=False)

    @staticmethod
    def _place(message: Message) -> tuple[str, str]:
        return message.kind, str(message.payload.get("id", "")) if message.kind == "license" else ""


class Listener:
    """``next()`` until there is a message, ``done()`` with each, ``close()`` at the end. For one thread at a time.

    A message that is not done is delivered again: by the broker, or as part of the snapshot, for which each connection asks.
    What the broker had kept was sent before that question: a command among it may be over by now. The snapshot takes its place,
    and it counts only when the cloud does not answer.
    """

    def __init__(self, account: Account, *, step_back: float = STEP_BACK) -> None:
        self.account = account
        self._step_back = step_back
        self._link: Link | None = None
        self._memory = Memory()
        self._kept: collections.deque[Received] = collections.deque()
        self._kept_until = 0.0
        self._is_answered = False
        self._not_before = 0.0
        self._since = 0.0
        self._pause = FIRST_PAUSE
        self._was_connected = False

    def next(self, seconds: float) -> Message | None:
        """The next new message; None when there was none for so long, or while the broker is away.

        Raises :class:`DeviceError` when the first connection shows that none can work, for instance with a wrong key.
        """
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return None
            if self._link is None and not self._connects(left):
                continue
            try:
                message = self._receive(end)
            except LinkLost as lost:
                self._lose(lost)
                continue
            if message is not None:
                return message

    def _receive(self, end: float) -> Message | None:
        """What comes until then, or when the time for the answer is over, what the broker had kept."""
        link = t.cast("Link", self._link)
        until = min(end, self._kept_until) if self._kept else end
        received = link.receive(max(0.0, until - time.monotonic()))
        if received is not None:
            self._is_answered |= not received.retain
            return self._new(received)
        if not self._kept or time.monotonic() < self._kept_until:
            return None
        if not self._is_answered:
            return self._new(self._kept.popleft())
        LOGGER.info("%s messages to %s are older than the snapshot and left out", len(self._kept), self.account.device_id)
        while self._kept:
            self._drop(self._kept.popleft())
        return None

    def done(self, message: Message) -> None:
        """It is in good hands: it will not come again."""
        self._memory.remember(message)
        if self._link is not None and message.mid:
            self._acknowledge(message)

    def close(self) -> None:
        """Log out. The broker keeps for a while what comes meanwhile, for the next run."""
        if self._link is not None:
            self._link.is_new_session = False
            self._link.close()
            self._link = None

    def _connects(self, left: float) -> bool:
        pause = self._not_before - time.monotonic()
        if pause > 0:
            time.sleep(min(pause, left))
            return False
        link = Link(self.account)
        deadline = Deadline(self.account.timeout)
        try:
            link.connect(deadline)
            link.subscribe([topic_of(self.account.device_id, row.topic) for row in INBOUND.values()], deadline)
            kept = _kept_by_the_broker(link, deadline)
            link.publish(topic_of(self.account.device_id, "get"), b"", None, deadline)
        except LinkLost as lost:
            link.drop()
            self._lose(lost)
            return False
        except DeviceError as error:
            link.close()
            if not self._was_connected and error.kind != "deadline":
                raise
            self._lose(LinkLost(str(error)))
            return False
        self._link, self._was_connected, self._since = link, True, time.monotonic()
        self._kept, self._kept_until, self._is_answered = kept, self._since + GRACE, False
        LOGGER.info("connected to %s:%s as %s", self.account.host, self.account.port, self.account.device_id)
        return True

    def _lose(self, lost: LinkLost) -> None:
        """Plan the next connection: later and later, unless this one was good."""
        worked = self._link is not None
        if self._link is not None:
            self._link.drop()
            if time.monotonic() - self._since > STABLE:
                self._pause = FIRST_PAUSE
        self._link = None
        self._kept.clear()
        # Not every broker says so when it gave the client id to a task, hence never at once.
        pause = max(self._pause, self._step_back) if worked or lost.reason == TAKEN_OVER else self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._not_before = time.monotonic() + pause
        LOGGER.warning("%s of %s: %s; the next try is in %.1f s", self.account.name, self.account.device_id, lost.text, pause)

    def _new(self, received: Received) -> Message | None:
        """The message, unless it is known, not the device's, or not as documented: then it is acknowledged here."""
        try:
            mid = received.mid if received.qos else 0
            message = parse(self.account.device_id, received.topic, received.payload, received.properties, mid)
        except ReplyError as error:
            LOGGER.error("ignored: %s", error)
            message = None
        if message is not None and not self._memory.knows(message):
            return message
        self._drop(received)
        return None

    def _drop(self, received: Received) -> None:
        if received.qos:
            self._acknowledge(received)

    def _acknowledge(self, message: t.Any) -> None:
        try:
            if self._link is not None:
                self._link.acknowledge(message)
        except LinkLost as lost:
            self._lose(lost)


def _kept_by_the_broker(link: Link, deadline: Deadline) -> collections.deque[Received]:
    """What came for the session while it had no connection. What is retained is for everybody, and goes back to the inbox."""
    came: list[Received] = []
    while not link.is_new_session and deadline.left > 0 and (received := link.receive(QUIET)) is not None:
        came.append(received)
    link.inbox.extend(received for received in came if received.retain)
    return collections.deque(received for received in came if not received.retain)
