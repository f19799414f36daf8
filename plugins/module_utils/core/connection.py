# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options that all HTTP systems share, and the endpoint that they describe."""

from __future__ import annotations

import ipaddress
import typing as t

from .errors import InputError
from .http import Endpoint
from .tls import Trust
from .wait import check_seconds

Options = dict[str, dict[str, t.Any]]


def http_options(*, port: int, tls: bool = True, host: t.Mapping[str, t.Any] | None = None) -> Options:
    """The argument spec of a system's connection. ``host``: its row when it is not simply required."""
    return {
        "host": dict(host or {"type": "str", "required": True}),
        "port": {"type": "int", "default": port},
        "tls": {"type": "bool", "default": tls},
        **SHARED_OPTIONS,
    }


SHARED_OPTIONS: Options = {
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "fingerprint": {"type": "str"},
    "certificate_name": {"type": "str"},
    "connect_timeout": {"type": "float", "default": 10.0},
    "timeout": {"type": "float", "default": 30.0},
    "retries": {"type": "int", "default": 3},
    "use_proxy": {"type": "bool", "default": False},
}

WAITS = frozenset({"wait_timeout", "health_timeout", "reach_timeout", "alternatives_timeout"})
"""Options of some modules. Seconds; with 0 there is one look and no wait, unless the module itself refuses that."""


def trust_of(params: t.Mapping[str, t.Any]) -> Trust:
    """The TLS part of the options. Raises :class:`InputError`."""
    return Trust(
        validate=params["validate_certs"],
        ca_path=params["ca_path"],
        fingerprint=params["fingerprint"],
        certificate_name=params["certificate_name"],
    )


def endpoint_of(params: t.Mapping[str, t.Any], *, host: str | None = None, prefix: str = "") -> Endpoint:
    """The endpoint that ``params`` describe (with another ``host`` when one is given). Raises :class:`InputError`."""
    check_limits(params)
    address = (host or params["host"] or "").strip()
    if not _is_host(address):
        raise InputError(f"host: {address!r} is not a host name or an address.")
    return Endpoint(
        host=address.strip("[]"),
        port=params["port"],
        tls=params["tls"],
        trust=trust_of(params),
        connect_timeout=params["connect_timeout"],
        timeout=params["timeout"],
        retries=params["retries"],
        use_proxy=params["use_proxy"],
        prefix=prefix,
    )


def _is_host(address: str) -> bool:
    """Whether ``address`` can be looked up: no URL, and no label that the name system has no room for."""
    if any(character in address for character in "/@?# \\"):
        return False
    labels = address[: -address.endswith(".") or None].split(".")
    return ":" in address or all(0 < len(label) < 64 for label in labels)


def is_address(text: str) -> bool:
    """Whether it is an IP address, of either version."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def check_limits(params: t.Mapping[str, t.Any]) -> None:
    """Refuse times, ports and counts that cannot be meant. Raises :class:`InputError`."""
    for name in ("connect_timeout", "timeout"):
        check_seconds(name, params[name])
    for name in sorted(WAITS & set(params)):
        check_seconds(name, params[name], or_zero=True)
    if params.get("retries", 0) < 0:
        raise InputError(f"retries: {params['retries']} is below 0.")
    port = params.get("port")
    if port is not None and not 0 < port < 65536:
        raise InputError(f"port: {port} is not between 1 and 65535.")
