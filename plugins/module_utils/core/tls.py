# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an HTTPS server is trusted: by a CA, or by the pinned fingerprint of its own certificate."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import socket
import ssl
import typing as t
import warnings

from .errors import InputError
from .requirements import HTTPAdapter, urllib3


@dataclasses.dataclass(frozen=True)
class Trust:
    """The user's TLS options. ``certificate_name``: the name to expect in the certificate; None: the host, "": any name."""

    validate: bool = True
    ca_path: str | None = None
    fingerprint: str | None = None
    certificate_name: str | None = None

    def __post_init__(self) -> None:
        if self.fingerprint:
            digits = self.fingerprint.lower().replace("sha256", "").replace(":", "").replace(" ", "").strip()
            if len(digits) != 64 or any(digit not in "0123456789abcdef" for digit in digits):
                raise InputError("fingerprint: a SHA-256 fingerprint has 64 hexadecimal digits, with or without colons.")
            object.__setattr__(self, "fingerprint", digits)
        if self.ca_path and not os.path.exists(os.path.expanduser(self.ca_path)):
            raise InputError(f"ca_path: there is no file or folder {self.ca_path}.")

    @property
    def checks_name(self) -> bool:
        return self.validate and not self.fingerprint and self.certificate_name != ""

    @property
    def checks_host(self) -> bool:
        """Whether OpenSSL checks the name, the faster way. It can when the name is the host; release 1 of urllib3 gives it no address."""
        return self.checks_name and self.certificate_name is None and urllib3 is not None and not urllib3.__version__.startswith("1.")

    def context(self) -> ssl.SSLContext:
        """An SSL context for requests: what it does not check of the name or the fingerprint, urllib3 does."""
        return self._context(self.checks_host)

    def self_checking_context(self) -> ssl.SSLContext:
        """An SSL context that checks the name, for protocols where nobody else does. It knows no pinned fingerprint."""
        return self._context(self.checks_name)

    def secure(self, plain: socket.socket, host: str) -> ssl.SSLSocket:
        """``plain`` with TLS around it, for protocols that are not HTTP. Raises ``ssl.SSLError`` when the server is not trusted."""
        secured = self.self_checking_context().wrap_socket(plain, server_hostname=self.certificate_name or host)
        if self.fingerprint and hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest() != self.fingerprint:
            secured.close()
            raise ssl.SSLError(f"the certificate of {host} is not the pinned one")
        return secured

    def _context(self, check_name: bool) -> ssl.SSLContext:
        if not self.validate or self.fingerprint:
            return _context(None, 0, False, False)
        path = os.path.expanduser(self.ca_path) if self.ca_path else None
        stamp = os.stat(path).st_mtime_ns if path else 0
        try:
            return _context(path, stamp, True, check_name)
        except (ssl.SSLError, OSError) as error:
            raise InputError(f"ca_path: {self.ca_path} holds no usable certificates ({error}).") from None


@functools.lru_cache(maxsize=32)
def _context(ca_path: str | None, _stamp: int, verify: bool, check_name: bool) -> ssl.SSLContext:
    """Kept for the process: reading the CA files costs more than a request. Never changed after it was made.

    Not ``ssl.create_default_context``: since Python 3.13 that one is stricter with CA certificates than older
    releases, and what a device's CA is trusted for must not depend on the controller's Python.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = check_name
    context.hostname_checks_common_name = False
    if not verify:
        context.verify_mode = ssl.CERT_NONE
    elif ca_path is None:
        context.load_default_certs()
    elif os.path.isdir(ca_path):
        context.load_verify_locations(capath=ca_path)
    else:
        context.load_verify_locations(cafile=ca_path)
    return context


class TrustAdapter(HTTPAdapter):
    """A requests adapter that applies a :class:`Trust` instead of what requests would take from the environment."""

    def __init__(self, trust: Trust) -> None:
        if not trust.validate:
            # The user's own choice; a line of Python's on the screen for each device would not name it. Said here, and not when the
            # libraries are imported, for what an import sets the engine's loader of plugins undoes.
            warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)
        self._pool_options: dict[str, t.Any] = {"ssl_context": trust.context()}
        if trust.fingerprint:
            self._pool_options["assert_fingerprint"] = trust.fingerprint
        elif not trust.checks_name:
            self._pool_options["assert_hostname"] = False
        elif trust.certificate_name:
            self._pool_options["assert_hostname"] = trust.certificate_name
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: t.Any) -> None:
        super().init_poolmanager(connections, maxsize, block=block, **self._pool_options, **options)

    def proxy_manager_for(self, proxy: str, **options: t.Any) -> t.Any:
        return super().proxy_manager_for(proxy, **self._pool_options, **options)

    def cert_verify(self, conn: t.Any, url: str, verify: t.Any, cert: t.Any) -> None:
        """Nothing: the context already says what is trusted."""

    def build_connection_pool_key_attributes(self, request: t.Any, verify: t.Any, cert: t.Any = None) -> t.Any:
        host_params, _unused = super().build_connection_pool_key_attributes(request, verify, cert)
        return host_params, {}


def seen_fingerprint(host: str, port: int, timeout: float) -> str:
    """The SHA-256 fingerprint of the certificate that a server shows now; empty when it shows none. Sends no data."""
    context = _context(None, 0, False, False)
    try:
        with socket.create_connection((host, port), timeout) as plain, context.wrap_socket(plain, server_hostname=host) as secured:
            certificate = secured.getpeercert(binary_form=True)
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(certificate).hexdigest() if certificate else ""
