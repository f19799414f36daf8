# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: msk
short_description: MSK-101-POE sensors found on the network
version_added: 0.1.0
description:
  - Looks for sensors in address ranges and by mDNS, many at once and within one deadline.
  - Logs in only when O(log_in) is set, and then tells device ids, firmware versions and names.
  - Each host has the variables C(ansible_host), C(msk_port) and C(msk_recognized_by). The latter is V(contents) or V(info) when it shows
    what only a sensor has, V(refusal) when it wants a login for a sensor's data and not for a path that does not exist, and V(doubt) when
    it wants one whatever it is asked, as many a server does that is no sensor.
  - A login adds C(msk_sensor), C(msk_com_board) and C(msk_network_name), or C(msk_login_failed) with the reason.
  - The file's name ends in C(msk.yml) or C(msk.yaml).
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin.
    required: true
    choices: [siteops.devices.msk]
    type: str
  ranges:
    description: Addresses to look at, such as V(10.20.0.0/24), V(10.20.0.5-10.20.0.9), V(10.20.0.5-9) or V(10.20.0.5).
    type: list
    elements: str
    default: []
  mdns:
    description: Whether to listen for sensors that announce themselves.
    type: bool
    default: false
  mdns_services:
    description: Service types to listen for. The vendor's document does not name one.
    type: list
    elements: str
    default: [_https._tcp.local., _http._tcp.local.]
  mdns_seconds:
    description: How long to listen.
    type: float
    default: 3
  mdns_interfaces:
    description: Addresses of the interfaces to listen on. The default is all of them.
    type: list
    elements: str
    default: []
  port:
    description: Port of the sensors' HTTPS API.
    type: int
    default: 443
  password:
    description: Password to log in with, to learn more. It is not kept in the inventory or in the cache.
    type: str
    env:
      - name: MSK_PASSWORD
        version_added: 0.1.0
  log_in:
    description:
      - Whether to log in to each sensor with O(password).
      - The password goes only to what looks like a sensor, or announces itself as one by mDNS. What is in V(doubt) is named in a warning,
        and has V(doubt) as its C(msk_login_failed).
    type: bool
    default: false
  validate_certs:
    description: Whether to verify the certificates. What has an untrusted one is left out, with a warning.
    type: bool
    default: true
  ca_path:
    description: File or folder with the CA certificates to trust, in PEM form.
    type: path
  certificate_name:
    description: Name that all certificates must be valid for, when it is not the address. An empty text accepts any name.
    type: str
  concurrency:
    description: How many addresses to look at at once.
    type: int
    default: 64
  connect_timeout:
    description: Seconds to wait for a connection.
    type: float
    default: 2
  timeout:
    description: Seconds to wait for a reply.
    type: float
    default: 5
  scan_timeout:
    description: Seconds for the whole scan. What was not reached by then is named in a warning, and the scan is not cached.
    type: float
    default: 60
requirements:
  - requests
  - jsonschema
  - zeroconf >= 0.131 (for O(mdns))
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
# north.msk.yml
plugin: siteops.devices.msk
ranges: [10.20.0.0/24]
ca_path: inxpect-ca.pem
certificate_name: ""
log_in: true
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/siteops-sensors
keyed_groups:
  - key: msk_sensor.fw_version
    prefix: firmware
"""

import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import plain
from ansible_collections.siteops.devices.plugins.module_utils.core.connection import check_limits
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import DeviceError, InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.http import Endpoint
from ansible_collections.siteops.devices.plugins.module_utils.core.tls import Trust
from ansible_collections.siteops.devices.plugins.module_utils.core.wait import check_seconds
from ansible_collections.siteops.devices.plugins.plugin_utils.msk_discovery import (
    DOUBT,
    Find,
    addresses_of,
    details,
    host_name,
    listen,
    recognize,
    scan,
)

SHOWN = 8
"""Addresses in one warning."""


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Scans, and gives a host for each sensor."""

    NAME = "siteops.devices.msk"
    inventory: t.Any

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("msk.yml", "msk.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        key = self.get_cache_key(path)
        use_cache = self.get_option("cache") and cache
        found: list[Find] | None = self._cache.get(key) if use_cache else None
        if found is None:
            found, whole = self._scan()
            if self.get_option("cache") and whole:
                self._cache[key] = found
        for find in found:
            self._add(find)

    def _scan(self) -> tuple[list[Find], bool]:
        """What was found, and whether all addresses were looked at in time."""
        failure = ""
        try:
            if self.get_option("concurrency") < 1:
                raise InputError("concurrency: it is below 1.")
            check_limits({name: self.get_option(name) for name in ("connect_timeout", "timeout", "port")})
            for name in ("mdns_seconds", "scan_timeout"):
                check_seconds(name, self.get_option(name), or_zero=True)
            if self.get_option("log_in") and not self.get_option("password"):
                raise InputError("log_in: it needs a password.")
            wanted = dict.fromkeys(addresses_of(self.get_option("ranges")))
            names = self._listen() if self.get_option("mdns") else {}
        except ValueError as error:
            failure = f"ranges: {error}."
        except DeviceError as error:
            failure = str(error)
        if failure:
            raise AnsibleParserError(failure)
        wanted.update(dict.fromkeys(names))
        found, late = scan(
            wanted,
            lambda address: self._look(address, names.get(address)),
            concurrency=self.get_option("concurrency"),
            timeout=self.get_option("scan_timeout"),
        )
        seconds = self.get_option("scan_timeout")
        self._warn(f"The scan ended after {seconds:g} s, without {len(late)} addresses", late)
        untrusted = [find["address"] for find in found if find["recognized_by"] == "certificate"]
        self._warn("Left out, for their certificates are not trusted", untrusted)
        doubtful = [find["address"] for find in found if find.get("login_failed") == DOUBT]
        self._warn(
            "The password was not sent to what wants a login whatever it is asked, and shows nothing that only a sensor has", doubtful
        )
        failed = [f"{find['address']} ({find['login_failed']})" for find in found if find.get("login_failed", DOUBT) != DOUBT]
        self._warn("Found, but the login or what follows it failed", failed)
        return [find for find in found if find["recognized_by"] != "certificate"], not late

    def _warn(self, what: str, places: list[str]) -> None:
        """One warning for all places of a kind, if there are any."""
        if places:
            more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
            self.display.warning(f"{what}: {', '.join(places[:SHOWN])}{more}.")

    def _listen(self) -> dict[str, str]:
        kinds, interfaces = plain(self.get_option("mdns_services")), plain(self.get_option("mdns_interfaces"))
        return listen(kinds, self.get_option("mdns_seconds"), interfaces)

    def _look(self, address: str, name: str | None) -> Find | None:
        """What is at an address. Runs in a thread."""
        trust = Trust(self.get_option("validate_certs"), self.get_option("ca_path"), None, self.get_option("certificate_name"))
        times = {"connect_timeout": self.get_option("connect_timeout"), "timeout": self.get_option("timeout"), "retries": 0}
        endpoint = Endpoint(host=address, port=self.get_option("port"), trust=trust, **times)
        how = recognize(endpoint)
        if how is None:
            return None
        find: Find = {"address": address, "name": name, "recognized_by": how}
        if self.get_option("log_in") and how == DOUBT and name is None:
            find["login_failed"] = DOUBT
        elif self.get_option("log_in") and how != "certificate":
            try:
                find.update(details(endpoint, self.get_option("password") or ""))
            except DeviceError as error:
                find["login_failed"] = error.kind
        return find

    def _add(self, find: Find) -> None:
        group = self.inventory.add_group("msk")
        name = host_name(find)
        if name in self.inventory.hosts or name in self.inventory.groups:
            name = f"{name}-{find['address']}"
        self.inventory.add_host(name, group)
        variables = {"ansible_host": find["address"], "msk_port": self.get_option("port")}
        # What a device says is never a template. Since ansible-core 2.19 nothing is that is not marked as one.
        variables.update({f"msk_{key}": wrap_var(value) for key, value in find.items() if key not in ("address", "name")})
        for variable, value in variables.items():
            self.inventory.set_variable(name, variable, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)
