# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a device tells the cloud of its own accord. None of it can be read back, so each run tells it."""

from __future__ import annotations

import typing as t

from ..core.errors import InputError
from ..core.plan import Plan, Task, report
from .client import XyteClient
from .messages import encode, now, topic_of

Params = t.Mapping[str, t.Any]
Payload = dict[str, t.Any]


def telemetry(params: Params) -> Payload:
    """The payload of "Send Telemetry"."""
    return {"status": params["status"], "timestamp": now(), "telemetries": params["telemetries"]}


def device(params: Params) -> Payload:
    """The payload of "Update Device": what the task names, and no more. Raises :class:`InputError` for empty texts."""
    given = {name: params[name] for name in ("name", "firmware_version") if params[name] is not None}
    for name, value in given.items():
        if not value.strip():
            raise InputError(f"{name}: it is empty.")
    return given


def cloud_setting(params: Params) -> Payload:
    """The payload of "Set Cloud Settings". Raises :class:`InputError` for an empty name."""
    if not params["property"].strip():
        raise InputError("property: it is empty.")
    return {"property": params["property"], "value": params["value"]}


def publish(task: Task, cloud: XyteClient, topic: str, payload: bytes, correlation: bytes | None = None) -> None:
    """Send, and warn when the broker says that nobody has subscribed to it."""
    if not cloud.publish(topic, payload, correlation):
        task.warn(f"The broker took the message to {topic}, and says that nobody has subscribed to it: the cloud may not have got it.")


def tell(task: Task, cloud: XyteClient, suffix: str, payload: Payload) -> dict[str, t.Any]:
    """Publish ``payload``, unless in check mode. The result: ``changed``, ``topic``, ``payload``."""
    topic = topic_of(cloud.device_id, suffix)
    encoded = encode(suffix, payload)
    if not task.check_mode:
        publish(task, cloud, topic, encoded)
    return report(task, Plan(before={}, after=payload, changes=payload), {"topic": topic, "payload": payload})
