# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the simulated MSK-101-POE says no: its error codes, and the checks of arguments that need no state."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class ErrorCode(IntEnum):
    """`errorCode` in replies. The document gives 0, 100 (3.12) and 223 (3.6); all the others are our choice."""

    OK = 0
    WRONG_PASSWORD = 1
    BAD_VALUE = 2  # type, range, or a rule between values
    NOT_ALLOWED = 3  # a key that is read-only, unknown or missing
    TOO_MANY_SESSIONS = 4
    WRONG_ORDER = 10
    UPDATE_OPEN = 11
    NO_UPDATE = 12
    INCOMPLETE = 13
    BAD_CHUNK = 14
    BAD_MANIFEST = 15
    NOT_APPLIED = 16
    DEFAULT_PASSWORD = 100
    CALIBRATION_POOR = 223
    CALIBRATION_FAILED = 224


class Refused(Exception):
    """The sensor does not do it. A `violation` is something that the document forbids a client to do."""

    def __init__(self, reason: str, code: int = ErrorCode.BAD_VALUE, *, status: int = 200, violation: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = int(code)
        self.status = status
        self.violation = violation


def arguments(
    body: Any, required: Mapping[str, type], optional: Mapping[str, type] | None = None, *, unknown: str = "refused"
) -> dict[str, Any]:
    """The arguments of a call, checked for names and types; raises Refused. `unknown="ignored"` drops unknown keys."""
    if not isinstance(body, dict):
        raise Refused("the body is not a JSON object", ErrorCode.NOT_ALLOWED)
    known = {**required, **(optional or {})}
    surplus = sorted(set(body) - set(known))
    if surplus and unknown == "refused":
        raise Refused(f"unknown key {', '.join(surplus)}", ErrorCode.NOT_ALLOWED)
    missing = sorted(set(required) - set(body))
    if missing:
        raise Refused(f"missing key {', '.join(missing)}", ErrorCode.NOT_ALLOWED)
    for key, kind in known.items():
        if key in body and (not isinstance(body[key], kind) or (isinstance(body[key], bool) and kind is not bool)):
            raise Refused(f"{key} is a {type(body[key]).__name__}, not a {kind.__name__}")
    return {key: body[key] for key in known if key in body}
