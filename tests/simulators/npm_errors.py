# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the simulated appliance says no: status, `error_id` and `error_text`."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import quoteattr

from .exchange import Call, Reply


class Refused(Exception):
    """The appliance does not do it. A `violation` is something that the document forbids a client to do."""

    def __init__(self, status: int, error_id: str, reason: str, *, violation: bool = True) -> None:
        super().__init__(reason)
        self.status = status
        self.error_id = error_id
        self.reason = reason
        self.violation = violation

    def reply(self, *, xml: bool = False) -> Reply:
        """The error as it travels."""
        if xml:
            text = f"<error error_id={quoteattr(self.error_id)} error_text={quoteattr(self.reason)}/>"
            head = '<?xml version="1.0" encoding="UTF-8"?>\n'
            return Reply(raw=(head + text).encode(), content_type="text/xml", status=self.status, refused=self.reason)
        return Reply({"error_id": self.error_id, "error_text": self.reason}, status=self.status, refused=self.reason)


def wrong_order(reason: str) -> Refused:
    """409."""
    return Refused(409, "CONFLICT", reason)


def json_object(call: Call, required: dict[str, type], optional: dict[str, type] | None = None) -> dict[str, Any]:
    """The body as a JSON object with these members; 415 unless it is sent as exactly `application/json`."""
    if call.headers.get("Content-Type") != "application/json":
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"the body has to be application/json, not {call.headers.get('Content-Type')}")
    try:
        body = json.loads(call.body)
    except ValueError:
        raise Refused(400, "REQUEST_INVALID_INPUT", "malformed JSON") from None
    known = {**required, **(optional or {})}
    if not isinstance(body, dict) or set(required) - set(body) or set(body) - set(known):
        raise Refused(400, "REQUEST_INVALID_INPUT", f"the body has to be an object with {', '.join(known)}")
    for key, value in body.items():
        if not isinstance(value, known[key]) or isinstance(value, bool) != (known[key] is bool):
            raise Refused(400, "REQUEST_INVALID_INPUT", f"{key} is a {type(value).__name__}, not a {known[key].__name__}")
    return body


def no_body(call: Call) -> None:
    """400 for a body where the document says that there is none."""
    if call.size:
        raise Refused(400, "REQUEST_INVALID_INPUT", "this request has to come without a body")
