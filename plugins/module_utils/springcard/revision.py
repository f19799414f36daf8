# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of reader firmware, "M.mm" or in full "M.mm-bbb-gcccccccc" (FIRMWARE object): a type with an order."""

from __future__ import annotations

import dataclasses
import re
import typing as t


@dataclasses.dataclass(frozen=True)
class Revision:
    """``build`` and ``commit`` are None when only the version is known. A commit has no order, it is only equal or not."""

    text: str
    numbers: tuple[int, int]
    build: int | None = None
    commit: str | None = None

    @classmethod
    def of(cls, text: t.Any) -> Revision | None:
        """None for what is not such a text. A build may stand without a commit, and a commit without its "g"."""
        if not isinstance(text, str):
            return None
        found = re.fullmatch(r"v?(\d+)\.(\d+)(?:-(\d+))?(?:-g?([0-9a-z]+))?", text.strip().lower())
        if found is None:
            return None
        major, minor, build, commit = found.groups()
        return cls(text.strip(), (int(major), int(minor)), None if build is None else int(build), commit)

    @property
    def version(self) -> str:
        """Without build and commit."""
        return f"{self.numbers[0]}.{self.numbers[1]:02}"

    @property
    def full(self) -> bool:
        """Whether it says more than a version."""
        return self.build is not None or self.commit is not None

    def fits(self, other: Revision) -> bool:
        """Whether both may be the same firmware: what both know is equal."""
        return (
            self.numbers == other.numbers
            and (self.build is None or other.build is None or self.build == other.build)
            and (self.commit is None or other.commit is None or self.commit == other.commit)
        )

    def is_below(self, other: Revision) -> bool:
        """Whether it is surely older than ``other``."""
        if self.numbers != other.numbers:
            return self.numbers < other.numbers
        return self.build is not None and other.build is not None and self.build < other.build
