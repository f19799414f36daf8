# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the firmware comes from: a file here, sent as a Blob, or a URL that the service fetches; and what it holds."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
import typing as t

from ..core import location
from ..core.errors import DeviceError, InputError
from .client import CompanionClient
from .reader import Firmware

CHUNK = 3 * 16 * 1024
"""Bytes that are encoded at a time; a multiple of 3, so that the pieces join to one base64 text."""

SCHEMES = ("http", "https", "file")


class Blob:
    """The body ``{"Blob": "<base64 of a file>"}``, made while it is sent, and anew each time it is sent."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._size = os.path.getsize(path)

    def __len__(self) -> int:
        return len('{"Blob":"') + 4 * ((self._size + 2) // 3) + len('"}')

    def __iter__(self) -> t.Iterator[bytes]:
        yield b'{"Blob":"'
        with open(self._path, "rb") as file:
            for part in iter(lambda: file.read(CHUNK), b""):
                yield base64.b64encode(part)
        yield b'"}'


class Source:
    """One of ``src`` (a path here) and ``url``. Raises :class:`InputError` for what cannot be a firmware."""

    def __init__(self, src: str | None, url: str | None) -> None:
        self.src = src
        self.url = url.strip() if url else None
        if self.url is not None and location.split(self.url).scheme.lower() not in SCHEMES:
            raise InputError(
                f"url: it has to start with http://, https:// or file://, not {self.url[:20]!r}.",
                hint="Give a file of the controller with src.",
            )
        if src is not None:
            _check_file(src)

    @property
    def name(self) -> str:
        """What messages call it; a URL without what may be secret in it."""
        if self.url is None:
            return os.path.basename(str(self.src))
        return location.shown(self.url)

    @property
    def secrets(self) -> list[str]:
        """A password in the URL."""
        return location.secrets_in(self.url)

    def send(self, client: CompanionClient, device_id: str) -> None:
        """Start loading it."""
        if self.url is not None:
            client.load(device_id, location=self.url)
        else:
            client.load(device_id, body=Blob(str(self.src)))

    def inspect(self, client: CompanionClient) -> Firmware:
        """What it holds, as far as the service can tell before it is loaded."""
        return self._inspect_url(client) if self.url is not None else self._inspect_file(client)

    def _inspect_url(self, client: CompanionClient) -> Firmware:
        try:
            return Firmware.of(client.inspect(str(self.url)))
        except DeviceError as error:
            # Loading would fail in the same way. A service that has no such route just cannot tell.
            if error.http_status not in {400, 404, 405} and error.code != "Invalid arguments":
                raise
        return Firmware(None, None)

    def _inspect_file(self, client: CompanionClient) -> Firmware:
        """Only a service on this machine can look at a file here, and none can look at a blob.

        Behind a forwarded port is another machine, which may have another file of this name. So the service is shown a copy
        under a name that exists nowhere else.
        """
        if client.endpoint.host.lower() not in {"localhost", "::1"} and not client.endpoint.host.startswith("127."):
            return Firmware(None, None)
        folder = tempfile.mkdtemp(prefix="siteops-firmware-")
        try:
            os.chmod(folder, 0o755)  # noqa: S103 - the service runs as another user
            copy = shutil.copyfile(str(self.src), os.path.join(folder, "firmware.bin"))
            os.chmod(copy, 0o644)
            return Firmware.of(client.inspect(f"file://{copy}"))
        except DeviceError as error:
            if error.code == "Unsupported content":
                error.message = f"{self.name}: {error.message}"
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return Firmware(None, None)


def _check_file(path: str) -> None:
    try:
        with open(path, "rb") as file:
            first = file.read(1)
    except OSError as error:
        raise InputError(f"src: {path} cannot be read ({error.strerror}).") from None
    if not first:
        raise InputError(f"src: {path} is empty.")
