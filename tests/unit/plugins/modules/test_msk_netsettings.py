# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.plan import Plan
from ansible_collections.siteops.devices.plugins.module_utils.msk.network import Network, target_of
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

NO_GATEWAY = "0.0.0.0"  # noqa: S104 (an address in a reply, nothing is bound to it)
STATIC = {"dhcp": False, "name_resolution": True, "auto_ip": False}


def settle(site: Site, sensor: Sensor, network: Any, *, check: bool = False, diff: bool = False, **more: Any) -> Outcome:
    return run("msk_netsettings", site.connection(sensor, **{"network": network, "wait_timeout": 5, **more}), check=check, diff=diff)


def sent(sensor: Sensor) -> list[dict[str, Any]]:
    return [request.body for request in sensor.writing_requests()]


@pytest.mark.parametrize("reply", ["after_reply", "before_reply"])
def test_a_move_is_predicted_made_followed_and_then_unchanged(site: Site, sensor: Sensor, reply: str) -> None:
    sensor.switches.set(move=reply)
    old, new = sensor.address, site.elsewhere(sensor)
    wanted = {"static_address": new, "subnet": "/16", "gateway": "127.31.0.254"}
    predicted = settle(site, sensor, wanted, check=True, diff=True)
    assert sensor.writing_requests() == []
    real = settle(site, sensor, wanted, diff=True)
    assert real.result == predicted.result
    assert sensor.address == new
    assert real.result["host"] == new
    assert real.result["network"] == {**STATIC, "static_address": new, "subnet": "255.255.0.0", "gateway": "127.31.0.254"}
    assert real.result["diff"]["before"] == {**STATIC, "static_address": old, "subnet": "255.255.255.0", "gateway": NO_GATEWAY}
    assert real.result["diff"]["after"] == real.result["network"]
    assert len(sensor.writing_requests()) == 1
    assert (sensor.open_sessions, sensor.violations) == (0, [])  # the session of the old address, too
    again = settle(site, sensor, wanted)
    assert again.result == {"changed": False, "network": real.result["network"], "host": new}
    assert calls(sensor)[-3:] == ["PUT /login", "GET /netSettings", "PUT /logout"]


def test_numbers_with_a_decimal_point_are_the_same_numbers(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(numbers_as="float")
    assert settle(site, sensor, {"name_resolution": False}).changed
    assert not settle(site, sensor, {"name_resolution": False}).changed
    assert sensor.violations == []


def test_a_change_without_a_move(site: Site, sensor: Sensor) -> None:
    address = sensor.address
    predicted = settle(site, sensor, {"name_resolution": False}, check=True)
    real = settle(site, sensor, {"name_resolution": False})
    assert real.result == predicted.result
    assert (real.result["host"], sensor.network.net_configuration) == (address, 0)
    assert sensor.open_sessions == 0


@pytest.mark.parametrize("fault", [None, "drop_before"])
def test_a_sensor_that_allows_one_session(site: Site, sensor: Sensor, fault: str | None) -> None:
    sensor.switches.set(max_sessions=1)
    if fault:
        sensor.fail(fault, "/netSettings", "PUT")
    new = site.elsewhere(sensor)
    assert settle(site, sensor, {"name_resolution": False}).result["host"] == sensor.address
    assert settle(site, sensor, {"static_address": new}).result["host"] == new
    assert (sensor.open_sessions, sensor.violations) == (0, [])


def test_the_address_is_always_sent_for_the_sensor_would_fall_back_to_the_factorys(site: Site, sensor: Sensor) -> None:
    address = sensor.address
    settle(site, sensor, {"name_resolution": False})
    assert sent(sensor) == [{"netConfiguration": 0, "staticAddress": address, "subnet": "255.255.255.0", "gateway": NO_GATEWAY}]
    assert sensor.address == address


@pytest.mark.parametrize(
    ("bits", "wanted", "then"),
    [
        (0b010, {"dhcp": False, "auto_ip": False}, 0b010),
        (0b110, {"name_resolution": False}, 0b100),
        (0b111, {"auto_ip": False}, 0b011),
        (0b010, {"name_resolution": False, "subnet": "24"}, 0b000),
    ],
)
def test_what_is_not_named_keeps_its_value(site: Site, sensor: Sensor, bits: int, wanted: dict[str, Any], then: int) -> None:
    sensor.network.net_configuration = bits
    sensor.network.dhcp_address = sensor.network.auto_address = sensor.address
    sensor.network.settle()
    outcome = settle(site, sensor, wanted)
    assert outcome.changed is (bits != then)
    assert sensor.network.net_configuration == then
    assert sensor.network.static_address == outcome.result["network"]["static_address"]


class Nobody:
    """A sensor that nothing is sent to."""

    name = "gate-03"


def test_bits_that_nobody_knows_keep_their_value() -> None:
    current = {"netConfiguration": 0b11010, "staticAddress": "10.0.0.7", "curHostAddress": "10.0.0.7"}
    plan = Network(Nobody()).plan(current, {"name_resolution": False, "auto_ip": True})  # type: ignore[arg-type]
    assert plan.payload == {"netConfiguration": 0b11100, "staticAddress": "10.0.0.7"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ({}, "network: it names nothing; give at least one value."),
        ({"static_address": "10.0.0"}, "static_address: '10.0.0' is not an IPv4 address."),
        ({"static_address": "gate-03"}, "static_address: 'gate-03' is not an IPv4 address."),
        ({"static_address": "fe80::1"}, "static_address: 'fe80::1' is not"),
        ({"gateway": "10.0.0.256"}, "gateway: '10.0.0.256' is not an IPv4 address."),
        ({"subnet": "255.0.255.0"}, "subnet: '255.0.255.0' is not a subnet mask, such as 255.255.255.0 or 24."),
        ({"subnet": "33"}, "subnet: '33' is not a subnet mask"),
        (
            {"static_address": "10.0.0.7", "subnet": "24", "gateway": "10.0.1.1"},
            "static_address: 10.0.0.7 with subnet 255.255.255.0 does not reach gateway 10.0.1.1. Correct one of them.",
        ),
        ({"static_address": "10.0.0.1", "subnet": "24", "gateway": "10.0.0.1"}, "static_address: 10.0.0.1 is the gateway's address too."),
    ],
)
def test_bad_values_fail_before_any_request(site: Site, sensor: Sensor, network: dict[str, Any], sentence: str, check: bool) -> None:
    outcome = settle(site, sensor, network, check=check)
    assert outcome.kind == "input"
    assert outcome.message.startswith(sentence)
    assert sensor.requests == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"network": {"dhcp": "perhaps"}}, "dhcp"),
        ({"network": {"dhpc": True}}, "network.dhpc"),
        ({"network": None}, "missing required arguments: network"),
        ({"network": {"dhcp": True}, "wait_timeout": "long"}, "wait_timeout"),
    ],
)
def test_arguments_of_the_wrong_kind(site: Site, sensor: Sensor, arguments: dict[str, Any], sentence: str) -> None:
    outcome = run("msk_netsettings", site.connection(sensor, **arguments))
    assert outcome.kind == "arguments"
    assert sentence in outcome.message
    assert sensor.requests == []


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "network",
    [{"static_address": "127.31.0.9"}, {"gateway": "127.99.0.1", "subnet": "24"}, {"subnet": "255.255.255.252", "gateway": "127.30.9.9"}],
)
def test_the_gateways_subnet_counts_what_the_sensor_has(site: Site, sensor: Sensor, network: dict[str, Any], check: bool) -> None:
    sensor.network.gateway = f"{sensor.address.rpartition('.')[0]}.254"
    outcome = settle(site, sensor, network, check=check)
    assert outcome.kind == "input"
    assert "does not reach gateway" in outcome.message
    assert "counting what the sensor already has. Give all three." in outcome.message
    assert sensor.writing_requests() == []
    assert sensor.open_sessions == 0


@pytest.mark.parametrize("options", [{"check": True}, {"follow": False}, {"wait_timeout": 0.05}])
def test_stored_settings_that_are_not_in_use(site: Site, sensor: Sensor, options: dict[str, Any]) -> None:
    sensor.network.static_address = stored = site.elsewhere(sensor)
    outcome = settle(site, sensor, {"static_address": stored}, **options)
    assert not outcome.changed
    assert outcome.result["host"] == sensor.address
    (warning,) = outcome.warnings
    assert f"uses {sensor.address} now and not yet {stored}. It may be about to move." in warning
    assert sensor.writing_requests() == []
    assert sensor.open_sessions == 0


@pytest.mark.parametrize("dhcp", [False, True])
def test_stored_settings_come_into_force_meanwhile(site: Site, sensor: Sensor, dhcp: bool) -> None:
    """A run that was killed has sent them, and the sensor takes its time."""
    stored = sensor.network.static_address = sensor.network.dhcp_address = site.elsewhere(sensor)
    sensor.network.net_configuration |= dhcp
    mover = threading.Timer(0.3, site.fleet.merge, (sensor, {}))
    mover.start()
    wanted = {"dhcp": True} if dhcp else {"static_address": stored}
    outcome = settle(site, sensor, wanted, follow_host=stored if dhcp else None, wait_timeout=10)
    mover.join()
    assert (outcome.failed, outcome.changed, outcome.result["host"], outcome.warnings) == (False, False, stored, [])
    assert (sensor.address, sensor.writing_requests(), sensor.open_sessions) == (stored, [], 0)


# Where does it go?


@pytest.mark.parametrize("check", [False, True])
def test_dhcp_cannot_be_followed_without_a_name(site: Site, sensor: Sensor, check: bool) -> None:
    outcome = settle(site, sensor, {"dhcp": True}, check=check)
    assert outcome.kind == "input"
    assert outcome.message.startswith("follow: the network decides which address")
    assert "Set follow_host" in outcome.message
    assert sensor.writing_requests() == []
    assert sensor.open_sessions == 0


def test_dhcp_is_followed_to_where_the_user_says(site: Site, sensor: Sensor) -> None:
    new = sensor.network.dhcp_address = site.elsewhere(sensor)
    predicted = settle(site, sensor, {"dhcp": True}, follow_host=new, check=True)
    real = settle(site, sensor, {"dhcp": True}, follow_host=new)
    assert real.result == predicted.result
    assert (real.result["host"], sensor.address, sensor.open_sessions) == (new, new, 0)
    assert not settle(site, sensor, {"dhcp": True}, follow_host=new).changed


def test_dhcp_without_following(site: Site, sensor: Sensor) -> None:
    new = sensor.network.dhcp_address = site.elsewhere(sensor)
    predicted = settle(site, sensor, {"dhcp": True}, follow=False, check=True)
    real = settle(site, sensor, {"dhcp": True}, follow=False)
    assert real.result == predicted.result
    assert (real.changed, real.result["host"]) == (True, None)
    eventually(lambda: sensor.address == new)


@pytest.mark.parametrize(("kind", "puts"), [("drop_after", 1), ("drop_before", 2)])
def test_a_lost_reply_without_following(site: Site, sensor: Sensor, kind: str, puts: int) -> None:
    new = site.elsewhere(sensor)
    sensor.fail(kind, "/netSettings", "PUT")
    outcome = settle(site, sensor, {"static_address": new}, follow=False)
    assert not outcome.failed
    assert outcome.warnings
    assert len(sent(sensor)) == puts
    eventually(lambda: sensor.address == new)


@pytest.mark.parametrize(
    ("before", "after", "host", "follow_host", "target"),
    [
        ({}, {"static_address": "10.0.0.8"}, "10.0.0.7", None, "10.0.0.8"),
        ({}, {"static_address": "10.0.0.8"}, "10.0.0.7", "gate.local", "gate.local"),
        ({}, {"static_address": "10.0.0.7"}, "gate.local", None, "gate.local"),
        ({}, {"name_resolution": False}, "10.0.0.7", "elsewhere", "10.0.0.7"),
        ({}, {"name_resolution": False}, "gate.local", None, "10.0.0.7"),
        ({}, {"name_resolution": False}, "gate.local", "elsewhere", "elsewhere"),
        ({}, {"name_resolution": False}, "gate.example.org", None, "gate.example.org"),
        ({}, {"name_resolution": False, "dhcp": True}, "gate.local", None, None),
        ({"dhcp": True}, {"name_resolution": False}, "Gate.LOCAL.", None, "10.0.0.7"),
        ({"name_resolution": False}, {"gateway": "10.0.0.2"}, "gate.local", None, "gate.local"),
        ({}, {"dhcp": True}, "10.0.0.7", None, None),
        ({}, {"dhcp": True}, "gate.local", None, "gate.local"),
        ({}, {"auto_ip": True}, "10.0.0.7", None, None),
        ({"dhcp": True}, {"auto_ip": True}, "10.0.0.7", None, "10.0.0.7"),
        ({"dhcp": True}, {"static_address": "10.0.0.9"}, "10.0.0.7", None, "10.0.0.7"),
        ({"dhcp": True, "auto_ip": True}, {"dhcp": False}, "10.0.0.7", None, None),
        ({"dhcp": True, "static_address": ""}, {"dhcp": False}, "10.0.0.7", None, "192.168.0.50"),
        ({"static_address": ""}, {"name_resolution": False}, "10.0.0.7", None, "192.168.0.50"),
    ],
)
def test_where_it_will_answer(
    before: dict[str, Any], after: dict[str, Any], host: str, follow_host: str | None, target: str | None
) -> None:
    start = {**STATIC, "static_address": "10.0.0.7", **before}
    assert target_of(Plan(start, {**start, **after}, after), "10.0.0.7", host, follow_host) == target


@pytest.mark.parametrize("told", [NO_GATEWAY, "", None])
def test_no_gateway_is_told_in_several_ways(told: str | None) -> None:
    current = {"netConfiguration": 2, "staticAddress": "10.0.0.7", "subnet": "255.255.255.0", "gateway": told}
    resource = Network(Nobody())  # type: ignore[arg-type]
    assert not resource.plan(current, {"gateway": NO_GATEWAY}).changed
    assert resource.plan({**current, "gateway": "10.0.0.1"}, {"gateway": NO_GATEWAY}).payload["gateway"] == NO_GATEWAY


# When it does not arrive


@pytest.mark.parametrize("password", ["radar-secret", "somebody else's"])
def test_another_sensor_at_the_new_address(site: Site, sensor: Sensor, password: str) -> None:
    other = site.sensor()
    other.password = password
    outcome = settle(site, sensor, {"static_address": other.address})
    assert outcome.kind == ("identity" if password == sensor.password else "authentication")
    assert (outcome.changed, outcome.result["took_effect"]) == (True, "yes")
    assert f"{other.address}:{site.fleet.port}" in outcome.message
    assert "wo " in outcome.message  # "Two devices may ...", "... two may ..."
    assert "have this address now" in outcome.message
    assert other.writing_requests() == []
    assert other.open_sessions == 0


def test_a_sensor_that_does_not_arrive(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(move_seconds=300)
    old, new = sensor.address, site.elsewhere(sensor)
    outcome = settle(site, sensor, {"static_address": new}, wait_timeout=0.1)
    assert outcome.kind == "deadline"
    assert (outcome.changed, outcome.result["took_effect"]) == (True, "yes")
    assert f"Waited 0.1 s for the sensor that was at {old} to answer at {new}, in vain." in outcome.message
    assert f"Look for it at {new}, then at {old}; then run the task again with host set to where it is." in outcome.message
    assert f"{new}:{site.fleet.port} cannot be reached" in outcome.result["last"]["state"]


def test_a_lost_reply_and_a_sensor_that_is_nowhere(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(move="before_reply", move_seconds=300)
    old, new = sensor.address, site.elsewhere(sensor)
    outcome = settle(site, sensor, {"static_address": new}, wait_timeout=0.1)
    assert outcome.kind == "deadline"
    assert (outcome.changed, outcome.result["took_effect"]) == (True, "unknown")
    assert f"It is not known whether it took its new settings. Look for it at {old} and at {new}." in outcome.message


@pytest.mark.parametrize("network", [{"static_address": "elsewhere"}, {"name_resolution": False}])
def test_settings_that_were_not_taken_are_named(site: Site, sensor: Sensor, network: dict[str, Any]) -> None:
    wanted = {name: site.elsewhere(sensor) if value == "elsewhere" else value for name, value in network.items()}
    sensor.fail("ignore", "/netSettings", "PUT")
    outcome = settle(site, sensor, wanted, wait_timeout=0.1)
    assert outcome.kind == "not_taken"
    assert outcome.result["not_taken"] == list(network)
    assert not outcome.changed
    assert sensor.open_sessions == 0


def test_a_lost_change_is_sent_again(site: Site, sensor: Sensor) -> None:
    sensor.fail("drop_before", "/netSettings", "PUT", times=2)
    outcome = settle(site, sensor, {"static_address": site.elsewhere(sensor)})
    assert not outcome.failed
    assert len(sent(sensor)) == 3
    assert all("they are sent again" in text for text in outcome.warnings)


@pytest.mark.parametrize("wanted", ["move", "stay"])
def test_a_change_that_is_lost_for_ever(site: Site, sensor: Sensor, wanted: str) -> None:
    old = sensor.address
    sensor.fail("drop_before", "/netSettings", "PUT", times=None)
    outcome = settle(site, sensor, {"static_address": site.elsewhere(sensor)} if wanted == "move" else {"name_resolution": False})
    assert outcome.kind == "reply_lost"
    assert (outcome.changed, outcome.result["took_effect"]) == (False, "no")
    assert "still at its old address with its old settings. Run the task again" in outcome.message
    assert (sensor.address, sensor.network.net_configuration, len(sent(sensor)), sensor.open_sessions) == (old, 2, 3, 0)


def test_the_last_try_may_be_the_one_that_took_effect(site: Site, sensor: Sensor) -> None:
    sensor.fail("drop_before", "/netSettings", "PUT", times=2)
    sensor.fail("drop_after", "/netSettings", "PUT")
    outcome = settle(site, sensor, {"static_address": site.elsewhere(sensor)})
    assert not outcome.failed
    assert sensor.open_sessions == 0


@pytest.mark.parametrize(("kind", "expected"), [("error_code", "refused"), ("status", "http")])
def test_a_certain_refusal(site: Site, sensor: Sensor, kind: str, expected: str) -> None:
    sensor.fail(kind, "/netSettings", "PUT", code=404)
    outcome = settle(site, sensor, {"static_address": site.elsewhere(sensor)})
    assert outcome.kind == expected
    assert f"{sensor.address}:{site.fleet.port} " in outcome.message
    assert not outcome.changed
    assert outcome.result.get("took_effect") == ("no" if expected == "refused" else None)
    assert ("it is unchanged" in outcome.message) is (expected == "refused")
    assert (len(sent(sensor)), sensor.open_sessions) == (1, 0)


# The certificate goes with the sensor


@pytest.mark.parametrize("trust", ["fingerprint", "old name", "name"])
def test_the_certificate_after_a_move(trust: str) -> None:
    with MskSimulator(1, first_address="127.33.0.1", move_seconds=0) as simulator:
        site, sensor = Site(simulator, simulator.sensors), simulator.sensor
        new = "127.33.1.1" if trust == "old name" else "127.33.0.2"
        options: dict[str, Any] = {}
        if trust == "fingerprint":
            options = {"fingerprint": simulator.fingerprint(sensor), "ca_path": None}
        elif trust == "name":
            options = {"certificate_name": sensor.host_name}
        else:  # a real sensor keeps its certificate; the simulator would make another one for another network
            assert simulator._authority
            identities = simulator._authority._identities
            identities["127.33.1.0/24", "good"] = identities["127.33.0.0/24", "good"]
        outcome = settle(site, sensor, {"static_address": new}, **options)
        assert not outcome.failed, outcome
        assert sensor.address == outcome.result["host"] == new
        assert sensor.open_sessions == 0
