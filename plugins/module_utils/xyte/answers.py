# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to commands, licenses and configurations: to the message's response topic, with its correlation data."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.errors import InputError, ReplyError
from ..core.plan import Plan, Task, report
from ..core.wait import check_seconds
from .client import XyteClient
from .messages import INBOUND, LONGEST, Message, correlation_of, encode, fits_mqtt, now, topic_of
from .reports import publish

Params = t.Mapping[str, t.Any]
Payload = dict[str, t.Any]

ANSWER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "response_topic": {"type": "str"},
    "correlation_data": {"type": "str"},
    "wait": {"type": "float", "default": 3.0},
}


@dataclasses.dataclass(frozen=True)
class Question:
    """What is answered: the ``member`` of the cloud's message that must equal ``value``."""

    kind: str
    member: str
    value: t.Any

    def fits(self, message: Message) -> bool:
        return message.kind == self.kind and str(message.payload.get(self.member)) == str(self.value)

    @property
    def is_id(self) -> bool:
        return self.member == "id"


def command(params: Params) -> Payload:
    """The payload of "Update Command"."""
    return {"id": _identifier("id", params["id"]), "status": params["status"], **_given(params, "text", "message")}


def license_state(params: Params) -> Payload:
    """The payload of "Update License"."""
    return {"id": _identifier("id", params["id"]), "state": params["state"], **_given(params, "error")}


def configuration(params: Params) -> Payload:
    """The payload of "Update Config": the fields stand next to the version. Raises :class:`InputError` when they collide."""
    fields = params["config"] or {}
    taken = sorted({"version", "last_updated"} & set(fields))
    if taken:
        raise InputError(
            f"config: it holds {' and '.join(taken)}, which the message has of its own.", hint="Give the version by the option version."
        )
    return {"version": _identifier("version", params["version"]), "last_updated": now(), **fields}


def find(task: Task, cloud: XyteClient, question: Question, *, is_needed: bool = False) -> Message | None:
    """The message that is answered, from the snapshot; None when it is not there.

    Also None when ``response_topic`` makes looking needless, unless ``is_needed``.
    """
    wait = task.params["wait"]
    check_seconds("wait", wait, or_zero=True)
    if task.params["response_topic"] and not is_needed:
        return None
    # There is one configuration; another one than asked for shows that the wanted one will not come.
    found = cloud.snapshot([question.kind], wait, lambda messages: any(question.fits(row) or not question.is_id for row in messages))
    for text in found.wrong(question.kind):
        task.warn(f"{text} It was ignored.")
    fitting = [message for message in found.of_kind(question.kind) if question.fits(message)]
    if not fitting and question.is_id and found.is_answered:
        task.warn(f"The cloud's snapshot has no {question.kind} {question.value!s:.100}: it may be over, or not exist.")
    return fitting[-1] if fitting else None


def answer(task: Task, cloud: XyteClient, question: Question, message: Message | None, payload: Payload) -> dict[str, t.Any]:
    """Publish the answer, unless in check mode, or when ``message`` shows that the cloud knows it already.

    The result: ``changed``, ``topic``, ``payload``.
    """
    suffix = INBOUND[question.kind].response or ""
    topic = task.params["response_topic"] or (message.response_topic if message else None) or topic_of(cloud.device_id, suffix)
    if not _is_own(cloud, topic):
        # It carries the access key.
        what = f"{topic[:200]!r} is not one of this device's topics"
        if task.params["response_topic"]:
            raise InputError(f"response_topic: {what}.", hint="Nothing was sent.")
        raise ReplyError(f"The cloud wants the answer at another place: {what}.", hint="Nothing was sent. Give response_topic.")
    if message is not None:
        payload = {**payload, question.member: message.payload[question.member]}
    encoded = encode(suffix, payload)
    known = question.kind == "command" and message is not None and _tells(message, payload)
    if not known and not task.check_mode:
        publish(task, cloud, topic, encoded, _correlation(task.params, question, message))
    before = {name: message.payload[name] for name in payload if name in message.payload} if message else {}
    plan = Plan(before=before, after=before if known else payload, changes={} if known else payload)
    return report(task, plan, {"topic": topic, "payload": payload})


def _tells(message: Message, payload: Payload) -> bool:
    """Whether the cloud shows this status already. A text for people may be another one than last time."""
    return message.payload.get("status") == payload["status"] and "message" not in payload


def _correlation(params: Params, question: Question, message: Message | None) -> bytes | None:
    """The message's, else its id, which is what the vendor's own client sends, if MQTT has room for it."""
    given = correlation_of(params["correlation_data"])
    if given is not None:
        return given
    if message is not None and message.correlation is not None:
        return message.correlation
    own = str(question.value).encode() if question.is_id else b""
    return own if 0 < len(own) <= LONGEST else None


def _is_own(cloud: XyteClient, topic: str) -> bool:
    is_topic = fits_mqtt(topic) and not any(character in topic for character in "+#\0")
    return is_topic and topic.startswith(topic_of(cloud.device_id, ""))


def _identifier(name: str, value: t.Any) -> str | int | float:
    """Ids and versions are opaque: texts or numbers, passed on as they are."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value == "":
        raise InputError(f"{name}: give a text or a number.")
    try:
        str(value).encode()
    except ValueError:  # half of a surrogate pair, or more digits than Python writes
        raise InputError(f"{name}: it has no form in JSON.") from None
    return value


def _given(params: Params, option: str, member: str | None = None) -> Payload:
    return {member or option: params[option]} if params[option] is not None else {}
