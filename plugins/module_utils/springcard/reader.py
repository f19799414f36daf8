# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reader among the devices of a service: found by any of its names, found again under another id, asked what it runs."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.errors import FailedError, InputError, UnreachableError
from .client import CompanionClient
from .revision import Revision

ABSENT = "absent"
"""Code of the :class:`UnreachableError` for a reader that its service does not see."""


@dataclasses.dataclass(frozen=True)
class Reader:
    """A DEVICE object of the service named ``service``. ``twins``: ids of others that were there with it and could be taken for it."""

    service: str
    device: t.Mapping[str, t.Any]
    twins: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return str(self.device["DeviceId"])

    @property
    def serial(self) -> str:
        return str(self.device.get("SerialNumber") or "").casefold()

    @property
    def unique_id(self) -> str:
        return str(self.device.get("UniqueId") or "").strip("{}").casefold()

    @property
    def status(self) -> str:
        """``ok``, ``error``, ``missing`` or ``unknown``."""
        return str(self.device.get("Status") or "ok").lower()

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"the reader {self.device.get('SerialNumber') or self.device.get('UniqueId') or self.id} at {self.service}"

    @property
    def title(self) -> str:
        """The label at the start of a sentence."""
        return self.label[0].upper() + self.label[1:]

    def is_called(self, name: str) -> bool:
        """Whether ``name`` is its id, its serial number or its unique id. Only ids tell upper and lower case apart."""
        plain = name.strip().casefold()
        return bool(plain) and (name.strip() == self.id or plain == self.serial or plain.strip("{}") == self.unique_id)

    @property
    def nameless(self) -> bool:
        """Whether nothing but its id tells which one it is."""
        return not (self.serial or self.unique_id)

    def shares_a_name(self, other: Reader) -> bool:
        """Whether both have the same serial number or unique id."""
        return bool((self.serial and self.serial == other.serial) or (self.unique_id and self.unique_id == other.unique_id))

    def is_alike(self, other: Reader) -> bool:
        """Whether both are nameless readers of one product."""
        same = all(self.device.get(key) == other.device.get(key) for key in ("VendorId", "ProductId", "Channel"))
        return self.nameless and other.nameless and same

    def view(self) -> dict[str, t.Any]:
        """What says which one it is."""
        names = {"device_id": "DeviceId", "serial_number": "SerialNumber", "unique_id": "UniqueId", "name": "Name", "channel": "Channel"}
        return {option: self.device.get(key) for option, key in names.items()}


@dataclasses.dataclass(frozen=True)
class Firmware:
    """What a reader runs, or what a file holds; None where it is not said. ``family``: the field ``Firmware``."""

    family: str | None
    revision: Revision | None

    @classmethod
    def of(cls, info: t.Mapping[str, t.Any] | None, device: t.Mapping[str, t.Any] | None = None) -> Firmware:
        """From a FIRMWARE object; a DEVICE object has less."""
        known = {**(device or {}), **{name: value for name, value in (info or {}).items() if value}}
        family = known.get("Firmware")
        return cls(str(family) if family else None, Revision.of(known.get("Revision")) or Revision.of(known.get("Version")))

    def other_family(self, other: Firmware) -> bool:
        """Whether both say their family, and not the same. The vendor spells it in more than one way."""
        return bool(self.family and other.family and self.family.casefold() != other.family.casefold())


def attached(client: CompanionClient) -> list[Reader]:
    """The readers of a service. The list has those that are attached and those that are bound: one that it has twice is one reader."""
    found: dict[str, Reader] = {}
    for device in client.devices():
        reader = Reader(client.name, device)
        if reader.id not in found or (found[reader.id].status != "ok" and reader.status == "ok"):
            found[reader.id] = reader
    return list(found.values())


def find(client: CompanionClient, name: str) -> Reader:
    """The one reader of that name. Raises :class:`UnreachableError` when there is none, :class:`InputError` for several."""
    readers = attached(client)
    found = [reader for reader in readers if reader.is_called(name)]
    if len(found) == 1 and found[0].status == "missing":
        raise UnreachableError(
            f"{found[0].title} is bound to the service, but missing.", code=ABSENT, hint="See that it is plugged in and has power."
        )
    if len(found) == 1:
        others = [reader for reader in readers if reader is not found[0]]
        twins = frozenset(other.id for other in others if found[0].shares_a_name(other) or found[0].is_alike(other))
        return dataclasses.replace(found[0], twins=twins)
    if found:
        raise InputError(
            f"device: {name!r} fits {len(found)} readers at {client.name}: {', '.join(reader.id for reader in found)}.",
            hint="Give the DeviceId of one.",
        )
    there = ", ".join(str(reader.device.get("SerialNumber") or reader.id) for reader in readers[:20]) or "none"
    raise UnreachableError(
        f"{client.name} has no reader {name!r}. Readers there: {there}.",
        code=ABSENT,
        hint="See that it is plugged in, and that this is its DeviceId, serial number or unique id.",
    )


def find_again(readers: t.Iterable[Reader], lost: Reader, *, restarted: bool = False) -> Reader | None:
    """``lost`` as it is now. Its serial number or unique id tells, for its id may be another one after a restart.

    ``restarted``: it was made to. Then the only newcomer that is alike is taken for a reader that has neither.
    """
    there = [reader for reader in readers if reader.id not in lost.twins]
    if not lost.nameless:
        found = sorted((reader for reader in there if lost.shares_a_name(reader)), key=lambda reader: _doubts(reader, lost))
        return found[0] if found else None
    found = [reader for reader in there if reader.id == lost.id]
    if not found and restarted:
        found = [reader for reader in there if lost.is_alike(reader)]
    return found[0] if len(found) == 1 else None


def _doubts(reader: Reader, lost: Reader) -> tuple[bool, bool, bool]:
    """How little it looks like ``lost``, for a comparison with others that share a name with it."""
    return reader.unique_id != lost.unique_id, reader.status != "ok", reader.id != lost.id


def running(client: CompanionClient, reader: Reader) -> Firmware:
    """What a reader runs. One that is in trouble may not be able to say: then only what the service knows of it is known."""
    known = Firmware.of(None, reader.device)
    try:
        info = client.firmware_info(reader.id)
    except FailedError:
        if reader.status == "ok" and known.revision is None:
            raise
        return known
    return Firmware.of(info, reader.device)
