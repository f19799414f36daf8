# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the vendor's MQTT document as data: topics and payloads, both ways."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
import json
import math
import typing as t
import uuid

from ..core.errors import InputError, ReplyError
from ..core.schema import Schema, declared, violations

SCALAR_ID = {"type": ["string", "integer"], "minLength": 1}
"""Ids are opaque. The vendor's pages call them integers and show UUIDs."""

VERSION = {"type": ["string", "number"], "minLength": 1}

LONGEST = 65_535
"""Bytes that a topic, correlation data, a user name or a password may have in MQTT."""

DEEPEST = 100
"""Levels of lists and objects in a message. Python, and Ansible above all, walk through them by recursion."""

LONGEST_NUMBER = 4000
"""Digits of a whole number that Python reads and writes."""


def _object(required: t.Sequence[str] = (), **properties: t.Any) -> Schema:
    return declared({"type": "object", "required": list(required), "properties": properties})


@dataclasses.dataclass(frozen=True)
class Inbound:
    """A message that the cloud sends: its topic behind ``v1/device/ID/``, where the answer goes, and its payload."""

    topic: str
    schema: Schema
    response: str | None = None


INBOUND: dict[str, Inbound] = {
    "space_info": Inbound("space_info", _object()),
    "config": Inbound("config", _object(["version"], version=VERSION), "config/update"),
    "command": Inbound(
        "commands",
        # Whatever the parameters are: a command that is not taken for one would never be answered, and hold up those behind it.
        _object(["id", "name"], id=SCALAR_ID, name={"type": "string"}),
        "commands/update",
    ),
    "license": Inbound("license", _object(["id"], id=SCALAR_ID), "license/update"),
    "firmware": Inbound("firmware", _object()),
}
"""What the cloud sends, by the kind of event that it becomes."""

KINDS = {row.topic: kind for kind, row in INBOUND.items()}

_TEXT = {"type": "string"}
OUTBOUND: dict[str, Schema] = {
    "telemetry": _object(
        ["status", "timestamp", "telemetries"],
        status={"enum": ["online", "offline", "error"]},
        timestamp=_TEXT,
        telemetries={"type": "object"},
    ),
    "config/update": _object(["version", "last_updated"], version=VERSION, last_updated=_TEXT),
    "commands/update": _object(["id", "status"], id=SCALAR_ID, status={"enum": ["in_progress", "done", "error", "failed"]}, message=_TEXT),
    "license/update": _object(["id", "state"], id=SCALAR_ID, state={"enum": ["inuse", "removed", "error"]}, error=_TEXT),
    "update": _object(firmware_version=_TEXT, name=_TEXT),
    "cloud_settings/update": _object(["property", "value"], property=_TEXT),
}
"""What a device sends, by topic. ``get``, which asks for the snapshot, has no payload."""

_NAMESPACE = uuid.UUID("6f1f9d0c-54c6-5d5f-9a0b-6f3c8f0a8c11")


@dataclasses.dataclass(frozen=True)
class Message:
    """A message from the cloud. ``mid``: what the broker calls it until it is acknowledged."""

    kind: str
    device_id: str
    payload: dict[str, t.Any]
    response_topic: str | None = None
    correlation: bytes | None = None
    mid: int = 0

    @property
    def id(self) -> str:
        """The same for the same message, whenever and how often it is delivered: a command is known by its own id."""
        content = str(self.payload["id"]) if self.kind == "command" else json.dumps(self.payload, sort_keys=True)
        return str(uuid.uuid5(_NAMESPACE, f"{self.device_id}/{self.kind}/{content}"))

    def event(self, mask: t.Callable[[t.Any], t.Any] = lambda value: value) -> dict[str, t.Any]:
        """The message as it goes to a rulebook. ``encoded`` is all of it in base64.

        As a variable of a playbook it stays data, while a text with braces in it would be taken for a template.
        """
        event: dict[str, t.Any] = {
            "id": self.id,
            "kind": self.kind,
            "device_id": self.device_id,
            "payload": mask(self.payload),
            "response_topic": mask(self.response_topic),
            "correlation_data": base64.b64encode(self.correlation).decode() if self.correlation is not None else None,
        }
        encoded = base64.b64encode(json.dumps(event).encode()).decode()
        return {**event, "encoded": encoded, "meta": {"uuid": self.id}}


def topic_of(device_id: str, suffix: str) -> str:
    """The whole topic."""
    return f"v1/device/{device_id}/{suffix}"


def parse(device_id: str, topic: str, payload: bytes, properties: t.Any, mid: int) -> Message | None:
    """The message, or None when its topic is not one of the device's. Raises :class:`ReplyError` when it is not as documented."""
    prefix = topic_of(device_id, "")
    kind = KINDS.get(topic[len(prefix) :]) if topic.startswith(prefix) else None
    if kind is None:
        return None
    body = _body(topic, payload)
    wrong = violations(body, INBOUND[kind].schema)
    if wrong:
        raise ReplyError(f"The cloud sent {topic} with a payload that is not as documented: {'; '.join(wrong[:3])}.")
    default = INBOUND[kind].response
    response = getattr(properties, "ResponseTopic", None) or (topic_of(device_id, default) if default else None)
    correlation = getattr(properties, "CorrelationData", None)
    return Message(kind, device_id, body, response, correlation, mid)


def _body(topic: str, payload: bytes) -> t.Any:
    if not payload:
        raise ReplyError(f"The cloud sent {topic} with an empty payload.")
    try:
        body = json.loads(payload.decode("utf-8-sig"), parse_constant=_no_json, parse_float=_fraction, parse_int=_whole)
        # Half of a surrogate pair is no text: it can be neither shown nor sent.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ReplyError(f"The cloud sent {topic} with a payload that is not JSON.") from None
    if _is_deeper(body, DEEPEST):
        raise ReplyError(f"The cloud sent {topic} with a payload that is not usable: it is nested more than {DEEPEST} levels deep.")
    return body


def _no_json(constant: str) -> t.NoReturn:
    raise ValueError(constant)


def _fraction(digits: str) -> float | str:
    """The number, or its digits when there is none in Python: infinity would have no form in JSON."""
    return float(digits) if math.isfinite(float(digits)) else digits


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _is_deeper(body: t.Any, levels: int) -> bool:
    layer = [body]
    for _level in range(levels + 1):
        layer = [child for item in layer for child in _children(item)]
    return bool(layer)


def _children(item: t.Any) -> t.Collection[t.Any]:
    return item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()


def encode(suffix: str, payload: t.Mapping[str, t.Any]) -> bytes:
    """The payload for a topic as JSON. Raises :class:`InputError` when the document does not allow it."""
    wrong = violations(payload, OUTBOUND[suffix])
    if wrong:
        raise InputError(f"What is to be sent to {suffix} is not as documented: {'; '.join(wrong)}.", hint="Nothing was sent.")
    try:
        json.dumps(payload, ensure_ascii=False).encode()
        return json.dumps(payload, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise InputError(f"What is to be sent to {suffix} holds a text that is not Unicode.", hint="Nothing was sent.") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"What is to be sent to {suffix} has no form in JSON ({error}).", hint="Nothing was sent.") from None


def now() -> str:
    """The time as the document writes it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def correlation_of(text: str | None) -> bytes | None:
    """The correlation data of an event, from base64. Raises :class:`InputError`."""
    if text is None:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("correlation_data: it is not base64, as events give it.") from None
    if len(data) > LONGEST:
        raise InputError(f"correlation_data: MQTT has room for {LONGEST} bytes, and these are {len(data)}.", hint="Nothing was sent.")
    return data


def fits_mqtt(text: str) -> bool:
    """Whether MQTT has room for this text, and a form: a topic, user name or password."""
    try:
        return len(text.encode()) <= LONGEST
    except UnicodeEncodeError:
        return False
