# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated device remembers about the requests it got, for tests to look at."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from .exchange import Call


@dataclass
class Recorded:
    """One request. `status` is None when the connection was closed without a reply."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any  # parsed JSON; None for a body that is empty or binary
    size: int  # of the body, in bytes
    writing: bool  # whether such a request changes the device
    connection: int
    query: dict[str, str] = field(default_factory=dict)
    at: float = field(default_factory=time.time)
    status: int | None = None
    refused: str | None = None  # why the device did not do it
    fault: str | None = None  # the kind of the fault that struck it

    def as_json(self) -> dict[str, Any]:
        """The request as the control API shows it."""
        return asdict(self)


def record(call: Call, *, writing: bool) -> Recorded:
    """The record of a request that has just arrived."""
    return Recorded(
        method=call.method,
        path=call.path,
        headers=dict(call.headers),
        body=_parsed(call),
        size=call.size,
        writing=writing,
        connection=call.connection,
        query=dict(call.query),
    )


def _parsed(call: Call) -> Any:
    if not call.body:
        return None
    try:
        return call.json
    except ValueError:
        return None
