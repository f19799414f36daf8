# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a device reaches the cloud: the connection options, and the account that they describe."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

from ..core.errors import AuthenticationError, InputError
from ..core.tls import Trust
from ..core.wait import check_seconds
from .messages import LONGEST, OUTBOUND, fits_mqtt, topic_of

CONNECTION_OPTIONS: dict[str, dict[str, t.Any]] = {
    "broker": {"type": "str", "required": True},
    "device_id": {"type": "str", "required": True},
    "access_key": {"type": "str", "no_log": True, "env": "XYTE_ACCESS_KEY"},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 30.0},
}

LONGEST_SUFFIX = max(OUTBOUND, key=len)

PORTS = {"mqtt": 1883, "mqtts": 8883, "ssl": 8883}
"""The schemes of a broker's URL and their ports; all but ``mqtt`` are MQTT in TLS."""


@dataclasses.dataclass(frozen=True)
class Account:
    """One device's access to its broker. ``timeout``: seconds until the broker must have acknowledged what it was sent."""

    host: str
    port: int
    tls: bool
    device_id: str
    access_key: str = dataclasses.field(repr=False)
    trust: Trust = dataclasses.field(default_factory=Trust)
    timeout: float = 30.0

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"The broker [{self.host}]:{self.port}" if ":" in self.host else f"The broker {self.host}:{self.port}"


def account_of(params: t.Mapping[str, t.Any]) -> Account:
    """The account that the options describe. Raises :class:`InputError`, :class:`AuthenticationError` without a key."""
    host, port, tls = _address(params["broker"])
    check_seconds("timeout", params["timeout"])
    device_id = params["device_id"].strip()
    if not device_id or any(character in device_id for character in "/+#\0") or not fits_mqtt(topic_of(device_id, LONGEST_SUFFIX)):
        raise InputError(f"device_id: {device_id[:200]!r} cannot be part of a topic.")
    if not params["access_key"]:
        raise AuthenticationError(
            f"No access key for the device {device_id}.", hint="Set access_key, or the environment variable XYTE_ACCESS_KEY."
        )
    if not fits_mqtt(params["access_key"]):
        raise InputError(f"access_key: MQTT has no room for it; it must be Unicode, and have {LONGEST} bytes at most.")
    trust = Trust(validate=params["validate_certs"], ca_path=params["ca_path"])
    return Account(host, port, tls, device_id, params["access_key"], trust, params["timeout"])


def _address(url: str) -> tuple[str, int, bool]:
    """Host, port and whether to use TLS. The URL is not repeated in the error, for people write passwords into URLs."""
    try:
        parts = urllib.parse.urlsplit(url.strip())
        host, port = parts.hostname, parts.port
        (host or "").encode("ascii" if ":" in (host or "") else "idna")
    except UnicodeError:
        raise InputError("broker: it does not name a host as a network does.") from None
    except ValueError as error:
        raise InputError(f"broker: it is not a URL ({error}).") from None
    if port == 0:
        raise InputError("broker: there is no port 0.")
    if parts.scheme not in PORTS or not host:
        raise InputError("broker: give a URL such as mqtts://broker.example.com:8883, or mqtt:// without TLS.")
    if parts.username is not None or parts.password is not None:
        raise InputError("broker: the URL holds credentials; the user name is device_id, the password access_key.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InputError("broker: there is something behind host and port.")
    return host, port or PORTS[parts.scheme], parts.scheme != "mqtt"
