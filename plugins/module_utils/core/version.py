# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions are a type with an order per product: never a float, never text that is compared letter by letter."""

from __future__ import annotations

import functools
import typing as t


@functools.total_ordering
class Version:
    """Base of a product's versions. ``text``: as people write it. ``key``: what is compared, and only within one product.

    Comparing versions of two products is a defect and raises ``TypeError``.
    """

    def __init__(self, text: str, key: t.Any) -> None:
        self.text = text
        self.key = key

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r}, {self.key!r})"

    def __hash__(self) -> int:
        return hash((type(self), self.key))

    def __eq__(self, other: object) -> bool:
        return bool(self.key == other.key) if isinstance(other, type(self)) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return bool(self.key < other.key) if isinstance(other, type(self)) else NotImplemented
