# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came when the snapshot was asked for: the answers, and what had been on its way before."""

from __future__ import annotations

from ..core.errors import ReplyError
from .link import Received
from .messages import KINDS, Message


class Snapshot:
    """Messages of the wanted ``kinds``. ``is_heard``: False when nobody has subscribed to the question.

    ``is_answered``: whether any message came after the question; the cloud has a configuration and a space of every device to send.
    """

    def __init__(self, kinds: frozenset[str]) -> None:
        self.kinds = kinds
        self.is_heard = True
        self.answers: list[Message] = []
        self._retained: list[Message] = []
        self._older: list[Message] = []
        self.is_answered = False
        self._rejected: list[tuple[str | None, str]] = []

    def add(self, message: Message, *, is_answer: bool, is_retained: bool) -> None:
        """Take a message. One of another kind only shows that the cloud answers."""
        self.is_answered |= is_answer
        if message.kind in self.kinds:
            (self.answers if is_answer else self._retained if is_retained else self._older).append(message)

    def reject(self, received: Received, error: ReplyError) -> None:
        """Note a message that is not as documented. An empty one takes back what was retained, so it says nothing."""
        if received.payload:
            self._rejected.append((KINDS.get(received.topic.split("/", 3)[-1]), str(error)))

    def of_kind(self, kind: str) -> list[Message]:
        """The answers, oldest first. Without one, what the broker holds for everybody (retained).

        What it had kept for the event source counts only when the cloud does not answer at all: it may be over by now.
        """
        chosen = [row for row in self.answers if row.kind == kind] or [row for row in self._retained if row.kind == kind]
        if not chosen and not self.is_answered:
            chosen = [row for row in self._older if row.kind == kind]
        return chosen

    @property
    def is_silent(self) -> bool:
        """Whether the cloud has sent nothing at all, so that absence tells nothing."""
        return not self.is_answered and not self._rejected

    def wrong(self, kind: str) -> list[str]:
        """Sentences about the messages of this kind that are not as documented."""
        return [text for rejected, text in self._rejected if rejected == kind]
