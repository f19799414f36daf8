# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry holds, as far as it can be known."""

from __future__ import annotations

import typing as t

from ..core.errors import InputError
from .client import RegistryClient
from .index import Index
from .ledger import Ledger
from .replies import Entry


def gather(task: t.Any) -> dict[str, t.Any]:
    """What ``firmware_registry_info`` returns: ``entries``, and ``source`` (``id``, ``listing``, ``ledger``)."""
    params = task.params
    with RegistryClient.open(task) as registry:
        if params["id"]:
            found = registry.get(params["id"])
            return _result("id", [found] if found and _fits(found, params) else [])
        index = Index(registry, Ledger(params["ledger"]) if params["ledger"] else None)
        listing = index.listing()
        if listing is not None:
            if listing.gap:
                task.warn(f"{listing.gap} What is missing there may exist.")
            return _result("listing", [row for row in listing.entries if _fits(row, params)])
        if index.blind:
            raise InputError(
                f"{registry.name} has no list of its entries (the vendor documents none), so they can only be read by id.",
                hint="Give id, or the ledger that firmware_registry_entry has kept.",
            )
        return _result("ledger", [row for row in index.ledger_rows() if _fits(row, params)])


def _fits(entry: Entry, params: t.Mapping[str, t.Any]) -> bool:
    return all(not params[name] or params[name] == getattr(entry, name) for name in ("type", "version"))


def _result(source: str, entries: list[Entry]) -> dict[str, t.Any]:
    return {"changed": False, "source": source, "entries": [entry.view() for entry in sorted(entries, key=lambda entry: entry.key)]}
