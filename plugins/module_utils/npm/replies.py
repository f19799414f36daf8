# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of the appliance's replies, as JSON Schema: "npm.system_update 2.0". More members than these are allowed.

Optional members may be missing; some services send null for what they do not know, which is taken for the same. Numbers may come as
text: :func:`whole` and :func:`decimal` read both.
"""

from __future__ import annotations

import typing as t

from ..core.schema import declared

Shape = dict[str, t.Any]

INTEGER: Shape = {"type": ["integer", "string", "null"], "pattern": r"^\s*[0-9]+\s*$"}
NUMBER: Shape = {"type": ["number", "string", "null"], "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*$"}
TEXT: Shape = {"type": "string"}
MAYBE_TEXT: Shape = {"type": ["string", "null"]}


def whole(value: t.Any) -> int | None:
    """The value of an :data:`INTEGER`."""
    return None if value is None else int(value)


def decimal(value: t.Any) -> float | None:
    """The value of a :data:`NUMBER`."""
    return None if value is None else float(value)


def _object(required: t.Sequence[str] = (), **properties: Shape) -> Shape:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(item: Shape) -> Shape:
    return {"type": "array", "items": item}


IMAGE = declared(
    _object(
        ["state", "state_description"],
        state=TEXT,
        state_description=MAYBE_TEXT,
        id=INTEGER,
        progress=NUMBER,
        checksum=MAYBE_TEXT,
        version=MAYBE_TEXT,
    )
)

IMAGES = declared(_object(items={"type": ["array", "null"], "items": IMAGE}))

UPDATE = declared(
    _object(
        ["state", "state_description", "last_state_time", "update_history"],
        state=TEXT,
        state_description=MAYBE_TEXT,
        last_state_time=INTEGER,
        target_version=MAYBE_TEXT,
        update_history={"type": ["array", "null"], "items": _object(time=INTEGER, version=MAYBE_TEXT)},
    )
)

TOKEN = declared(_object(["access_token"], access_token={**TEXT, "minLength": 1}))

SERVICES = declared(_list(_object(["id"], id=TEXT, versions=_list(TEXT))))

INFO = declared(_object(sw_version=MAYBE_TEXT))
