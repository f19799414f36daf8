# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries in the replies of the registry: as the vendor's page shows them, and as its sibling resources and a newer release may send them.

An entry stands in ``data``, alone or in a list of one, or is the reply itself. Ids and versions may be numbers.
"""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Entry:
    """A firmware entry. ``id`` is None where it is not known; ``url`` too, when an entry is only known to exist."""

    id: str | None
    type: str
    version: str
    url: str | None

    @property
    def key(self) -> tuple[str, str]:
        """What is unique in a registry."""
        return self.type, self.version

    def view(self) -> dict[str, t.Any]:
        """The entry as users see it."""
        return dataclasses.asdict(self)


def entry_in(body: t.Any) -> Entry | None:
    """The entry that a reply carries; None when it carries none."""
    return _entry_of(_content(body))


def id_in(body: t.Any) -> str | None:
    """The id in the reply to a POST, which may carry no more than that."""
    content = _content(body)
    return _text(content.get("id")) if isinstance(content, t.Mapping) else None


def rows_in(body: t.Any) -> list[Entry | None] | None:
    """The rows of one page of a list, None for each that is no entry; None when the reply is no list.

    They are the reply, stand in ``data``, or in lists in one of the two, by whatever name. ``"data": null`` is an empty list.
    """
    rows = body.get("data", body) if isinstance(body, t.Mapping) else body
    if rows is None and isinstance(body, t.Mapping):
        return []
    if isinstance(rows, t.Mapping):
        lists = [value for name, value in rows.items() if isinstance(value, list) and name != "errors"]
        rows = [row for some in lists for row in some] if lists else None
    if not isinstance(rows, list):
        return None
    entries = [_entry_of(row) for row in rows]
    return entries if any(entries) or not rows else None


def total_in(body: t.Any) -> int | None:
    """How many entries a list has in all, if it says so, as a number or as text."""
    pagination = body.get("pagination") if isinstance(body, t.Mapping) else None
    total = str(pagination.get("total_results")) if isinstance(pagination, t.Mapping) else ""
    return int(total) if total.isdigit() else None


def _content(body: t.Any) -> t.Any:
    content = body.get("data", body) if isinstance(body, t.Mapping) else body
    return content[0] if isinstance(content, list) and len(content) == 1 else content


def _entry_of(row: t.Any) -> Entry | None:
    if not isinstance(row, t.Mapping):
        return None
    number, kind, version = _text(row.get("id")), row.get("type"), _text(row.get("version"))
    if number is None or not isinstance(kind, str) or version is None:
        return None
    return Entry(number, kind, version, _text(row.get("url")))


def _text(value: t.Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
