# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields are data: one row says how an option and a member of the device's JSON belong together."""

from __future__ import annotations

import dataclasses
import typing as t

from .errors import InputError


class Codec:
    """Translates between what a user writes and what travels. Both directions raise ``ValueError`` with a reason."""

    argument: t.Mapping[str, t.Any] = {"type": "raw"}

    def to_wire(self, value: t.Any) -> t.Any:
        return value

    def from_wire(self, value: t.Any) -> t.Any:
        return value

    def same(self, left: t.Any, right: t.Any) -> bool:
        """Whether two values in the user's form mean the same to the device."""
        return bool(left == right)


class Integer(Codec):
    """A whole number."""

    argument = {"type": "int"}


class Text(Codec):
    """Plain text."""

    argument = {"type": "str"}


@dataclasses.dataclass(frozen=True)
class Enumeration(Codec):
    """Names for numbers. A number is taken too, known or not: vendors add values. ``letters``: A is 1, B is 2, and so on."""

    names: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    letters: bool = False
    argument: t.Mapping[str, t.Any] = dataclasses.field(default_factory=lambda: {"type": "str"})

    def to_wire(self, value: t.Any) -> int:
        text = str(value).strip()
        if text in self.names:
            return self.names[text]
        if self.letters and len(text) == 1 and text.isascii() and text.isalpha():
            return ord(text.upper()) - ord("A") + 1
        try:
            return int(text)
        except ValueError:
            known = [*self.names, *(["a letter"] if self.letters else []), "a number"]
            raise ValueError(f"{text!r} is not one of {', '.join(known)}") from None

    def from_wire(self, value: t.Any) -> t.Any:
        for name, number in self.names.items():
            if number == value:
                return name
        return value

    def same(self, left: t.Any, right: t.Any) -> bool:
        return self.to_wire(left) == self.to_wire(right)


@dataclasses.dataclass(frozen=True)
class Field:
    """One row. ``option``: the user's name, ``key``: the device's. ``typical``: range outside of which a warning is given."""

    option: str
    key: str
    codec: Codec
    unit: str = ""
    typical: tuple[int, int] | None = None
    read_only: bool = False
    secret: bool = False

    def encode(self, value: t.Any) -> t.Any:
        """The value as it travels. Raises :class:`InputError` that names the option."""
        try:
            return self.codec.to_wire(value)
        except ValueError as error:
            raise InputError(f"{self.option}: {error}.") from None

    def strangeness(self, value: t.Any) -> str:
        """A sentence when the encoded value lies outside the vendor's typical range, else an empty text."""
        wire = self.encode(value)
        if self.typical is None or not isinstance(wire, (int, float)) or self.typical[0] <= wire <= self.typical[1]:
            return ""
        low, high = self.typical
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.option}: {wire} lies outside the vendor's typical range of {low} to {high}{unit}; passed on."


class Table:
    """The rows of one resource."""

    def __init__(self, *fields: Field) -> None:
        self.fields = fields
        self.by_option = {field.option: field for field in fields}
        self.by_key = {field.key: field for field in fields}

    def options(self) -> dict[str, dict[str, t.Any]]:
        """The argument spec of the rows that can be written."""
        return {
            field.option: {**field.codec.argument, **({"no_log": True} if field.secret else {})}
            for field in self.fields
            if not field.read_only
        }

    def decode(self, wire: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The device's object in the user's names and forms; members without a row are left out."""
        return {field.option: field.codec.from_wire(wire[field.key]) for field in self.fields if field.key in wire}
