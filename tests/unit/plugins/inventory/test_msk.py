# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory siteops.devices.msk: ranges, mDNS, the deadline, the cache, and that it does not log in unasked."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed, inventory_cache
from ansible.template import Templar

from ansible_collections.siteops.devices.plugins.inventory.msk import DOCUMENTATION, InventoryModule
from ansible_collections.siteops.devices.plugins.plugin_utils.msk_discovery import addresses_of, host_name
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator
from ansible_collections.siteops.devices.tests.simulators.tls import Authority
from ansible_collections.siteops.devices.tests.unit.plugins.scripted import reply, scripted

zeroconf = pytest.importorskip("zeroconf", reason="mDNS is optional; the runner's environments have it")
RANGE = "127.44.0.0/28"


@pytest.fixture(scope="module", autouse=True)
def known_options() -> None:
    """What the engine's loader does with a plugin's documentation."""
    documents = [DOCUMENTATION, constructed.ModuleDocFragment.DOCUMENTATION, inventory_cache.ModuleDocFragment.DOCUMENTATION]
    options = {name: option for document in documents for name, option in yaml.safe_load(document)["options"].items()}
    constants.config.initialize_plugin_configuration_definitions("inventory", "siteops.devices.msk", options)


@pytest.fixture(scope="module")
def simulator() -> Iterator[MskSimulator]:
    with MskSimulator(3, first_address="127.44.0.3") as started:
        yield started


def discover(folder: Path, simulator: MskSimulator | None, **options: Any) -> InventoryData:
    path = folder / "msk.yml"
    place = {"ca_path": str(simulator.ca_path), "port": simulator.port} if simulator else {}
    settings = {"plugin": "siteops.devices.msk", "connect_timeout": 1, **place, **options}
    path.write_text(yaml.safe_dump(settings))
    plugin = InventoryModule()
    plugin._load_name = "siteops.devices.msk"
    plugin._redirected_names = ["siteops.devices.msk"]
    inventory = InventoryData()
    assert plugin.verify_file(str(path))
    plugin.parse(inventory, DataLoader(), str(path))
    with contextlib.suppress(AttributeError):  # as the engine does
        plugin.update_cache_if_changed()
    inventory.reconcile_inventory()
    return inventory


def addresses(inventory: InventoryData) -> list[str]:
    return sorted(host.vars["ansible_host"] for host in inventory.hosts.values())


@pytest.mark.parametrize(
    ("ranges", "wanted"),
    [
        (["10.0.0.0/30"], ["10.0.0.1", "10.0.0.2"]),
        (["10.0.0.8-9", "10.0.0.9-10.0.0.10"], ["10.0.0.8", "10.0.0.9", "10.0.0.10"]),
        (["10.0.0.1", "10.0.0.1/32"], ["10.0.0.1"]),
    ],
)
def test_ranges(ranges: list[str], wanted: list[str]) -> None:
    assert addresses_of(ranges) == wanted


@pytest.mark.parametrize("text", ["10.0.0.9-1", "10.0.0.0/8", "somewhere", "10.0.0.300"])
def test_ranges_that_cannot_be_meant(text: str, tmp_path: Path, simulator: MskSimulator) -> None:
    with pytest.raises(AnsibleParserError, match=r"ranges: "):
        discover(tmp_path, simulator, ranges=[text])


def test_finds_sensors_without_a_login(tmp_path: Path, simulator: MskSimulator) -> None:
    for sensor in simulator.sensors:
        sensor.forget_requests()
    inventory = discover(tmp_path, simulator, ranges=[RANGE])
    assert addresses(inventory) == ["127.44.0.3", "127.44.0.4", "127.44.0.5"]
    assert {group for group in inventory.groups if inventory.groups[group].hosts} == {"msk"}
    assert not any(request.path == "/login" for sensor in simulator.sensors for request in sensor.requests)
    assert not any(sensor.writing_requests() for sensor in simulator.sensors)


def test_tells_more_with_a_login(tmp_path: Path, simulator: MskSimulator) -> None:
    inventory = discover(
        tmp_path,
        simulator,
        ranges=[RANGE],
        log_in=True,
        password=simulator.sensor.password,
        keyed_groups=[{"key": "msk_sensor.fw_version", "prefix": "firmware"}],
        compose={"where": "ansible_host ~ ':' ~ msk_port"},
    )
    host = next(host for host in inventory.hosts.values() if host.vars["ansible_host"] == "127.44.0.3")
    assert host.vars["msk_sensor"]["device_id"] == "MSK00000001"
    assert host.vars["where"] == f"127.44.0.3:{simulator.port}"
    assert len(inventory.groups["firmware_1_118"].hosts) == 3
    assert simulator.sensor.password not in str([host.vars for host in inventory.hosts.values()])
    assert not any(sensor.open_sessions for sensor in simulator.sensors)


def test_wrong_password_is_told_and_hides_nothing(tmp_path: Path, simulator: MskSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, text, *_more, **_named: warnings.append(text))
    inventory = discover(tmp_path, simulator, ranges=["127.44.0.3"], log_in=True, password="wrong")
    assert [host.vars["msk_login_failed"] for host in inventory.hosts.values()] == ["authentication"]
    assert "Found, but the login or what follows it failed: 127.44.0.3 (authentication)." in warnings


LOCKED = "401 Unauthorized"


@pytest.mark.parametrize(
    ("last", "how"),
    [
        (("404 Not Found",), "refusal"),
        (("200 OK",), "refusal"),
        ((LOCKED,), "doubt"),
        (("403 No",), "doubt"),
        (("502 Bad",), "doubt"),
        ((), "doubt"),
    ],
)
def test_a_password_goes_to_no_server_that_refuses_everything(
    last: tuple[str, ...], how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is trusted, and answers as a router's pages may."""
    warnings: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, text, *_more, **_named: warnings.append(text))
    context = Authority(tmp_path, "test").identity("127.0.0.1", "good", ()).context
    with scripted(*(reply(b"", status) for status in (LOCKED, LOCKED, *last)), context=context) as server:
        plugin = {"ca_path": str(tmp_path / "ca.pem"), "port": server.port, "ranges": ["127.0.0.1"]}
        inventory = discover(tmp_path, None, log_in=True, password="hush", **plugin)
        asked = [request.split(" HTTP")[0] for request in server.requests]
    assert asked[:3] == ["GET /contents.json", "GET /sensorInfo", "GET /noSuchPath"]
    assert asked[3:] == (["PUT /login"] if how == "refusal" else [])
    found = inventory.hosts["127.0.0.1"].vars
    assert found["msk_recognized_by"] == how
    assert (found["msk_login_failed"] == "doubt") is (how == "doubt")
    assert any("The password was not sent to" in text and text.endswith(": 127.0.0.1.") for text in warnings) is (how == "doubt")
    assert ("hush" in "".join(server.requests)) is (how == "refusal")


def test_who_announces_itself_as_a_sensor_gets_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.siteops.devices.plugins.inventory.msk.listen", lambda *_more: {"127.0.0.1": "msk101poe-00007"})
    context = Authority(tmp_path, "test").identity("127.0.0.1", "good", ()).context
    with scripted(*(reply(b"", LOCKED) for _number in range(4)), context=context) as server:
        discover(tmp_path, None, mdns=True, log_in=True, password="x", ca_path=str(tmp_path / "ca.pem"), port=server.port)
        assert server.requests[-1].startswith("PUT /login ")


def test_a_sensor_that_shows_nothing_is_known_by_its_refusals(
    tmp_path: Path, simulator: MskSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator.sensor.switches, "contents_needs_login", True)
    inventory = discover(tmp_path, simulator, ranges=["127.44.0.3"], log_in=True, password=simulator.sensor.password)
    host = next(iter(inventory.hosts.values()))
    assert (host.vars["msk_recognized_by"], host.vars["msk_sensor"]["device_id"]) == ("refusal", "MSK00000001")


def test_untrusted_certificates_are_left_out(tmp_path: Path, simulator: MskSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, text, *_more, **_named: warnings.append(text))
    assert addresses(discover(tmp_path, simulator, ranges=[RANGE], ca_path=None)) == []
    assert any("127.44.0.3" in text and "not trusted" in text for text in warnings)


def test_the_whole_scan_has_a_deadline(tmp_path: Path, simulator: MskSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that takes connections and never answers holds nobody up."""
    warnings: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, text, *_more, **_named: warnings.append(text))
    with socket.socket() as silent:
        silent.bind(("127.44.0.9", simulator.port))
        silent.listen()
        found = discover(tmp_path, simulator, ranges=[RANGE], scan_timeout=2, connect_timeout=8)
        assert "127.44.0.3" in addresses(found)
        assert any("without 1 addresses: 127.44.0.9" in text for text in warnings), warnings


def test_what_a_device_says_is_no_template(tmp_path: Path, simulator: MskSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything on the network may answer like a sensor."""
    hostile = "{{ 6 * 7 }}"
    monkeypatch.setattr(simulator.sensor, "com_board_name", hostile)
    monkeypatch.setitem(simulator.sensor.versions, 0, (hostile, 1))
    compose = {"again": "msk_sensor.fw_version", "longer": "'is ' ~ msk_network_name"}
    inventory = discover(tmp_path, simulator, ranges=["127.44.0.3"], log_in=True, password=simulator.sensor.password, compose=compose)
    assert list(inventory.hosts) == ["127.44.0.3"]
    found = inventory.hosts["127.44.0.3"].vars
    names = ("msk_network_name", "msk_sensor", "again", "longer")
    shown = Templar(loader=DataLoader(), variables={name: found[name] for name in names}).template({name: found[name] for name in names})
    assert (shown["msk_network_name"], shown["msk_sensor"]["fw_version"]) == (hostile, hostile)
    assert (shown["again"], shown["longer"]) == (hostile, f"is {hostile}")


@pytest.mark.parametrize("name", ["localhost", "a b", "{{ x }}", "-rf", "a\nb"])
def test_names_that_no_host_can_have(name: str) -> None:
    assert host_name({"address": "10.0.0.1", "name": None, "network_name": name}) == "10.0.0.1"


def test_a_sensor_that_is_called_like_a_group(tmp_path: Path, simulator: MskSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.sensor, "com_board_name", "msk")
    inventory = discover(tmp_path, simulator, ranges=["127.44.0.3"], log_in=True, password=simulator.sensor.password)
    assert list(inventory.hosts) == ["msk-127.44.0.3"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"concurrency": 0}, "concurrency: "),
        ({"log_in": True}, "log_in: it needs a password"),
        ({"timeout": 0}, "timeout: 0 is not a time"),
        ({"scan_timeout": -1}, "scan_timeout: -1 is not a time"),
        ({"port": 0}, "port: 0 is not between"),
    ],
)
def test_options_that_cannot_be_meant(options: dict[str, Any], words: str, tmp_path: Path, simulator: MskSimulator) -> None:
    with pytest.raises(AnsibleParserError, match=words):
        discover(tmp_path, simulator, ranges=["127.44.0.3"], **options)


def test_a_scan_that_was_cut_short_is_not_cached(tmp_path: Path, simulator: MskSimulator) -> None:
    options = {"ranges": [RANGE], "cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "kept")}
    assert len(addresses(discover(tmp_path, simulator, scan_timeout=0, concurrency=1, **options))) < 3
    assert len(addresses(discover(tmp_path, simulator, **options))) == 3


def test_cache(tmp_path: Path, simulator: MskSimulator) -> None:
    options = {"ranges": [RANGE], "cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "kept")}
    first = discover(tmp_path, simulator, **options)
    for sensor in simulator.sensors:
        sensor.forget_requests()
    assert addresses(discover(tmp_path, simulator, **options)) == addresses(first)
    assert not any(sensor.requests for sensor in simulator.sensors)


def test_mdns(tmp_path: Path, simulator: MskSimulator) -> None:
    """A sensor that announces itself is found under its name; others that do are not taken for sensors."""
    kind = f"_siteops{os.getpid()}._tcp.local."  # of its own: runs at the same time hear each other
    with zeroconf.Zeroconf(interfaces=["127.0.0.1"], ip_version=zeroconf.IPVersion.V4Only) as zc:
        for label, address in (("msk101poe-00001", "127.44.0.4"), ("printer", "127.44.0.5")):
            service = zeroconf.ServiceInfo(
                kind, f"{label}.{kind}", addresses=[socket.inet_aton(address)], port=simulator.port, server=f"{label}.local."
            )
            zc.register_service(service)
        inventory = discover(tmp_path, simulator, mdns=True, mdns_services=[kind], mdns_seconds=1.5, mdns_interfaces=["127.0.0.1"])
    assert list(inventory.hosts) == ["msk101poe-00001"]
    assert inventory.hosts["msk101poe-00001"].vars["ansible_host"] == "127.44.0.4"
    assert threading.active_count() < 50
