# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud as a task sees it: publish, and ask for the snapshot. Each task has a short connection of its own."""

from __future__ import annotations

import typing as t

from ..core.errors import DeadlineError, DeviceError, RefusedError, ReplyError, ReplyLost, UnreachableError
from ..core.requirements import require
from ..core.wait import Clock, Deadline
from .account import Account, account_of
from .link import QUIET, Link, LinkLost, Received, advice, is_final
from .messages import INBOUND, Message, parse, topic_of
from .snapshot import Snapshot

Value = t.TypeVar("Value")

QUESTION = "the request for the snapshot"
LOSSES = 5
"""So often a connection may be lost while the snapshot is collected."""

LEAST = 0.5
"""Seconds that the cloud has for its answer after the last question, when a lost connection has taken the time."""


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
        self._began_session = False  # by a connection that was lost since
        self._sent = False

    @classmethod
    def open(cls, task: Task) -> XyteClient:
        """A client for the device that the task's options describe. Use it in a ``with`` statement."""
        return cls(account_of(task.params))

    def __enter__(self) -> XyteClient:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._link is not None:
            self._link.is_new_session |= self._began_session
            self._link.close()
            self._link = None

    def publish(self, topic: str, payload: bytes, correlation: bytes | None = None) -> bool:
        """Send to a topic; returns when the broker has acknowledged it. It may arrive twice when an acknowledgement was lost.

        Returns False when the broker says that nobody has subscribed to the topic.
        Raises :class:`RefusedError` with the broker's reason code, :class:`ReplyLost` when it is not known whether it arrived.
        """
        deadline = Deadline(self.account.timeout, self._clock)
        self._sent = False

        def send(link: Link) -> bool:
            self._sent = True
            return link.publish(topic, payload, correlation, deadline)

        return self._keep_trying(send, deadline, f"the message to {topic}")

    def snapshot(self, kinds: t.Iterable[str], seconds: float, enough: t.Callable[[t.Sequence[Message]], bool]) -> Snapshot:
        """Ask for the snapshot and collect messages of these kinds until there are ``enough``, at most for some seconds.

        What the cloud has nothing of it does not send, so absence shows only when the time is over. When the connection is
        lost meanwhile, it is made again and the snapshot asked for anew. Raises :class:`UnreachableError` when that does not help.
        """
        found = Snapshot(frozenset(kinds))
        self._sent = False
        patience: Deadline | None = None
        for loss in range(LOSSES):
            self._ask(found)
            patience = patience or Deadline(seconds, self._clock)
            try:
                self._collect(found, Deadline(max(patience.left, min(seconds, LEAST)), self._clock), enough)
            except LinkLost as lost:
                self._forget()
                self._check_final(lost, QUESTION)
                trouble = lost
            else:
                return found
            self._clock.sleep(0.2 * 2**loss)
        raise UnreachableError(
            f"{self.account.name} cannot be used: {trouble.text}, {LOSSES} times while the snapshot was collected.",
            code=trouble.reason,
            hint="Nothing was reported to the cloud. Check whether something else is connected with this device_id.",
        )

    def _ask(self, found: Snapshot) -> None:
        deadline = Deadline(self.account.timeout, self._clock)
        topics = {kind: topic_of(self.device_id, row.topic) for kind, row in INBOUND.items()}

        def ask(link: Link) -> None:
            link.subscribe(topics.values(), deadline, {topics[kind] for kind in found.kinds})
            if not link.is_new_session:
                # What waits there for the event source was sent before the question.
                while deadline.left > 0 and (received := link.receive(QUIET)) is not None:
                    self._take(link, received, found, is_answer=False)
            found.is_heard = link.publish(topic_of(self.device_id, "get"), b"", None, deadline)

        self._keep_trying(ask, deadline, QUESTION)

    def _collect(self, found: Snapshot, patience: Deadline, enough: t.Callable[[t.Sequence[Message]], bool]) -> None:
        link = t.cast("Link", self._link)
        while not enough(found.answers):
            received = link.receive(patience.left)
            if received is None:
                return
            self._take(link, received, found, is_answer=not received.retain)

    def _take(self, link: Link, received: Received, found: Snapshot, *, is_answer: bool) -> None:
        try:
            message = parse(self.device_id, received.topic, received.payload, received.properties, received.mid)
        except ReplyError as error:
            found.reject(received, error)
            message = None
        if message is not None:
            found.add(message, is_answer=is_answer, is_retained=received.retain)
        # A command is left for the event source, if there is one: the broker delivers it again. So is what nobody asked for.
        if received.qos == 1 and (message is None or message.kind in found.kinds - {"command"}):
            link.acknowledge(received)

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
            self._forget()
            self._check_final(trouble, what)
            if deadline.left <= pause:
                raise self._in_vain(f"{self.account.name} cannot be used: {trouble.text}.", what, trouble.reason)
            self._clock.sleep(pause)
            pause = min(pause * 2, 5.0)

    def _check_final(self, lost: LinkLost, what: str) -> None:
        """Raise :class:`RefusedError` when another connection would end the same way."""
        if is_final(lost.reason):
            raise RefusedError(
                f"{self.account.name} refused {what}: {lost.text} (reason code {lost.reason}).", code=lost.reason, hint=advice(lost.reason)
            )

    def _in_vain(self, text: str, what: str, reason: int | None = None) -> DeviceError:
        tried = f"Tried for {self.account.timeout:g} s."
        if self._sent:
            return ReplyLost(
                f"{text} {tried} {what[0].upper()}{what[1:]} was sent and not acknowledged, so it may have arrived.",
                code=reason,
                hint="Run the task again.",
            )
        state = "Nothing was reported to the cloud." if what == QUESTION else "Nothing was sent."
        return UnreachableError(f"{text} {tried}", code=reason, hint=f"{state} {advice(reason)}")

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
            self._began_session |= self._link.is_new_session
            self._link.drop()
            self._link = None
