# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of appliances: ``11.6.0 #23947``, ordered by number and then by build."""

from __future__ import annotations

import re
import typing as t

from ..core.version import Version

FORM = re.compile(r"\s*v?(\d+(?:\.\d+)*)([^\s#]*)\s*(?:(?:#|build)\s*(\d+))?\s*", re.IGNORECASE)


class NpmVersion(Version):
    """``key``: number, suffix, build. A text of another form has an order only to itself (``ordered`` is False)."""

    def __init__(self, text: str) -> None:
        found = FORM.fullmatch(text)
        self.ordered = found is not None
        self.number: tuple[int, ...] = ()
        self.suffix = ""
        self.build: int | None = None
        if found:
            parts = [int(part) for part in found.group(1).split(".")]
            while len(parts) > 1 and not parts[-1]:
                parts.pop()
            self.number, self.suffix = tuple(parts), found.group(2).lower()
            self.build = int(found.group(3)) if found.group(3) else None
        super().__init__(
            text.strip(), (self.number, self.suffix, -1 if self.build is None else self.build) if found else " ".join(text.split())
        )

    def fits(self, seen: NpmVersion | str | None) -> bool:
        """Whether an appliance that says ``seen`` has this wanted version. Wanted without a build, any build will do."""
        if not seen:
            return False
        other = seen if isinstance(seen, NpmVersion) else NpmVersion(seen)
        if not (self.ordered and other.ordered):
            return bool(self.key == other.key)
        return (self.number, self.suffix) == (other.number, other.suffix) and self.build in {None, other.build}

    def contradicts(self, seen: NpmVersion | str) -> bool:
        """Whether an appliance that says ``seen`` surely has another version. A build that is not told is no contradiction."""
        other = seen if isinstance(seen, NpmVersion) else NpmVersion(seen)
        shortened = other.ordered and other.build is None and (self.number, self.suffix) == (other.number, other.suffix)
        return not (self.fits(other) or shortened)

    def older_than(self, other: NpmVersion) -> bool | None:
        """Whether installing this over ``other`` would be a downgrade. None: nobody can tell."""
        if not (self.ordered and other.ordered):
            return None
        if self.build is None or other.build is None:
            return (self.number, self.suffix) < (other.number, other.suffix)
        return bool(self < other)


def version_of(text: t.Any) -> NpmVersion | None:
    """A version, or None for nothing."""
    return NpmVersion(str(text)) if text is not None and str(text).strip() else None
