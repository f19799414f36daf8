# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers what a test wrote down, byte by byte: what no well-behaved simulator would send."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence


class Scripted:
    """Answers the n-th request with the n-th reply, then hangs up on further ones. `requests`: what came, as text."""

    def __init__(self, replies: Sequence[bytes], context: ssl.SSLContext | None) -> None:
        self.requests: list[str] = []
        self.after_handshake: bytes = b""  # sent past TLS once a request came, instead of a reply
        self.drip = 0  # so many bytes at a time, instead of a whole reply at once
        self._replies = list(replies)
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _address = self._listener.accept()
                threading.Thread(target=self._answer, args=(plain,), daemon=True).start()

    def _answer(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        with contextlib.suppress(OSError), plain:
            self._talk(self._context.wrap_socket(plain, server_side=True) if self._context else plain)

    def _talk(self, connection: socket.socket) -> None:
        while _receive(connection, self.requests):
            if self.after_handshake:
                socket.socket.sendall(socket.socket(fileno=connection.detach()), self.after_handshake)
                return
            if not self._replies:
                return
            reply = self._replies.pop(0)
            for start in range(0, len(reply), self.drip or len(reply)):
                connection.sendall(reply[start : start + (self.drip or len(reply))])
                time.sleep(0.05 if self.drip else 0)


def _receive(connection: socket.socket, requests: list[str]) -> bool:
    """Read one request; False when there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return False
        data += part
    head, _end, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    requests.append((head + b"\r\n\r\n" + body).decode())
    return True


@contextlib.contextmanager
def scripted(*replies: bytes, context: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Such a server, listening."""
    server = Scripted(replies, context)
    try:
        yield server
    finally:
        server.close()


def reply(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP reply."""
    rows = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    return "\r\n".join([f"HTTP/1.1 {status}", *(f"{name}: {text}" for name, text in rows.items()), "", ""]).encode() + body
