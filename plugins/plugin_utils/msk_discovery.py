# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding sensors on a network: by address ranges and by mDNS, many at once, within one deadline. Without a login."""

from __future__ import annotations

import concurrent.futures
import ipaddress
import re
import threading
import time
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import CertificateError, DeviceError, HTTPError
from ansible_collections.siteops.devices.plugins.module_utils.core.http import Endpoint, Session
from ansible_collections.siteops.devices.plugins.module_utils.core.requirements import require, zeroconf
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import SESSION_REFUSED, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.info import gather

LARGEST_SCAN = 65536
"""Addresses. A larger range is most likely a slip of the pen, and would take hours."""

SENSOR_NAME = re.compile(r"^msk101poe-", re.IGNORECASE)
"""The document's pattern of names, msk101poe-xxxxx.local (chapter 2)."""

DOUBT = "doubt"
"""How something is recognized that may be a sensor, but shows nothing that only a sensor has. No password goes there unasked."""

NO_SENSORS_PATH = "/noSuchPath"
"""A path that the document does not have."""

HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a sensor's name has to be to be a host's name. Anything on the network may answer, and say that it is {{ a template }}."""

Find = dict[str, t.Any]
"""``address``, ``name`` (by mDNS, or None), ``recognized_by``, and what a login has told."""


def addresses_of(ranges: t.Iterable[str]) -> list[str]:
    """The addresses of ``10.0.0.0/24``, ``10.0.0.5-10.0.0.9``, ``10.0.0.5-9`` and ``10.0.0.5``, each once. Raises ``ValueError``."""
    found: dict[str, None] = {}
    for text in ranges:
        for number in _numbers(text.strip()):
            found[str(ipaddress.IPv4Address(number))] = None
            if len(found) > LARGEST_SCAN:
                raise ValueError(f"more than {LARGEST_SCAN} addresses to scan; give smaller ranges")
    return list(found)


def _numbers(text: str) -> range:
    if "/" in text:
        network = ipaddress.IPv4Network(text, strict=False)
        if network.prefixlen >= 31:
            return range(int(network.network_address), int(network.broadcast_address) + 1)
        return range(int(network.network_address) + 1, int(network.broadcast_address))
    first, _dash, last = text.partition("-")
    start = ipaddress.IPv4Address(first.strip())
    if not last:
        return range(int(start), int(start) + 1)
    whole = last.strip() if "." in last else f"{first.strip().rpartition('.')[0]}.{last.strip()}"
    end = ipaddress.IPv4Address(whole)
    if end < start:
        raise ValueError(f"the range {text} ends before it begins")
    return range(int(start), int(end) + 1)


def host_name(find: Find) -> str:
    """The sensor's own name where a host can be called so, else its address."""
    names = [str(name) for name in (find["name"], find.get("network_name")) if name]
    return next((name for name in names if HOST_NAME.fullmatch(name) and name != "localhost"), str(find["address"]))


def recognize(endpoint: Endpoint) -> str | None:
    """How it shows that a sensor is at ``endpoint``; None when none is.

    ``contents``: it has the list of web files of chapter 2. ``info``: it tells its sensor info. ``refusal``: it refuses its sensor info
    as the document says (chapter 1), and not a path that no sensor has. ``doubt``: it refuses that path, too, as many a server does that is
    no sensor. ``certificate``: something there has an untrusted certificate.
    """
    try:
        with Session(endpoint) as session:
            try:
                if isinstance(session.call("GET", "/contents.json").json().get("fA"), list):
                    return "contents"
            except (DeviceError, AttributeError) as error:
                if isinstance(error, DeviceError) and not isinstance(error, HTTPError) and error.kind != "reply":
                    raise
            try:
                return "info" if "deviceId" in str(session.call("GET", "/sensorInfo").json()) else None
            except HTTPError as error:
                if error.http_status not in SESSION_REFUSED:
                    return None
            return "refusal" if _tells_paths_apart(session) else DOUBT
    except CertificateError:
        return "certificate"
    except DeviceError:
        return None


def _tells_paths_apart(session: Session) -> bool:
    """Whether it lets everybody know that a path is none, while it wants a login for one of the document's."""
    try:
        session.call("GET", NO_SENSORS_PATH)
    except HTTPError as error:
        return error.http_status not in SESSION_REFUSED and error.http_status != 429 and (error.http_status or 500) < 500
    except DeviceError:
        return False
    return True


def details(endpoint: Endpoint, password: str) -> dict[str, t.Any]:
    """What a login tells: ``sensor``, ``com_board`` and ``name``. Raises :class:`DeviceError`."""
    with MskClient(endpoint, password, lambda *_secrets: None) as sensor:
        told = gather(sensor, ["sensor", "name"])
    return {**told["sensor"], "network_name": told["name"]}


def scan(
    addresses: t.Iterable[str], look: t.Callable[[str], Find | None], *, concurrency: int, timeout: float
) -> tuple[list[Find], list[str]]:
    """``look`` at all addresses, at most ``concurrency`` at once; what was found, and which were not reached in time."""
    waiting = list(addresses)
    end = time.monotonic() + timeout
    found: list[Find] = []
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=concurrency)
    try:
        futures = {pool.submit(look, address): address for address in waiting}
        done, late = concurrent.futures.wait(futures, timeout=max(0.0, end - time.monotonic()))
        found = [result for result in (future.result() for future in futures if future in done) if result is not None]
        return found, [futures[future] for future in futures if future in late]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class Listener:
    """Collects the sensors that announce themselves: zeroconf calls it from threads of its own."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._lock = threading.Lock()

    def add_service(self, zc: t.Any, kind: str, name: str) -> None:
        info = zc.get_service_info(kind, name, timeout=1000)
        if info is None:
            return
        server = (info.server or "").rstrip(".")
        label = next((text for text in (server, name) if SENSOR_NAME.match(text)), None)
        if label is None:
            return
        with self._lock:
            for address in info.parsed_addresses(zeroconf.IPVersion.V4Only):
                self.found[address] = label.partition(".")[0]

    def update_service(self, zc: t.Any, kind: str, name: str) -> None:
        self.add_service(zc, kind, name)

    def remove_service(self, _zc: t.Any, _kind: str, _name: str) -> None:
        """A sensor that says good-bye was there a moment ago; the scan will see."""


def listen(kinds: t.Sequence[str], seconds: float, interfaces: t.Sequence[str]) -> dict[str, str]:
    """Address -> name of the sensors that announced one of the service types ``kinds`` within ``seconds``."""
    require("zeroconf")
    listener = Listener()
    with zeroconf.Zeroconf(interfaces=list(interfaces) or zeroconf.InterfaceChoice.All, ip_version=zeroconf.IPVersion.V4Only) as zc:
        browsers = [zeroconf.ServiceBrowser(zc, kind, listener) for kind in kinds]
        time.sleep(seconds)
        for browser in browsers:
            browser.cancel()
    return dict(listener.found)
