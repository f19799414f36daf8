# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud as a task sees it: publish, and ask for the snapshot. Each task has a short connection of its own."""

from __future__ import annotations

import typing as t

from ..core.errors import DeadlineError, DeviceError, RefusedError, ReplyLost, UnreachableError
from ..core.requirements import require
from ..core.wait import Clock, Deadline
from .account import Account, account_of
from .link import Link, LinkLost, is_final
from .messages import INBOUND, Message, parse, topic_of

Value = t.TypeVar("Value")


class Task(t.Protocol):
    """What a client needs of the task it works for."""

    params: t.Mapping[str, t.Any]


class XyteClient:
    """One device in the cloud. As a context manager it always logs out. It connects when it is first used."""

    def __init__(self, account: Account, clock: Clock | None = None) -> None:
        require("paho-mqtt", "jsonschema")
        self.account = account
        self.device_id = account.device_id
        self._clock = clock or Clock()
        self._link: Link | None = None
        self._sent = False

    @classmethod
    def open(cls, task: Task) -> XyteClient:
        """A client for the device that the task's options describe. Use it in a ``with`` statement."""
        return cls(account_of(task.params))

    def __enter__(self) -> XyteClient:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def publish(self, topic: str, payload: bytes, correlation: bytes | None = None) -> None:
        """Send to a topic; returns when the broker has acknowledged it. It may arrive twice when an acknowledgement was lost.

        Raises :class:`RefusedError` with the broker's reason code, :class:`ReplyLost` when it is not known whether it arrived.
        """
        deadline = Deadline(self.account.timeout, self._clock)
        self._sent = False

        def send(link: Link) -> None:
            self._sent = True
            link.publish(topic, payload, correlation, deadline)

        self._keep_trying(send, deadline, f"the message to {topic}")

    def snapshot(self, kinds: t.Iterable[str], seconds: float, enough: t.Callable[[t.Sequence[Message]], bool]) -> list[Message]:
        """Ask for the snapshot and collect messages of these kinds until there are ``enough``, at most for some seconds.

        What the cloud has nothing of it does not send, so absence shows only when the time is over.
        """
        topics = [topic_of(self.device_id, INBOUND[kind].topic) for kind in kinds]
        deadline = Deadline(self.account.timeout, self._clock)
        self._sent = False

        def ask(link: Link) -> None:
            link.subscribe(topics, deadline)
            link.publish(topic_of(self.device_id, "get"), b"", None, deadline)

        self._keep_trying(ask, deadline, "the request for the snapshot")
        found: list[Message] = []
        self._collect(topics, Deadline(seconds, self._clock), found, enough)
        return found

    def _collect(
        self, topics: t.Collection[str], patience: Deadline, found: list[Message], enough: t.Callable[[t.Sequence[Message]], bool]
    ) -> None:
        """What was left over from before the question is kept, yet does not count as its answer."""
        left_over = len(self._link.inbox) if self._link else 0
        while not enough(found[left_over:]):
            try:
                received = self._link.receive(patience.left) if self._link else None
            except LinkLost:
                return
            if received is None:
                return
            message = parse(self.device_id, received.topic, received.payload, received.properties, received.mid)
            if message is None or received.topic not in topics:
                left_over = max(0, left_over - 1)
                continue
            found.append(message)
            # A command is left for the event source, if there is one: the broker delivers it again.
            if received.qos == 1 and message.kind != "command" and self._link:
                self._link.acknowledge(received)

    def _keep_trying(self, work: t.Callable[[Link], Value], deadline: Deadline, what: str) -> Value:
        """``work`` with a connection; a lost one is made again, with growing pauses, until the deadline."""
        pause = 0.2
        while True:
            try:
                return work(self._connected(deadline))
            except LinkLost as lost:
                trouble = lost
            except DeadlineError as error:
                raise self._in_vain(error.message, what) from None
            except DeviceError:
                raise
            self._forget()
            if is_final(trouble.reason):
                raise RefusedError(f"{self.account.name} refused {what}: {trouble.text}.", code=trouble.reason)
            if deadline.left <= pause:
                raise self._in_vain(f"{self.account.name} cannot be used: {trouble.text}.", what)
            self._clock.sleep(pause)
            pause = min(pause * 2, 5.0)

    def _in_vain(self, text: str, what: str) -> DeviceError:
        tried = f"Tried for {self.account.timeout:g} s."
        if self._sent:
            return ReplyLost(
                f"{text} {tried} {what[0].upper()}{what[1:]} was sent and not acknowledged, so it may have arrived.",
                hint="Run the task again.",
            )
        return UnreachableError(f"{text} {tried}", hint="Nothing was sent. Check the broker's address, and the network on the way.")

    def _connected(self, deadline: Deadline) -> Link:
        if self._link is None:
            link = Link(self.account)
            try:
                link.connect(deadline)
            except BaseException:
                link.close()
                raise
            self._link = link
        return self._link

    def _forget(self) -> None:
        if self._link is not None:
            self._link.drop()
            self._link = None
