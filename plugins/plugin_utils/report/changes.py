# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task's diff as fields with their values before and after."""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.redact import MASK

LONGEST = 2000
"""Characters of a text that a report shows."""

MOST = 200
"""Fields of a change that a report shows."""

SECRET = re.compile(r"password|passphrase|secret|token|access_?key|private_?key|credential", re.IGNORECASE)


class Field(t.TypedDict, total=False):
    """A member that differs. Without ``before`` it was not there, without ``after`` it is gone. ``unit`` where it is known."""

    field: str
    unit: str
    before: t.Any
    after: t.Any


def clipped(value: t.Any) -> t.Any:
    """``value`` as JSON can hold it, with its texts shortened to what a person would read."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}... ({len(value) - LONGEST} more characters)"
    if isinstance(value, t.Mapping):
        return {str(key): clipped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clipped(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float)) else clipped(str(value))


def fields_of(diff: t.Any, units: t.Mapping[str, str]) -> list[Field]:
    """The fields that differ, of a diff as modules return it: one, or a list of them. Nested members have dotted names.

    ``units``: field -> unit, of those that have one.
    """
    found: list[Field] = []
    for part in diff if isinstance(diff, list) else [diff]:
        if isinstance(part, t.Mapping) and ("before" in part or "after" in part):
            found += _differing(part.get("before"), part.get("after"))
        elif isinstance(part, t.Mapping) and part.get("prepared"):
            found.append({"field": "content", "after": clipped(str(part["prepared"]))})
    for row in found:
        if units.get(row["field"]):
            row["unit"] = units[row["field"]]
    return found[:MOST]


def _differing(before: t.Any, after: t.Any) -> t.Iterator[Field]:
    if isinstance(before, t.Mapping) or isinstance(after, t.Mapping):
        old, new = (dict(_flat(side)) if isinstance(side, t.Mapping) else {} for side in (before, after))
    else:
        old, new = {"content": before}, {"content": after}
    for name in {**old, **new}:
        if name in old and name in new and old[name] == new[name] and type(old[name]) is type(new[name]):
            continue
        row: Field = {"field": clipped(name)}
        if name in old:
            row["before"] = _shown(name, old[name])
        if name in new:
            row["after"] = _shown(name, new[name])
        yield row


def _flat(value: t.Mapping[t.Any, t.Any], path: str = "") -> t.Iterator[tuple[str, t.Any]]:
    """Members by their dotted names. Lists are compared as a whole."""
    for key, item in value.items():
        name = f"{path}{key}"
        if isinstance(item, t.Mapping) and item:
            yield from _flat(item, f"{name}.")
        else:
            yield name, item


def _shown(name: str, value: t.Any) -> t.Any:
    """Modules mask secrets already; this is for the day when one does not."""
    return MASK if SECRET.search(name) and value not in (None, "") else clipped(value)
