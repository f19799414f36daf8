# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot as an information module shows it."""

from __future__ import annotations

import typing as t

from ..core.errors import InputError, ReplyError
from ..core.plan import Task
from ..core.wait import check_seconds
from .client import XyteClient
from .messages import Message
from .snapshot import Snapshot

SUBSETS = {"space": "space_info", "config": "config", "command": "command", "licenses": "license", "firmware": "firmware"}
"""What users ask for and the kind of message that tells it."""


def gather(task: Task, cloud: XyteClient) -> dict[str, t.Any]:
    """The wanted parts of the snapshot; None, or an empty list, for what the cloud did not send in ``wait`` seconds.

    Raises :class:`ReplyError` when what it sent of a part is not as documented.
    """
    subsets, wait = task.params["gather"], task.params["wait"]
    if not subsets:
        raise InputError("gather: it is empty.", hint=f"Name at least one of {', '.join(SUBSETS)}.")
    check_seconds("wait", wait)
    kinds = [SUBSETS[subset] for subset in subsets]

    def enough(messages: t.Sequence[Message]) -> bool:
        # How many licenses there are is not told, so asking for them takes all the time there is.
        return "license" not in kinds and set(kinds) <= {message.kind for message in messages}

    found = cloud.snapshot(kinds, wait, enough)
    if not found.is_heard:
        task.warn("The broker says that nobody has subscribed to the question, so the cloud may have more than it shows here.")
    parts = {subset: _part(task, kind, found) for subset, kind in SUBSETS.items() if subset in subsets}
    missing = [subset for subset, part in parts.items() if not part]
    if found.is_heard and found.is_silent and missing:
        task.warn(f"The cloud did not answer within {wait:g} s, so it is not known what it has of {', '.join(missing)}.")
    return parts


def _part(task: Task, kind: str, found: Snapshot) -> t.Any:
    of_kind, wrong = found.of_kind(kind), found.wrong(kind)
    if wrong and (not of_kind or kind == "license"):
        raise ReplyError(" ".join(wrong), hint="Nothing was derived from it. Correct it in the cloud, or leave it out of gather.")
    for text in wrong:
        task.warn(f"{text} It was ignored.")
    if kind == "license":
        return [_shown(message) for message in {message.payload["id"]: message for message in of_kind}.values()]
    return _shown(of_kind[-1]) if of_kind else None


def _shown(message: Message) -> dict[str, t.Any]:
    """The payload, and with commands and licenses how to answer. A configuration's members are the user's alone."""
    if message.kind not in {"command", "license"}:
        return message.payload
    event = message.event()
    return {**message.payload, "response_topic": event["response_topic"], "correlation_data": event["correlation_data"]}
