# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The update of firmware and web files: sections 2 and 3.18 to 3.25 of the MSK-101-POE document, as a state machine.

One session at a time per sensor, for one component. Per file: manifest start, chunks, stop; file start, chunks, stop.

The document does not say what a manifest (.mf) holds. Ours is JSON: `{"name", "size", "sha256"}` and optionally `dst`,
`version` and `versionCode`. See `ifw` for a builder.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .exchange import Call
from .msk_errors import ErrorCode, Refused, arguments
from .msk_sessions import token_of
from .msk_switches import Switches

SENSOR, COM_BOARD, WEB_SERVER = 0, 1, 2
CONTENTS = "contents.json"
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
PAYLOAD_VERSION = re.compile(rb"MSK-FIRMWARE (\S+) (\d+)\n")  # how payloads of `ifw` begin

# Where a session is. After a stop that failed only a forced end helps.
IDLE, MANIFEST, MANIFEST_DONE, FILE, FAILED = "idle", "manifest", "manifest done", "file", "failed"


@dataclass
class Transfer:
    """A manifest or a file on its way, chunk by chunk (3.20, 3.23)."""

    chunk_size: int
    name: str | None = None
    total: int | None = None
    data: bytearray = field(default_factory=bytearray)

    @property
    def complete(self) -> bool:
        """Whether every byte has come."""
        return self.total is not None and len(self.data) == self.total

    def take(self, name: str, content_range: str, chunk: bytes) -> None:
        """Add a chunk; raises Refused. One that came before, byte for byte the same, is taken as a repetition."""
        match = RANGE.fullmatch(content_range)
        if match is None:
            raise Refused(f"Content-Range {content_range!r} is not 'bytes start-end/total'", ErrorCode.BAD_CHUNK)
        start, end, total = (int(group) for group in match.groups())
        if not start <= end < total:
            raise Refused(f"Content-Range {content_range!r} does not hold together", ErrorCode.BAD_CHUNK)
        if len(chunk) != end - start + 1:
            raise Refused(f"{len(chunk)} bytes came under Content-Range {content_range!r}", ErrorCode.BAD_CHUNK)
        if self.total not in {None, total}:
            raise Refused(f"the total was {self.total}, now it is {total}", ErrorCode.BAD_CHUNK)
        if self.name not in {None, name}:
            raise Refused(f"X-Update-Filename was {self.name!r}, now it is {name!r}", ErrorCode.BAD_CHUNK)
        self._check_size(len(chunk), last=end + 1 == total)
        self._append(start, end, chunk)
        self.name, self.total = name, total

    def _check_size(self, size: int, *, last: bool) -> None:
        if size > self.chunk_size or (size < self.chunk_size and not last):
            raise Refused(f"a chunk of {size} bytes where maxChunkSize is {self.chunk_size}", ErrorCode.BAD_CHUNK)

    def _append(self, start: int, end: int, chunk: bytes) -> None:
        if end < len(self.data):
            if self.data[start : end + 1] != chunk:
                raise Refused(f"bytes {start}-{end} came before and were others", ErrorCode.BAD_CHUNK)
            return
        if start != len(self.data):
            raise Refused(f"a chunk from {start} on where {len(self.data)} bytes have come", ErrorCode.BAD_CHUNK)
        self.data += chunk


@dataclass
class Received:
    """A file that came whole and fits its manifest."""

    manifest: dict[str, Any]
    data: bytes

    @property
    def version(self) -> tuple[str, int] | None:
        """What the payload says it is, else its manifest."""
        match = PAYLOAD_VERSION.match(self.data)
        if match is not None:
            return match[1].decode(), int(match[2])
        text = self.manifest.get("version")
        return (str(text), int(self.manifest.get("versionCode", 0))) if text is not None else None


@dataclass
class UpdateSession:
    """An update under way."""

    dst: int
    used: float
    token: str = ""  # of the login that began it
    phase: str = IDLE
    transfer: Transfer | None = None
    manifest: dict[str, Any] = field(default_factory=dict)
    files: list[Received] = field(default_factory=list)


class Updates:
    """The update process of one sensor. `apply` takes the files of a finished session (component, files); `is_good` judges a token."""

    def __init__(
        self, switches: Switches, apply: Callable[[int, list[Received]], None], is_good: Callable[[str], bool] = lambda _token: True
    ) -> None:
        self._switches = switches
        self._apply = apply
        self._is_good = is_good
        self._forgotten = False  # whether the last session ended with its token, of which a client cannot know
        self._session: UpdateSession | None = None

    @property
    def session(self) -> UpdateSession | None:
        """The open session; one that nobody used for `orphan_seconds` is gone, with `update_ends_with_token` one whose token is, too."""
        life = self._switches.orphan_seconds
        if self._session is not None and self._switches.update_ends_with_token and not self._is_good(self._session.token):
            self._session, self._forgotten = None, True
        if self._session is not None and life is not None and time.monotonic() - self._session.used > life:
            self._session = None
        return self._session

    def start_process(self, call: Call) -> dict[str, Any]:
        """3.18: a session for a component. While one is open it is refused (the document does not say)."""
        dst = arguments(call.json, {"dst": int})["dst"]
        if dst not in {SENSOR, COM_BOARD, WEB_SERVER}:
            raise Refused(f"dst {dst} does not exist")
        if self.session is not None:
            raise Refused("an update session is open", ErrorCode.UPDATE_OPEN, violation=False)
        self._session, self._forgotten = UpdateSession(dst, time.monotonic(), token_of(call)), False
        return {"errorCode": 0}

    def start_manifest(self, _call: Call) -> dict[str, Any]:
        """3.19."""
        session = self._expect(IDLE)
        session.phase, session.transfer = MANIFEST, Transfer(self._switches.manifest_chunk_size)
        return {"errorCode": 0, "maxChunkSize": self._switches.manifest_chunk_size}

    def chunk_manifest(self, call: Call) -> dict[str, Any]:
        """3.20: the name with or without .mf, as `manifest_name` says."""
        session = self._expect(MANIFEST)
        name, content_range = _chunk_headers(call)
        with_extension = name.endswith(".mf")
        if {"plain": with_extension, "mf": not with_extension}.get(self._switches.manifest_name, False):
            raise Refused(f"X-Update-Filename {name!r} is not the {self._switches.manifest_name} name", ErrorCode.BAD_CHUNK)
        _transfer(session).take(name, content_range, call.body)
        return {"errorCode": 0}

    def stop_manifest(self, _call: Call) -> dict[str, Any]:
        """3.21: fails where the manifest is incomplete or no manifest, and with it the session."""
        session = self._expect(MANIFEST)
        transfer = _transfer(session)
        with _FailsSession(session):
            if not transfer.complete:
                raise Refused(f"{len(transfer.data)} of {transfer.total} bytes of the manifest have come", ErrorCode.INCOMPLETE)
            session.manifest = _manifest(bytes(transfer.data), session.dst)
            if (transfer.name or "").removesuffix(".mf") != session.manifest["name"]:
                raise Refused(f"the manifest of {session.manifest['name']!r} came as {transfer.name!r}", ErrorCode.BAD_MANIFEST)
        session.phase, session.transfer = MANIFEST_DONE, None
        return {"errorCode": 0}

    def start_file(self, _call: Call) -> dict[str, Any]:
        """3.22."""
        session = self._expect(MANIFEST_DONE)
        session.phase, session.transfer = FILE, Transfer(self._switches.file_chunk_size)
        return {"errorCode": 0, "maxChunkSize": self._switches.file_chunk_size}

    def chunk_file(self, call: Call) -> dict[str, Any]:
        """3.23: the name is the one in the manifest."""
        session = self._expect(FILE)
        name, content_range = _chunk_headers(call)
        if name != session.manifest["name"]:
            raise Refused(f"a chunk of {name!r} after the manifest of {session.manifest['name']!r}", ErrorCode.BAD_CHUNK)
        _transfer(session).take(name, content_range, call.body)
        return {"errorCode": 0}

    def stop_file(self, _call: Call) -> dict[str, Any]:
        """3.24: fails where the file is incomplete or does not fit its manifest, and with it the session.

        A file of no bytes has no chunks, for no Content-Range can say so.
        """
        session = self._expect(FILE)
        transfer = _transfer(session)
        with _FailsSession(session):
            if not transfer.complete and session.manifest["size"]:
                raise Refused(f"{len(transfer.data)} of {transfer.total} bytes of the file have come", ErrorCode.INCOMPLETE)
            data = bytes(transfer.data)
            if len(data) != session.manifest["size"] or hashlib.sha256(data).hexdigest() != session.manifest["sha256"]:
                raise Refused("the file does not fit its manifest", ErrorCode.BAD_MANIFEST)
        session.files.append(Received(session.manifest, data))
        session.phase, session.transfer = IDLE, None
        return {"errorCode": 0}

    def stop_process(self, call: Call) -> dict[str, Any]:
        """3.25: force 0 applies what came, anything else aborts. Without a session both are refused, quietly the latter."""
        force = arguments(call.json, {"force": int})["force"]
        if self.session is None:
            raise Refused("no update session is open", ErrorCode.NO_UPDATE, violation=not force and not self._forgotten)
        if force:
            self._session = None
            return {"errorCode": 0}
        session = self._expect(IDLE)
        if not session.files:
            raise Refused("no file has come", ErrorCode.INCOMPLETE)
        if self._switches.update_outcome == "refused":
            session.phase = FAILED
            raise Refused("the update could not be applied", ErrorCode.NOT_APPLIED, violation=False)
        self._session = None
        self._apply(session.dst, session.files)
        return {"errorCode": 0}

    def abandon(self) -> None:
        """Forget the session, as a restart does."""
        self._session = None

    def state(self) -> dict[str, Any] | None:
        """The open session as JSON types."""
        session = self.session
        if session is None:
            return None
        came = len(session.transfer.data) if session.transfer else 0
        return {"dst": session.dst, "phase": session.phase, "received": came, "files": [item.manifest["name"] for item in session.files]}

    def _expect(self, phase: str) -> UpdateSession:
        session = self.session
        if session is None:
            raise Refused("no update session is open", ErrorCode.NO_UPDATE, violation=not self._forgotten)
        session.used = time.monotonic()
        if session.phase != phase:
            raise Refused(f"wrong order: the update is at {session.phase!r}, this step needs {phase!r}", ErrorCode.WRONG_ORDER)
        return session


class _FailsSession:
    """Whatever is refused inside leaves the session failed."""

    def __init__(self, session: UpdateSession) -> None:
        self._session = session

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            self._session.phase = FAILED


def _transfer(session: UpdateSession) -> Transfer:
    if session.transfer is None:
        raise AssertionError("a phase of chunks without a transfer")
    return session.transfer


def _chunk_headers(call: Call) -> tuple[str, str]:
    values = []
    for header in ("X-Update-Filename", "Content-Range"):
        value = call.headers.get(header)
        if not value:
            raise Refused(f"no {header} header", ErrorCode.BAD_CHUNK)
        values.append(value)
    return values[0], values[1]


def _manifest(data: bytes, dst: int) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
    except ValueError:
        raise Refused("the manifest is damaged", ErrorCode.BAD_MANIFEST) from None
    wanted = {"name": str, "size": int, "sha256": str}
    if not isinstance(manifest, dict) or any(not isinstance(manifest.get(key), kind) for key, kind in wanted.items()):
        raise Refused("the manifest is damaged", ErrorCode.BAD_MANIFEST)
    if manifest.get("dst", dst) != dst:
        raise Refused(f"a manifest for component {manifest['dst']} in a session for {dst}", ErrorCode.BAD_MANIFEST)
    return manifest
