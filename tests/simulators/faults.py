# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a test orders from a simulated device: "the next such request shall go wrong in this way".

What every HTTP system can suffer is here; a kind that needs knowledge of a system (`expire`, `forbid`, `error_code`,
`ignore`) is carried out by its device. A fault answers *instead of* the device unless its kind says the request is
done, or it was ordered with `done=True`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .exchange import Reply

DROP_BEFORE = "drop_before"  # close the connection, nothing done
DROP_AFTER = "drop_after"  # do it, then close without a reply
EXPIRE = "expire"  # the token is gone: refuse it
FORBID = "forbid"  # refuse a token that is good
STATUS = "status"  # code=503, retry_after=None: an HTTP error
HTML = "html"  # 200 with a page, as a proxy in between would answer
NOT_JSON = "not_json"  # do it, answer text
TRUNCATED = "truncated"  # do it, answer half of the JSON with the right Content-Length
CUT = "cut"  # do it, announce more bytes than are sent, close
WRONG_TYPES = "wrong_types"  # do it, answer numbers as strings, strings as numbers, lists as objects
ERROR_CODE = "error_code"  # code=1, desc=None: the system's own error code
IGNORE = "ignore"  # answer success, do not take the values
DELAY = "delay"  # seconds=1.0: do it, answer late
REBOOT = "reboot"  # seconds=0.5: close, unreachable, sessions lost
NOT_LISTENING = "not_listening"  # seconds=0.5: close, connections refused, nothing forgotten
MEANWHILE = "meanwhile"  # changes={...}: alter it first, as PATCH does; if it goes away for that: close

KINDS = frozenset({
    DROP_BEFORE, DROP_AFTER, EXPIRE, FORBID, STATUS, HTML, NOT_JSON, TRUNCATED, CUT, WRONG_TYPES, ERROR_CODE, IGNORE, DELAY, REBOOT,
    NOT_LISTENING, MEANWHILE,
})  # fmt: skip
SPOILED_REPLIES = frozenset({NOT_JSON, TRUNCATED, CUT, WRONG_TYPES})
OUTAGES = frozenset({REBOOT, NOT_LISTENING})
HTML_PAGE = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Please log in</h1></body></html>\n"


@dataclass
class Fault:
    """A fault waiting for its requests: from the `nth` matching one on, for `times` of them (None: for ever)."""

    kind: str
    path: str | None = None
    method: str | None = None
    nth: int = 1
    times: int | None = 1
    details: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault of the kind {self.kind!r}; there are {', '.join(sorted(KINDS))}")

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is of the sort that this fault waits for."""
        return self.path in {None, path} and self.method in {None, method}

    @property
    def due(self) -> bool:
        """Whether it strikes the request just counted."""
        return self.seen >= self.nth and not self.used_up

    @property
    def used_up(self) -> bool:
        """Whether it will never strike again."""
        return self.times is not None and self.fired >= self.times

    @property
    def done(self) -> bool:
        """Whether the device carries the request out although the reply is not its own."""
        return bool(self.details.get("done"))

    @property
    def seconds(self) -> float:
        """How long a delay or an outage lasts."""
        return float(self.details.get("seconds", 1.0 if self.kind == DELAY else 0.5))

    def instead(self) -> Reply | None:
        """The reply given in place of the device's own, for kinds that are no device's business."""
        if self.kind == STATUS:
            retry_after = self.details.get("retry_after")
            headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
            code = int(self.details.get("code", 503))
            return Reply(raw=f"{code}\n".encode(), status=code, content_type="text/plain", headers=headers, refused="fault: status")
        if self.kind == HTML:
            return Reply(raw=HTML_PAGE, content_type="text/html", refused="fault: html")
        return None

    def as_json(self) -> dict[str, Any]:
        """The fault as the control API shows it."""
        own = {"kind": self.kind, "path": self.path, "method": self.method, "nth": self.nth, "times": self.times, "fired": self.fired}
        return {**own, **self.details}


class Faults:
    """The faults ordered from one device.

    Each request is counted by every fault it matches; the first one due strikes, alone. So two faults ordered for the
    same request strike two requests, one after the other.
    """

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self, kind: str, path: str | None = None, method: str | None = None, *, nth: int = 1, times: int | None = 1, **details: Any
    ) -> Fault:
        """Order a fault; raises ValueError for an unknown kind."""
        fault = Fault(kind, path, method, nth, times, details)
        self._waiting.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this request, if any. Counts the request."""
        struck = None
        for fault in self._waiting:
            if fault.matches(method, path):
                fault.seen += 1
                struck = struck or (fault if fault.due else None)
        if struck is not None:
            struck.fired += 1
            if struck.used_up:
                self._waiting.remove(struck)
        return struck

    def clear(self) -> None:
        """Forget every fault."""
        self._waiting.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """The waiting faults, in the order in which they were ordered."""
        return [fault.as_json() for fault in self._waiting]


def spoil(reply: Reply, fault: Fault) -> Reply:
    """The reply as the fault lets it through. `cut` is the server's work, for the bytes stay as they are."""
    if fault.kind == NOT_JSON:
        return Reply(raw=b"OK, but this is not JSON", status=reply.status, headers=reply.headers, outage=reply.outage)
    if fault.kind == TRUNCATED:
        return Reply(raw=reply.body[: max(1, len(reply.body) // 2)], status=reply.status, headers=reply.headers, outage=reply.outage)
    if fault.kind == WRONG_TYPES:
        spoiled = wrong_types(json.loads(reply.body)) if reply.raw is None else reply.data
        return Reply(data=spoiled, status=reply.status, headers=reply.headers, outage=reply.outage)
    return reply


def wrong_types(value: Any) -> Any:
    """The same JSON with every leaf of another type."""
    if isinstance(value, dict):
        return {key: wrong_types(item) for key, item in value.items()}
    if isinstance(value, list):
        return {str(number): wrong_types(item) for number, item in enumerate(value)}
    if isinstance(value, str):
        return len(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
