# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IFW update packages (chapter 2): a zip with package.json, the files for one component, and a ``.mf`` for each of them.

A package is validated whole before anything is sent, and nothing of it is ever written to a disk or held in memory:
members are read as streams. No network here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import stat
import struct
import typing as t
import zipfile
import zlib

from ..core.errors import FailedError, InputError
from .component import COMPONENTS, WEB_SERVER, Component
from .contents import Fingerprint, bare, parse_contents
from .version import FirmwareVersion

DESCRIPTOR = "package.json"
MANIFEST = ".mf"

MIB = 1024 * 1024

LARGEST_MEMBER = 256 * MIB
"""Bytes, unpacked. A sensor's files have a few megabytes; this leaves room to grow, and no way to occupy a controller for hours."""

LARGEST_TOTAL = 512 * MIB
"""Bytes, all members unpacked: twice the largest member."""

LARGEST_DESCRIPTOR = 64 * 1024
"""Bytes of package.json, which holds six values. It is read into memory."""

LARGEST_CONTENTS = 4 * MIB
"""Bytes of contents.json, which holds a line per web file. It is read into memory."""

LARGEST_MANIFEST = 4 * MIB
"""Bytes of a ``.mf``: signed meta information of one file."""

MOST_MEMBERS = 20_000
"""Each costs memory when the directory is read; a web server has some hundred files, two members each."""

LARGEST_DIRECTORY = 4 * MIB
"""Bytes of the zip's directory, which is read into memory when the zip is opened; 20,000 members of 200 bytes."""

LARGEST_RATIO = 200
"""Unpacked to packed. Firmware is packed or signed code and shrinks to a half or a third, padding included perhaps to a tenth."""

SMALL = MIB
"""Bytes, unpacked, up to which the ratio does not count: little is lost, and small text files shrink a lot."""

LONGEST_NAME = 255
"""Characters. The name travels in a header."""

BLOCK = 256 * 1024
"""Bytes that are read at a time while members are checked."""

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Others may need as much memory to unpack as the package asks for."""

ENCRYPTED = 0x0001 | 0x0040 | 0x2000
"""General purpose flags of a zip member: encrypted, strongly encrypted, directory encrypted."""

DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    UnicodeError,
    ValueError,
    RuntimeError,
)
"""What reading a damaged or malicious zip raises."""


@dataclasses.dataclass(frozen=True)
class Payload:
    """A file for the device. ``name``: as the device is told. ``member``: as it is called in the zip. Sizes in bytes, unpacked."""

    name: str
    member: str
    size: int
    manifest_size: int
    fingerprint: Fingerprint | None = None

    @property
    def manifest_member(self) -> str:
        return self.member + MANIFEST

    @property
    def total(self) -> int:
        """Bytes that go to the device: the file and its manifest."""
        return self.size + self.manifest_size


@dataclasses.dataclass(frozen=True)
class Package:
    """A valid package, open for reading. ``label``: its file name. ``family`` and ``mode`` are ``df`` and ``dm``."""

    label: str
    component: Component
    version: FirmwareVersion
    family: int
    mode: int
    payloads: tuple[Payload, ...]
    archive: zipfile.ZipFile

    @contextlib.contextmanager
    def stream(self, member: str) -> t.Iterator[MemberStream]:
        """A member as a stream. Raises :class:`FailedError` when the file was altered since it was validated."""
        with contextlib.ExitStack() as stack:
            try:
                source = stack.enter_context(self.archive.open(member))
            except DAMAGE as error:
                raise _altered(self.label, member, error) from None
            yield MemberStream(source, self.label, member)


class MemberStream:
    """A stream whose read errors say which package is damaged."""

    def __init__(self, stream: t.IO[bytes], label: str, member: str) -> None:
        self._stream = stream
        self._label = label
        self._member = member

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except DAMAGE as error:
            raise _altered(self._label, self._member, error) from None


def _altered(label: str, member: str, error: BaseException) -> FailedError:
    """The error for a package that was valid when it was opened and is not any more."""
    return FailedError(
        f"Package {label} was valid, and now its member {member!r} cannot be read ({error}).",
        hint="Was the file altered meanwhile? Run the task again when it is whole.",
    )


def refused(label: str, reason: str) -> InputError:
    """The error for a package that is not sent."""
    return InputError(
        f"Package {label} is refused: {reason}.",
        hint="Get the package again from its vendor. Nothing of it was sent.",
        facts={"package": label, "reason": reason},
    )


@contextlib.contextmanager
def open_packages(paths: t.Iterable[str]) -> t.Iterator[list[Package]]:
    """Validate packages whole and keep them open, in the order in which their components are updated.

    Raises :class:`InputError` for the first one that is not right, and for two that are for the same component.
    """
    with contextlib.ExitStack() as stack:
        packages = [stack.enter_context(open_package(path)) for path in paths]
        by_component: dict[int, Package] = {}
        for package in packages:
            other = by_component.setdefault(package.component.dst, package)
            if other is not package:
                raise InputError(f"Packages {other.label} and {package.label} are both for the {package.component.label}; give one.")
        yield [by_component[dst] for dst in COMPONENTS if dst in by_component]


@contextlib.contextmanager
def open_package(path: str) -> t.Iterator[Package]:
    """Validate a package whole and keep it open. Raises :class:`InputError` that names the package and the reason."""
    label = os.path.basename(path)
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "rb"))
            _check_directory(file)
            package = _validated(label, stack.enter_context(zipfile.ZipFile(file)))
        except DAMAGE as error:
            raise refused(label, _reason(error)) from None
        yield package


def _reason(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read ({error.strerror})"
    if isinstance(error, _Invalid):
        return str(error)
    if isinstance(error, zipfile.BadZipFile):
        return f"it is not a whole zip file ({error})"
    return f"it is damaged ({error or type(error).__name__})"


class _Invalid(ValueError):
    """A rule that the package breaks, in words that end a sentence."""


def _check_directory(file: t.IO[bytes]) -> None:
    """Look at the zip's end record before its directory is read into memory."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    if not size:
        raise _Invalid("it is empty")
    file.seek(max(0, size - 22 - 65535))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise _Invalid("it is not a whole zip file (its end is missing)")
    count, directory = struct.unpack_from("<HI", tail, at + 10)
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07") or count == 0xFFFF or directory == 0xFFFFFFFF:
        raise _Invalid("it uses the format for zip files above 4 GiB")
    if count > MOST_MEMBERS or directory > LARGEST_DIRECTORY:
        raise _Invalid(f"its directory has {count} members in {directory} bytes; {MOST_MEMBERS} in {LARGEST_DIRECTORY} are the limit")
    file.seek(0)


def _validated(label: str, archive: zipfile.ZipFile) -> Package:
    members = _members(archive)
    descriptor = _descriptor(archive, members)
    component = COMPONENTS[descriptor["dst"]]
    payloads = _web_files(archive, members, descriptor["f"]) if component is WEB_SERVER else _firmware_files(members, descriptor["f"])
    _read_all(archive, members)
    return Package(
        label=label,
        component=component,
        version=FirmwareVersion.packaged(descriptor["v"].strip(), descriptor["vc"]),
        family=descriptor["df"],
        mode=descriptor["dm"],
        payloads=tuple(payloads),
        archive=archive,
    )


Members = dict[str, zipfile.ZipInfo]


def _members(archive: zipfile.ZipFile) -> Members:
    """The files in the zip by name, each and all of them within the rules."""
    found: Members = {}
    total = 0
    for info in archive.infolist():
        _check_member(info)
        if info.orig_filename in found:
            raise _Invalid(f"it holds {info.orig_filename!r} twice")
        found[info.orig_filename] = info
        total += info.file_size
    if total > LARGEST_TOTAL:
        raise _Invalid(f"unpacked it would have {total} bytes, more than {LARGEST_TOTAL}")
    return {name: info for name, info in found.items() if not name.endswith("/")}


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    _check_name(name.removesuffix("/"))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _Invalid(f"{name!r} is {'a link' if kind == stat.S_IFLNK else 'no regular file'}")
    if info.flag_bits & ENCRYPTED:
        raise _Invalid(f"{name!r} is encrypted")
    if info.compress_type not in METHODS:
        raise _Invalid(f"{name!r} is packed by method {info.compress_type}; only stored and deflated members are read")
    if info.file_size > LARGEST_MEMBER:
        raise _Invalid(f"{name!r} would have {info.file_size} bytes unpacked, more than {LARGEST_MEMBER}")
    if info.file_size > SMALL and info.file_size > LARGEST_RATIO * info.compress_size:
        raise _Invalid(f"{name!r} would unpack {info.compress_size} bytes to {info.file_size}, more than {LARGEST_RATIO} times as much")
    if name.endswith("/") and info.file_size:
        raise _Invalid(f"{name!r} is a folder with content")


def _check_name(name: str) -> None:
    """Relative, within its own folder, and fit for a header."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _Invalid(f"the file name {name[:80]!r} is empty, longer than {LONGEST_NAME} characters, or has control characters")
    if name.startswith("/") or "\\" in name or re.match(r"[A-Za-z]:", name):
        raise _Invalid(f"the path {name!r} is absolute or has a backslash")
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise _Invalid(f"the path {name!r} leads out of its folder or is not in its shortest form")


def _descriptor(archive: zipfile.ZipFile, members: Members) -> dict[str, t.Any]:
    """package.json, checked."""
    body = _read_json(archive, members, DESCRIPTOR, LARGEST_DESCRIPTOR)
    if not isinstance(body, dict):
        raise _Invalid(f"{DESCRIPTOR} is not a JSON object")
    for key, kind in {"f": str, "v": str, "vc": int, "df": int, "dm": int, "dst": int}.items():
        if key not in body:
            raise _Invalid(f"{DESCRIPTOR} has no {key!r}")
        if not isinstance(body[key], kind) or isinstance(body[key], bool):
            raise _Invalid(f"{key!r} in {DESCRIPTOR} is not {'text' if kind is str else 'a whole number'}")
    if body["dst"] not in COMPONENTS:
        raise _Invalid(f"'dst' in {DESCRIPTOR} is {body['dst']}; 0 is the sensor, 1 the communication board, 2 the web server")
    if not body["v"].strip() or len(body["v"]) > 64 or not body["v"].isprintable() or body["vc"] < 0:
        raise _Invalid(f"'v' and 'vc' in {DESCRIPTOR} are not a version")
    _check_name(body["f"])
    return body


def _read_json(archive: zipfile.ZipFile, members: Members, name: str, limit: int) -> t.Any:
    info = members.get(name)
    if info is None:
        raise _Invalid(f"it has no {name}")
    if info.file_size > limit:
        raise _Invalid(f"{name} has {info.file_size} bytes, more than {limit}")
    with archive.open(info) as stream:
        content = stream.read(limit + 1)
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _Invalid(f"{name} is not JSON ({type(error).__name__})") from None


def _payload(members: Members, name: str, member: str, fingerprint: Fingerprint | None = None) -> Payload:
    info, manifest = members.get(member), members.get(member + MANIFEST)
    if info is None:
        raise _Invalid(f"it has no {name!r}, which it should hold")
    if manifest is None:
        raise _Invalid(f"{member!r} has no meta information {member + MANIFEST!r}")
    if not 0 < manifest.file_size <= LARGEST_MANIFEST:
        raise _Invalid(f"{member + MANIFEST!r} has {manifest.file_size} bytes; 1 to {LARGEST_MANIFEST} are right")
    return Payload(name, member, info.file_size, manifest.file_size, fingerprint)


def _firmware_files(members: Members, name: str) -> list[Payload]:
    """Every file with meta information is meant for the device; the firmware that ``f`` names goes last."""
    firmware = _payload(members, name, name)
    if not firmware.size:
        raise _Invalid(f"{name!r} is empty")
    others = [other[: -len(MANIFEST)] for other in members if other.endswith(MANIFEST) and other != firmware.manifest_member]
    return [*(_payload(members, other, other) for other in others), firmware]


def _web_files(archive: zipfile.ZipFile, members: Members, contents: str) -> list[Payload]:
    """The files that contents.json lists; itself last, when it has meta information and so is meant for the device."""
    body = _read_json(archive, members, contents, LARGEST_CONTENTS)
    folder = contents.rpartition("/")[0]
    known = {name[len(folder) + 1 :] if folder and name.startswith(f"{folder}/") else name for name in members}
    try:
        listed = parse_contents(body, known)
    except ValueError as error:
        raise _Invalid(f"{contents}: {error}") from None
    if not listed:
        raise _Invalid(f"{contents} lists no files")
    payloads = []
    for name, fingerprint in listed.items():
        inner = bare(name)
        _check_name(inner)
        member = f"{folder}/{inner}" if folder and inner not in members else inner
        payloads.append(_payload(members, name, member, fingerprint))
    if contents + MANIFEST in members and contents not in {payload.member for payload in payloads}:
        payloads.append(_payload(members, contents, contents))
    return payloads


def _read_all(archive: zipfile.ZipFile, members: Members) -> None:
    """Read every member once: sizes and check sums must be what the directory says."""
    for name, info in members.items():
        size = 0
        with archive.open(info) as stream:
            for block in iter(lambda source=stream: source.read(BLOCK), b""):  # type: ignore[misc]
                size += len(block)
        if size != info.file_size:
            raise _Invalid(f"{name!r} has {size} bytes, its directory entry says {info.file_size}")
