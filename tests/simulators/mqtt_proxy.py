# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of a broker that loses or changes packets: the broker has sent them, and the connection breaks before they arrive."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9


class LossyProxy:
    """Listens on a free loopback port. `losses`: the packet types from the broker to lose next, one after the other."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.losses: list[int] = []
        self.silent: set[int] = set()  # packet types that never arrive, while the connection stays
        self.instead: dict[int, bytes] = {}  # packet type to the packet that arrives instead
        self.connections = 0

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def __enter__(self) -> LossyProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self.connections += 1
                try:
                    broker = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    client.close()
                    continue
                threading.Thread(target=self._up, args=(client, broker), daemon=True).start()
                threading.Thread(target=self._down, args=(broker, client), daemon=True).start()

    def _up(self, client: socket.socket, broker: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                broker.sendall(data)
        _cut(client, broker)

    def _down(self, broker: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            for packet in _packets(broker):
                kind = packet[0] >> 4
                if self.losses and self.losses[0] == kind:
                    self.losses.pop(0)
                    break
                if kind not in self.silent:
                    client.sendall(self.instead.get(kind, packet))
        _cut(broker, client)


def _cut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def _packets(source: socket.socket) -> Iterator[bytes]:
    while True:
        packet = _exactly(source, 1)
        length, shift = 0, 0
        while True:
            digit = _exactly(source, 1)
            packet += digit
            length |= (digit[0] & 127) << shift
            shift += 7
            if digit[0] < 128:
                break
        yield packet + _exactly(source, length)


def _exactly(source: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = source.recv(length - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
