# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendor's MQTT document allows a device to publish, checked to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
COMMAND_STATUSES = frozenset({"done", "in_progress", "error"})
LICENSE_STATES = frozenset({"inuse", "removed", "error"})

Body = Mapping[str, Any]


def wrong_with(kind: str, payload: bytes) -> tuple[Any, list[str]]:
    """The parsed payload of a message to topic `kind`, and what is wrong with it."""
    if kind == "get":
        return None, [] if payload in (b"", b"{}") else ["get has a payload"]
    try:
        body = json.loads(payload)
    except ValueError:
        return None, [f"{kind}: the payload is not JSON"]
    if not isinstance(body, dict):
        return body, [f"{kind}: the payload is not an object"]
    rule = RULES.get(kind)
    return body, [f"{kind}: {wrong}" for wrong in rule(body)] if rule else [f"no such topic: {kind}"]


def _telemetry(body: Body) -> list[str]:
    wrong = _keys(body, {"status", "timestamp", "telemetries"})
    if body.get("status") not in {"online", "offline", "error"}:
        wrong.append(f"status {body.get('status')!r}")
    if not isinstance(body.get("telemetries"), dict):
        wrong.append("telemetries is not an object")
    return [*wrong, *_time(body, "timestamp")]


def _config(body: Body) -> list[str]:
    return [*([] if "version" in body else ["no version"]), *_time(body, "last_updated")]


def _command(body: Body) -> list[str]:
    wrong = _keys(body, {"id", "status"}, {"message"})
    if body.get("status") not in COMMAND_STATUSES:
        wrong.append(f"status {body.get('status')!r}")
    if not isinstance(body.get("message", ""), str):
        wrong.append("message is not text")
    return wrong


def _license(body: Body) -> list[str]:
    wrong = _keys(body, {"id", "state"}, {"error"})
    if body.get("state") not in LICENSE_STATES:
        wrong.append(f"state {body.get('state')!r}")
    return wrong


def _update(body: Body) -> list[str]:
    wrong = _keys(body, set(), {"firmware_version", "name"})
    wrong += [f"{key} is not text" for key, value in body.items() if not isinstance(value, str)]
    return wrong if body else ["it is empty"]


def _cloud_setting(body: Body) -> list[str]:
    return _keys(body, {"property", "value"})


def _keys(body: Body, needed: set[str], allowed: frozenset[str] | set[str] = frozenset()) -> list[str]:
    missing, more = needed - set(body), set(body) - needed - allowed
    return [*(f"no {key}" for key in sorted(missing)), *(f"{key} is not documented" for key in sorted(more))]


def _time(body: Body, key: str) -> list[str]:
    return [] if TIMESTAMP.match(str(body.get(key))) else [f"{key} {body.get(key)!r} is no time"]


RULES: dict[str, Callable[[Body], list[str]]] = {
    "telemetry": _telemetry,
    "config/update": _config,
    "commands/update": _command,
    "license/update": _license,
    "update": _update,
    "cloud_settings/update": _cloud_setting,
}
