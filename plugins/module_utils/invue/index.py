# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an entry by type and version: in the registry's own list where it has one, else in the ledger."""

from __future__ import annotations

from ..core.errors import ReplyError
from .client import Listing, RegistryClient
from .ledger import Ledger
from .replies import Entry


class Index:
    """What is known of a registry. The ledger counts, and is written, only when the registry has no list."""

    def __init__(self, registry: RegistryClient, ledger: Ledger | None) -> None:
        self._registry = registry
        self._ledger = ledger
        self._listed: bool | None = None
        self.stale: set[str] = set()
        """Ids of the ledger that lead to nothing, or to another entry."""

    def find(self, kind: str, version: str) -> Entry | None:
        """The entry; an id of the ledger is only believed when the registry agrees. Raises :class:`ReplyError` for a list with a gap."""
        listing = self.listing()
        if listing is not None:
            row = next((row for row in listing.entries if row.key == (kind, version)), None)
            if row is None and listing.gap:
                raise ReplyError(listing.gap, hint="What is missing there may exist. Name the entry with id.")
            return row
        number = self._ledger.find(kind, version) if self._ledger else None
        if number is None:
            return None
        found = self._registry.get(number)
        if found is not None and found.key == (kind, version):
            return found
        self.stale.add(number)
        return None

    def listing(self) -> Listing | None:
        """The registry's list as it is now; None when it has none."""
        if self._listed is False:
            return None
        listing = self._registry.listing()
        self._listed = listing is not None
        return listing

    def ledger_rows(self) -> list[Entry]:
        """The entries that the ledger knows and the registry still has."""
        ids = self._ledger.ids() if self._ledger else {}
        found = [self._registry.get(number) for row in ids.values() for number in row.values()]
        return [entry for entry in found if entry is not None]

    @property
    def listed(self) -> bool:
        """Whether the registry has a list."""
        if self._listed is None:
            self.listing()
        return bool(self._listed)

    @property
    def blind(self) -> bool:
        """Whether nothing can be looked up."""
        return self._ledger is None and not self.listed

    def check(self) -> None:
        """Make sure that an id can be kept, before it is asked for."""
        if self._ledger is not None and not self.listed:
            self._ledger.check()

    def keep(self, entry: Entry) -> None:
        """Write an entry's id into the ledger."""
        if self._ledger is not None and entry.id is not None and not self.listed:
            self._ledger.record(entry.type, entry.version, entry.id)

    def forget(self, *numbers: str) -> None:
        """Drop ids from the ledger."""
        if self._ledger is not None and not self.listed:
            for number in numbers:
                self._ledger.forget(number)
