# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WebSocket of the service, on which it tells every client everything; heard here is how a load goes (Device.LoadFirmwareProgress)."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import typing as t

from ..core.http import Endpoint
from ..core.requirements import IMPORT_ERRORS, websocket
from ..core.wait import Clock

RECONNECT = 2.0
"""Seconds between two tries to open a WebSocket that was lost."""

CLOSE = 8
"""Opcode of the frame with which the service ends the connection."""

TEXT = 1


@dataclasses.dataclass(frozen=True)
class Progress:
    """``status``: ``pending``, ``success`` (the reader restarts), ``failed`` (in fail-safe mode), ``cancelled``.

    ``percent`` is None when it is not said.
    """

    device_id: str
    status: str
    percent: int | None


class Listener:
    """A WebSocket that is opened before anything is asked for, since events are not repeated. It never speaks.

    ``alive``: whether it is open. ``why``: why it is not.
    """

    def __init__(self, endpoint: Endpoint, port: int, clock: Clock | None = None) -> None:
        self._endpoint = endpoint
        self._port = port
        self._clock = clock or Clock()
        self._socket: t.Any = None
        self._tried = 0.0
        self.why = "not opened"

    def __enter__(self) -> Listener:
        self.open()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._drop("closed")

    @property
    def alive(self) -> bool:
        return self._socket is not None

    @property
    def address(self) -> str:
        host = f"[{self._endpoint.host}]" if ":" in self._endpoint.host else self._endpoint.host
        return f"{'wss' if self._endpoint.tls else 'ws'}://{host}:{self._port}/"

    def open(self) -> None:
        """Try to open it; a failure is no error, for there is another way to see how a load goes."""
        self._tried = self._clock.now()
        if not self._port:
            self.why = "switched off"
            return
        if "websocket-client" in IMPORT_ERRORS:
            reason = IMPORT_ERRORS["websocket-client"].strip().rpartition("\n")[2]
            self.why = f"the Python library websocket-client is missing: {reason}"
            return
        try:
            self._socket = self._connect()
        except (OSError, ValueError, websocket.WebSocketException) as error:
            self.why = str(error).partition(" -+-+- ")[0] or type(error).__name__

    def _connect(self) -> t.Any:
        """The TCP connection is made here, so that no proxy of the environment gets in between and TLS is as with REST."""
        endpoint = self._endpoint
        plain = socket.create_connection((endpoint.host, self._port), endpoint.connect_timeout)
        try:
            plain.settimeout(endpoint.connect_timeout)
            stream = endpoint.trust.secure(plain, endpoint.host) if endpoint.tls else plain
            return websocket.create_connection(self.address, timeout=endpoint.connect_timeout, socket=stream, suppress_origin=True)
        except BaseException:
            plain.close()
            raise

    def next(self, timeout: float) -> Progress | None:
        """The next news of any load, waiting for at most ``timeout`` seconds; None when there was none."""
        end = self._clock.now() + timeout
        if self._socket is None and self._port and self._clock.now() - self._tried >= RECONNECT:
            self.open()
        while self._socket is not None:
            left = end - self._clock.now()
            news = self._receive(max(left, 0.01))
            if news is not None or left <= 0:
                return news
        self._clock.sleep(max(0.0, end - self._clock.now()))
        return None

    def _receive(self, timeout: float) -> Progress | None:
        """One frame; None when it was none, or of no interest."""
        try:
            self._socket.settimeout(timeout)
            opcode, data = self._socket.recv_data()
        except websocket.WebSocketTimeoutException:
            return None
        except (OSError, ValueError, websocket.WebSocketException) as error:
            self._drop(str(error) or type(error).__name__)
            return None
        if opcode == CLOSE:
            self._drop("closed by the service")
        return progress_in(data) if opcode == TEXT else None

    def _drop(self, why: str) -> None:
        stream, self._socket = self._socket, None
        self.why = why
        if stream is not None:
            with contextlib.suppress(OSError, ValueError, websocket.WebSocketException):
                stream.close(timeout=1)


def progress_in(data: bytes) -> Progress | None:
    """The news in a text frame; None for other events, answers, and what is no JSON: clients are to ignore what they do not know."""
    try:
        body = json.loads(data)
    except ValueError:
        return None
    params = body.get("params") if isinstance(body, dict) and body.get("event") == "Device.LoadFirmwareProgress" else None
    if not isinstance(params, dict) or not isinstance(params.get("DeviceId"), str) or not isinstance(params.get("Status"), str):
        return None
    percent = params.get("Progress")
    known = int(percent) if isinstance(percent, (int, float)) and not isinstance(percent, bool) else None
    return Progress(params["DeviceId"], params["Status"].lower(), known)
