# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP request as a simulated device sees it, the reply it gives, and what happens to the device because of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol


class Sink(Protocol):
    """Takes the body of a request piece by piece, so that no file is ever held in memory."""

    size: int  # bytes taken so far

    def take(self, piece: bytes) -> None:
        """The next piece; raises ConnectionAbortedError to have the connection cut here."""

    def broken(self) -> None:
        """The connection ended before the body was complete."""


@dataclass
class Call:
    """A request that has arrived whole: its body in `body`, or in the `sink` that the device gave for it.

    `connection` numbers the TCP connection it came on, so that a device can know who is asking without a token.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)  # case-insensitive when it comes from the network
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)
    connection: int = 0
    sink: Sink | None = None

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return self.sink.size if self.sink is not None else len(self.body)

    @cached_property
    def json(self) -> Any:
        """The body parsed; raises ValueError when it is not JSON."""
        return json.loads(self.body)


@dataclass
class Outage:
    """A time during which nobody listens at the device's address: a move to another address, or a restart.

    The device leaves its address (live connections die), `seconds` pass, `on_return` is called and may change the
    device's address, and the device listens at the address it then has. With `before_reply` the reply is lost.
    It begins `after` that many seconds.
    """

    seconds: float
    on_return: Callable[[], None] | None = None
    before_reply: bool = False
    after: float = 0.0


@dataclass
class Reply:
    """What a device answers. `data` is sent as JSON unless `raw` is given."""

    data: Any = None
    status: int = 200
    raw: bytes | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    refused: str | None = None  # why the device would not do it, for the record
    outage: Outage | None = None

    @cached_property
    def body(self) -> bytes:
        """The bytes on the wire."""
        return self.raw if self.raw is not None else json.dumps(self.data, separators=(",", ":")).encode()
