# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sensor's network settings and where they put it: section 3.9 of the MSK-101-POE document."""

from __future__ import annotations

import contextlib
import ipaddress
from dataclasses import asdict, dataclass, field
from typing import Any

from .msk_errors import ErrorCode, Refused, arguments
from .serving import LOOPBACK

DHCP, NAMES, AUTO_IP = 1, 2, 4  # bits of netConfiguration
READ_ONLY = ("curNetConfiguration", "curHostAddress", "curSubnet", "curGateway")
NO_GATEWAY = "0.0.0.0"  # noqa: S104 - an address in a reply, nothing is bound to it


@dataclass(frozen=True)
class Current:
    """The values in force, the `cur` fields."""

    net_configuration: int
    address: str
    subnet: str
    gateway: str


@dataclass
class Network:
    """Stored settings, what the network around the sensor offers it, and the values in force."""

    factory_address: str  # where a static sensor goes that was given no address (192.168.0.50 on a real one)
    auto_address: str  # what auto IP finds
    dhcp_address: str | None = None  # what a DHCP server gives; None: there is none
    net_configuration: int = NAMES
    static_address: str | None = None
    subnet: str = "255.255.255.0"
    gateway: str = NO_GATEWAY
    current: Current = field(init=False)

    def __post_init__(self) -> None:
        self.settle()

    def wanted(self) -> Current:
        """The values that the stored settings lead to. DHCP without an answer ends in auto IP."""
        names = self.net_configuration & NAMES
        if self.net_configuration & DHCP and self.dhcp_address is not None:
            return Current(DHCP | names, self.dhcp_address, "255.255.255.0", self.gateway)
        if self.net_configuration & (DHCP | AUTO_IP):
            return Current(AUTO_IP | names, self.auto_address, "255.255.0.0", NO_GATEWAY)
        return Current(names, self.static_address or self.factory_address, self.subnet, self.gateway)

    @property
    def moving(self) -> bool:
        """Whether the stored settings lead to another address than the one in force."""
        return self.wanted().address != self.current.address

    def settle(self) -> None:
        """Put the stored settings in force."""
        self.current = self.wanted()

    def reset(self) -> None:
        """Store the factory's settings: static, with names, no address given."""
        self.net_configuration, self.static_address = NAMES, None
        self.subnet, self.gateway = "255.255.255.0", NO_GATEWAY

    def as_json(self) -> dict[str, Any]:
        """What GET answers."""
        return {
            "netConfiguration": self.net_configuration,
            "staticAddress": self.static_address or self.factory_address,
            "subnet": self.subnet,
            "gateway": self.gateway,
            "curNetConfiguration": self.current.net_configuration,
            "curHostAddress": self.current.address,
            "curSubnet": self.current.subnet,
            "curGateway": self.current.gateway,
        }

    def store(self, body: Any, *, omitted_address: str) -> None:
        """Take a PUT without putting it in force; raises Refused."""
        forbidden = [key for key in READ_ONLY if isinstance(body, dict) and key in body]
        if forbidden:
            raise Refused(f"read-only key {', '.join(forbidden)}", ErrorCode.NOT_ALLOWED)
        given = arguments(body, {}, {"netConfiguration": int, "staticAddress": str, "subnet": str, "gateway": str})
        bits = given.get("netConfiguration", self.net_configuration)
        if not 0 <= bits <= DHCP | NAMES | AUTO_IP:
            raise Refused(f"netConfiguration {bits} has bits that do not exist")
        for key in ("staticAddress", "gateway"):
            if key in given:
                _address(key, given[key])
        if "staticAddress" in given and ipaddress.ip_address(given["staticAddress"]) not in LOOPBACK:
            raise Refused(f"a simulated sensor cannot leave {LOOPBACK}", violation=False)
        if "subnet" in given:
            _mask(given["subnet"])
        self.net_configuration = bits
        self.static_address = given.get("staticAddress", self.static_address if omitted_address == "kept" else None)
        self.subnet = given.get("subnet", self.subnet)
        self.gateway = given.get("gateway", self.gateway)

    def alter(self, changes: dict[str, Any]) -> None:
        """Change fields by their Python names; raises ValueError for one that does not exist."""
        for key, value in changes.items():
            if key == "current" or key not in self.state():
                raise ValueError(f"no network field {key!r}")
            if key.endswith("_address") and value is not None and ipaddress.ip_address(value) not in LOOPBACK:
                raise ValueError(f"{key}: a simulated sensor cannot leave {LOOPBACK}")
            setattr(self, key, value)

    def state(self) -> dict[str, Any]:
        """The fields by their Python names."""
        return asdict(self)


def _address(key: str, text: str) -> None:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        raise Refused(f"{key} {text!r} is not an IPv4 address") from None


def _mask(text: str) -> None:
    with contextlib.suppress(ValueError):
        number = int(ipaddress.IPv4Address(text))
        if "0" not in f"{number:032b}".rstrip("0"):
            return
    raise Refused(f"subnet {text!r} is not a network mask")
