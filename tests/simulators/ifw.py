# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IFW update packages for tests, good and malicious: section 2 of the MSK-101-POE document.

    firmware(COM_BOARD, "1.210").write(folder / "board.ifw")
    web({"index.html": b"<html>", "js/app.js": b"..."}).write(folder / "web.ifw")
    firmware(SENSOR, "1.119").add("../../etc/cron.d/evil", b"...").write(...)

A package is a list of members that can be altered before it is written; every altering method returns the package.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .msk_update import COM_BOARD, CONTENTS, SENSOR, WEB_SERVER

__all__ = ["COM_BOARD", "SENSOR", "WEB_SERVER", "Package", "firmware", "manifest", "payload", "web"]

DESCRIPTOR = "package.json"
NAMES = {SENSOR: "MSK101_v{}.bin", COM_BOARD: "CBPOE_v{}.bin"}
SYMBOLIC_LINK = 0o120777 << 16
CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
FLAGS, SIZE = {CENTRAL: 8, LOCAL: 6}, {CENTRAL: 24, LOCAL: 22}  # offsets within a header
NAME_LENGTH, NAME = {CENTRAL: 28, LOCAL: 26}, {CENTRAL: 46, LOCAL: 30}


@dataclass
class Member:
    """A file in the zip."""

    name: str
    data: bytes
    attributes: int = 0o644 << 16


class Package:
    """An IFW package in the making."""

    def __init__(self, descriptor: dict[str, Any], members: list[Member]) -> None:
        self.members = [Member(DESCRIPTOR, b""), *members]
        self.descriptor = descriptor
        self._patches: list[tuple[str, dict[bytes, int], str, int]] = []
        self._kept: float | None = None
        self.describe()

    def describe(self, **changes: Any) -> Package:
        """Alter package.json; None removes a key."""
        self.descriptor.update(changes)
        self.descriptor = {key: value for key, value in self.descriptor.items() if value is not None}
        return self.replace(DESCRIPTOR, json.dumps(self.descriptor).encode())

    def data(self, name: str) -> bytes:
        """The content of a member; raises KeyError."""
        return self._member(name).data

    def add(self, name: str, data: bytes) -> Package:
        """One more member; also with a name that climbs out of the folder, or one that is there already."""
        self.members.append(Member(name, data))
        return self

    def replace(self, name: str, data: bytes) -> Package:
        """Other content for a member, its manifest left as it is."""
        self._member(name).data = data
        return self

    def rename(self, name: str, new_name: str) -> Package:
        """Another name for a member."""
        self._member(name).name = new_name
        return self

    def remove(self, name: str) -> Package:
        """A member less."""
        self.members.remove(self._member(name))
        return self

    def link(self, name: str, target: str) -> Package:
        """A symbolic link, in place of the member of that name if there is one."""
        self.members = [member for member in self.members if member.name != name]
        self.members.append(Member(name, target.encode(), SYMBOLIC_LINK))
        return self

    def duplicate(self, name: str, data: bytes = b"the second of two") -> Package:
        """A second member of the same name."""
        return self.add(name, data)

    def bomb(self, name: str, size: int = 64 * 2**20) -> Package:
        """A member of zeros, which shrink to a thousandth; made or replaced."""
        self.members = [member for member in self.members if member.name != name]
        return self.add(name, bytes(size))

    def encrypted(self, name: str) -> Package:
        """The flag that says a member is encrypted."""
        self._patches.append((name, FLAGS, "<H", 1))
        return self

    def understated(self, name: str, size: int) -> Package:
        """Headers that promise less than is in a member."""
        self._patches.append((name, SIZE, "<I", size))
        return self

    def truncated(self, kept: float = 0.6) -> Package:
        """Only the first part of the file."""
        self._kept = kept
        return self

    def build(self) -> bytes:
        """The bytes of the package."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # duplicate names are wanted
            for member in self.members:
                info = zipfile.ZipInfo(member.name, (2026, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = member.attributes
                archive.writestr(info, member.data)
        content = bytearray(out.getvalue())
        for name, offsets, form, value in self._patches:
            _patch(content, name, offsets, form, value)
        return bytes(content if self._kept is None else content[: int(len(content) * self._kept)])

    def write(self, path: Path | str) -> Path:
        """Write the package to a file; returns its path."""
        Path(path).write_bytes(self.build())
        return Path(path)

    def _member(self, name: str) -> Member:
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(name)


def payload(version: str, code: int, size: int) -> bytes:
    """A firmware image that tells its version to the simulated sensor; the same bytes for the same arguments."""
    head = f"MSK-FIRMWARE {version} {code}\n".encode()
    return head + random.Random(version).randbytes(max(0, size - len(head)))


def manifest(name: str, data: bytes, **more: Any) -> bytes:
    """The meta information of a file, as the simulated sensor wants it."""
    return json.dumps({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}).encode()


def version_code(version: str) -> int:
    """The number of a version: "1.210" is 1210."""
    return int("".join(character for character in version if character.isdigit()) or 0)


def firmware(dst: int, version: str = "1.210", *, code: int | None = None, size: int = 5000, name: str | None = None) -> Package:
    """A package with the firmware of the sensor (dst 0) or of the communication board (1)."""
    number = version_code(version) if code is None else code
    file = name or NAMES[dst].format(number)
    data = payload(version, number, size)
    descriptor = {"f": file, "v": version, "df": 2, "dst": dst, "vc": number, "dm": 1}
    meta = manifest(file, data, dst=dst, version=version, versionCode=number)
    return Package(descriptor, [Member(file, data), Member(f"{file}.mf", meta)])


def web(
    files: dict[str, bytes],
    version: str = "1.10",
    *,
    code: int | None = None,
    keys: tuple[str, str] = ("name", "fingerprint"),
    with_contents_manifest: bool = False,
) -> Package:
    """A package for the web server (dst 2): contents.json and the files, which may lie in folders.

    Fingerprints are SHA-256. `with_contents_manifest` makes contents.json itself a file that can be sent.
    """
    rows = [{keys[0]: name, keys[1]: hashlib.sha256(data).hexdigest()} for name, data in files.items()]
    contents = json.dumps({"fA": rows}).encode()
    members = [Member(CONTENTS, contents)]
    for name, data in {**files, **({CONTENTS: contents} if with_contents_manifest else {})}.items():
        members += [Member(name, data)] if name != CONTENTS else []
        members.append(Member(f"{name}.mf", manifest(name, data, dst=WEB_SERVER)))
    number = version_code(version) if code is None else code
    return Package({"f": CONTENTS, "v": version, "df": 2, "dst": WEB_SERVER, "vc": number, "dm": 1}, members)


def _patch(content: bytearray, name: str, offsets: dict[bytes, int], form: str, value: int) -> None:
    """Overwrite a field in the central and the local header of a member."""
    for signature, offset in offsets.items():
        at = content.find(signature)
        while at >= 0:
            (length,) = struct.unpack_from("<H", content, at + NAME_LENGTH[signature])
            start = at + NAME[signature]
            if content[start : start + length] == name.encode():
                struct.pack_into(form, content, at + offset, value)
            at = content.find(signature, at + 4)
