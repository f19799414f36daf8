# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process does at its first request, done in a controller before it forks: once per play instead of once per host.

Most of what a first request costs is paid but once in a process: OpenSSL looks its algorithms up, codecs are imported, schemas
are compiled, Python's caches fill. A worker of the controller lives for one host and one task, and would pay it each time.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import typing as t

from .http import Endpoint, Session
from .requirements import requests, urllib3
from .schema import compile_declared
from .tls import Trust

REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def rehearse() -> None:
    """Do it. Sends nothing anywhere. What fails here is left to the first real request, which can say what is wrong."""
    with contextlib.suppress(Exception):
        compile_declared()
        if requests is not None:
            exchange()
            begin_tls()


def exchange() -> t.Any:
    """One request and its reply, over a pair of sockets within this process. Returns the reply's JSON."""
    far: list[socket.socket] = []

    class Connection(urllib3.connection.HTTPConnection):
        def connect(self) -> None:
            self.sock, other = socket.socketpair()
            far.append(other)
            other.sendall(REPLY)

    class Pool(urllib3.connectionpool.HTTPConnectionPool):
        ConnectionCls = Connection

    try:
        with Session(Endpoint("localhost", 80, tls=False)) as session:
            session.adapter.poolmanager.pool_classes_by_scheme = {"http": Pool}
            return session.call("PUT", "/", payload={}, retries=0).json({"type": "object"})
    finally:
        for each in far:
            each.close()


def begin_tls() -> bytes:
    """A context that trusts one CA, and the first message of a handshake, which it returns."""
    with open(requests.certs.where(), encoding="ascii", errors="replace") as bundle:
        first = bundle.read(65536).partition("-----BEGIN")[2].partition("-----END CERTIFICATE-----\n")
    with tempfile.NamedTemporaryFile("w", encoding="ascii", errors="replace") as file:
        file.write("-----BEGIN" + first[0] + first[1])
        file.flush()
        context = Trust(ca_path=file.name).context()
    outgoing = ssl.MemoryBIO()
    conversation = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        conversation.do_handshake()
    return outgoing.read()
