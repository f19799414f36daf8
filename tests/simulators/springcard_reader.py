# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated card reader and the form of its firmware images; what the service does with them is in `springcard`."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

MAGIC = b"SPRINGCARD-IMAGE\n"
OUTCOMES = ("success", "failed", "cancelled", "old", "gone", "denied")
FAMILY = "SpringCore/H518/Puck"


def image(revision: str = "1.24-150-g0123abcd", firmware: str = FAMILY, *, size: int = 4096) -> bytes:
    """A firmware image that the simulated service understands. The real form is not published."""
    about = {"Vendor": "SpringCard", "Product": "Puck", "Firmware": firmware, "Revision": revision, "Date": "2026-03-01"}
    head = MAGIC + json.dumps(about).encode() + b"\n"
    return head + bytes(number * 7 % 256 for number in range(max(0, size - len(head))))


def describe(data: bytes) -> dict[str, str] | None:
    """What an image says about itself, in the shape of GET /device/{id}/firmware-info; None when it is no image."""
    if not data.startswith(MAGIC):
        return None
    about = dict(json.loads(data[len(MAGIC) :].partition(b"\n")[0]))
    about["Version"] = about["Revision"].partition("-")[0]
    return {name: about[name] for name in ("Vendor", "Product", "Firmware", "Version", "Revision", "Date")}


@dataclass
class Reader:
    """A reader at one service. `outcome`: how the next load ends (one of `OUTCOMES`)."""

    number: int
    firmware: dict[str, str] = field(default_factory=lambda: describe(image("1.22-138-g56e5ed58")) or {})
    present: bool = True
    status: str = "ok"
    loadable: bool = True  # else "Not available"
    has_serial: bool = True
    has_unique_id: bool = True
    twin_of: int | None = None  # number of the reader whose serial number it shows
    mute: bool = False  # answers firmware-info with 499
    locked: bool = False  # by another request: 409
    loading: bool = False
    outcome: str = "success"
    steps: int = 4  # pending events of a load
    seconds: float = 0.2  # a load takes
    restart_seconds: float = 0.2
    new_id: bool = False  # comes back with another DeviceId
    generation: int = 0  # how many ids it has had
    loads: int = 0  # images that were loaded

    @property
    def serial(self) -> str:
        return f"5C{self.twin_of or self.number:06X}"

    @property
    def unique_id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"springcard:{self.number}"))

    @property
    def device_id(self) -> str:
        """22 characters, as in the vendor's example."""
        digest = hashlib.sha256(f"{self.number}.{self.generation}".encode()).hexdigest()
        return f"V{digest[:21]}"

    def device(self) -> dict[str, Any]:
        """The DEVICE object."""
        shown: dict[str, Any] = {"DeviceId": self.device_id, "Binding": "pnp", "Status": self.status, "Channel": "usb"}
        if self.status == "ok":
            shown.update(Mode="pcsc", FriendlyMode="PC/SC", Profile="ccid")
        shown.update(Name="Puck", VendorId=7220, ProductId=24865, PnpId="021C3461210122")
        if self.has_serial:
            shown["SerialNumber"] = self.serial
        if self.has_unique_id:
            shown["UniqueId"] = self.unique_id
        if self.status == "ok":
            shown.update(Version=self.firmware["Version"], Firmware=self.firmware["Firmware"].lower(), Hardware="H518")
            shown["Pcsc"] = {"Names": [f"SpringCard Puck Contactless {self.number}"], "ReaderIds": [f"R{self.number}"]}
        return shown

    def alter(self, changes: dict[str, Any]) -> None:
        """Alter it by hand; raises ValueError for what is not there."""
        names = {row.name for row in dataclasses.fields(self)} - {"number", "firmware"}
        for name, value in changes.items():
            if name == "revision":
                self.firmware = {**self.firmware, "Revision": value, "Version": value.partition("-")[0]}
            elif name == "family":
                self.firmware = {**self.firmware, "Firmware": value}
            elif name in names and (name != "outcome" or value in OUTCOMES):
                setattr(self, name, value)
            else:
                raise ValueError(f"{name}: no such thing, or not {value!r}")

    def state(self) -> dict[str, Any]:
        """All about it, as JSON types."""
        rows = {row.name: getattr(self, row.name) for row in dataclasses.fields(self)}
        return {**rows, "device_id": self.device_id, "serial": self.serial, "unique_id": self.unique_id}
