# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Xyte modules against a real broker and a cloud that checks every publish against the vendor's document."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.mqtt_proxy import PUBACK, SUBACK, LossyProxy
from ansible_collections.siteops.devices.tests.simulators.tls import SELF_SIGNED, WRONG_NAME, Authority
from ansible_collections.siteops.devices.tests.simulators.xyte import XyteCloud, eventually
from ansible_collections.siteops.devices.tests.unit.plugins.clouds import Account, _unused_devices, account, cloud
from ansible_collections.siteops.devices.tests.unit.plugins.running import leaks, run, ship

__all__ = ["_unused_devices", "account", "cloud"]

WAYS = [run, ship]

REPORTS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("xyte_telemetry", {"telemetries": {"fan_speed": 100.1, "connection": "4g", "usbc": True}}, "telemetry", {"status": "online"}),
    ("xyte_telemetry", {"status": "error"}, "telemetry", {"status": "error", "telemetries": {}}),
    ("xyte_device", {"firmware_version": "1.10"}, "update", {"firmware_version": "1.10"}),
    ("xyte_device", {"name": "Gate", "firmware_version": "2"}, "update", {"firmware_version": "2", "name": "Gate"}),
    ("xyte_cloud_setting", {"property": "incidents.suspend_creation", "value": True}, "cloud_settings/update", {"value": True}),
    ("xyte_config", {"version": 7, "config": {"led": "off"}, "wait": 1}, "config/update", {"version": 7, "led": "off"}),
    ("xyte_command", {"id": "c-1", "status": "done", "wait": 0.2}, "commands/update", {"id": "c-1", "status": "done"}),
    ("xyte_license", {"id": 4711, "state": "error", "error": "expired", "wait": 0.2}, "license/update", {"id": 4711, "error": "expired"}),
]


@pytest.mark.parametrize(("module", "arguments", "topic", "body"), REPORTS)
def test_a_report_arrives_as_documented(account: Account, module: str, arguments: dict[str, Any], topic: str, body: dict[str, Any]) -> None:
    foreseen = run(module, account.options(**arguments), check=True, diff=True)
    assert {report.topic for report in account.device.reports} <= {"get"}
    for _time in range(2):
        outcome = run(module, account.options(**arguments), diff=True)
        assert outcome.changed, outcome
        assert set(outcome.result["payload"]) == set(foreseen.result["payload"])
        assert outcome.result["diff"]["after"] == outcome.result["payload"]
    sent = eventually(lambda: account.device.sent(topic)[1:])
    assert body.items() <= sent[0].items()
    assert account.device.violations == []


def test_the_snapshot(account: Account) -> None:
    device = account.device
    device.latest_firmware = {"latest_fw_version": "1.0.8", "latest_fw_file_id": "f62e"}
    command = account.cloud.command(device, "reboot")
    licenses = [account.cloud.license(device, "a"), account.cloud.license(device, "b")]
    found = run("xyte_info", account.options(wait=0.5)).result["xyte"]
    assert found["space"]["name"] == "Interactive Class"
    assert found["config"] == device.config
    assert found["command"]["id"] == command
    assert found["command"]["response_topic"].endswith(f"{device.id}/commands/update")
    assert [row["id"] for row in found["licenses"]] == licenses
    assert found["firmware"]["latest_fw_version"] == "1.0.8"
    assert device.violations == []


def test_what_the_cloud_does_not_have_is_null(account: Account) -> None:
    started = time.monotonic()
    found = run("xyte_info", account.options(gather=["space", "config"])).result["xyte"]
    assert set(found) == {"space", "config"}
    assert time.monotonic() - started < 2  # it did not wait for more
    outcome = run("xyte_info", account.options(gather=["command", "licenses", "firmware"], wait=0.3), check=True)
    assert outcome.result["xyte"] == {"command": None, "licenses": [], "firmware": None}


def test_a_command_from_beginning_to_end(account: Account) -> None:
    command, second = account.cloud.command(account.device, "reboot"), account.cloud.command(account.device, "dump")
    begin = account.options(id=command, status="in_progress")
    assert run("xyte_command", begin, check=True).changed
    assert run("xyte_command", begin).changed
    eventually(lambda: account.device.commands[0]["status"] == "in_progress")
    assert not run("xyte_command", begin, diff=True).changed
    assert run("xyte_command", {**begin, "message": "half way"}).changed
    assert run("xyte_command", account.options(id=command, status="done", message="great")).changed
    eventually(lambda: account.device.statuses[-1:] == [(command, "done")])
    assert account.device.commands[0]["id"] == second
    assert account.device.statuses == [(command, "in_progress"), (command, "in_progress"), (command, "done")]
    assert account.device.violations == []


def test_a_text_has_one_name(account: Account) -> None:
    assert run("xyte_command", account.options(id="1", status="done", message="a", text="b")).kind == "arguments"
    outcome = run("xyte_command", account.options(id="1", status="done", message="a", wait=0.2))
    assert outcome.result["payload"]["message"] == "a"


def test_an_event_says_how_to_answer(account: Account) -> None:
    command = account.cloud.command(account.device, "reboot")
    told = run("xyte_info", account.options(gather=["command"])).result["xyte"]["command"]
    answer = {"response_topic": told["response_topic"], "correlation_data": told["correlation_data"]}
    assert run("xyte_command", account.options(id=command, status="done", **answer)).changed
    eventually(lambda: account.device.statuses == [(command, "done")])
    assert account.device.violations == []
    assert [report.topic for report in account.device.reports].count("get") == 1


@pytest.mark.parametrize("topic", ["v1/device/another/commands/update", "elsewhere", "v1/device/+/x"])
def test_an_answer_goes_to_the_devices_own_topics_only(account: Account, topic: str) -> None:
    assert run("xyte_command", account.options(id="1", status="done", response_topic=topic)).kind == "input"


def test_a_number_stays_a_number(account: Account) -> None:
    account.cloud.configure(account.device, 17, led="on")
    assert run("xyte_config", account.options(version="17", config={"led": "on"})).result["payload"]["version"] == 17


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("good", [True, False])
def test_a_license_is_verified_first(account: Account, way: Any, good: bool) -> None:
    license_id = account.cloud.license(account.device, '{"seats": 4}', good=good)
    outcome = way("xyte_license", account.options(id=license_id, state="inuse", public_key=account.cloud.public_key))
    assert outcome.kind == (None if good else "signature")
    if good:
        eventually(lambda: account.device.sent("license/update") == [{"id": license_id, "state": "inuse"}])
    assert bool(account.device.sent("license/update")) is good
    assert account.device.violations == []


def test_a_license_that_nobody_verifies(account: Account) -> None:
    outcome = run("xyte_license", account.options(id="1", state="inuse", wait=0.2))
    assert outcome.changed
    assert "without a look at its signature" in outcome.warnings[0]


def test_a_license_that_did_not_come_is_not_in_use(account: Account) -> None:
    outcome = run("xyte_license", account.options(id="gone", state="inuse", public_key=account.cloud.public_key, wait=0.2))
    assert outcome.kind == "input"
    assert account.device.sent("license/update") == []


# What goes wrong


def test_the_broker_refuses_a_message(account: Account) -> None:
    """The reason code of its acknowledgement counts."""
    outcome = run("xyte_command", account.options(id="1", status="done", response_topic=f"v1/device/{account.device.id}/not/mine"))
    assert outcome.kind == "refused"
    assert outcome.result["error"]["code"] == 0x87


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_key(account: Account, way: Any) -> None:
    outcome = way("xyte_device", account.options(access_key="wrong/key é", name="x"))
    assert outcome.kind == "authentication"
    assert outcome.result["error"]["code"] in {0x86, 0x87}
    assert not leaks(outcome, ["wrong/key é"])


def test_no_key(account: Account) -> None:
    assert run("xyte_device", account.options(access_key=None, name="x")).kind == "authentication"
    assert ship("xyte_device", account.options(access_key=None, name="x"), XYTE_ACCESS_KEY=account.device.access_key).changed


def test_nobody_listens(account: Account) -> None:
    outcome = run("xyte_device", account.options(broker="mqtt://127.0.0.1:1", name="x", timeout=0.5))
    assert outcome.kind == "unreachable"
    assert "Nothing was sent" in outcome.message


WRONG: list[dict[str, Any]] = [
    {"broker": "https://127.0.0.1"},
    {"broker": "mqtt://user:secret@127.0.0.1"},
    {"broker": "127.0.0.1:1883"},
    {"device_id": "a/b"},
    {"device_id": " "},
    {"timeout": 0},
    {"ca_path": "/nowhere", "broker": "mqtts://127.0.0.1"},
    {"telemetries": {"x": float("nan")}},
]


@pytest.mark.parametrize("options", WRONG)
def test_wrong_options(account: Account, options: dict[str, Any]) -> None:
    outcome = run("xyte_telemetry", account.options(**options))
    assert outcome.kind == "input"
    assert not leaks(outcome, ["secret"])
    assert account.device.reports == []


def test_wrong_configurations(account: Account) -> None:
    assert run("xyte_config", account.options(version="1", config={"version": "2"})).kind == "input"
    assert run("xyte_config", account.options(version=["1"])).kind == "input"


def test_a_lost_acknowledgement(account: Account) -> None:
    """It is sent again, so the cloud may get it twice, and the task succeeds."""
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.losses = [PUBACK]
        assert run("xyte_device", account.options(broker=proxy.url, name="x")).changed
        assert proxy.connections == 2
    assert eventually(lambda: account.device.sent("update")[1:])


def test_acknowledgements_that_never_come(account: Account) -> None:
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.silent = {PUBACK}
        outcome = run("xyte_device", account.options(broker=proxy.url, name="x", timeout=1))
    assert outcome.kind == "reply_lost"
    assert "may have arrived" in outcome.message


def test_a_subscription_that_is_lost(account: Account) -> None:
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.losses = [SUBACK]
        assert run("xyte_info", account.options(broker=proxy.url, gather=["space"])).result["xyte"]["space"]


def test_messages_that_come_twice(account: Account) -> None:
    account.device.copies = 3
    license_id = account.cloud.license(account.device, "x")
    found = run("xyte_info", account.options(wait=0.3)).result["xyte"]
    assert [row["id"] for row in found["licenses"]] == [license_id]


def test_a_broker_that_restarts(tmp_path: Path) -> None:
    with XyteCloud(tmp_path) as own, ThreadPoolExecutor(1) as pool:
        account = Account(own, own.devices[0])
        own.broker.stop()
        running = pool.submit(run, "xyte_device", account.options(name="x", timeout=20))
        time.sleep(0.2)
        own.broker.start()
        assert running.result().changed
        eventually(lambda: account.device.sent("update"))


def test_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "simulated cloud")
    with XyteCloud(tmp_path, authority=authority) as own:
        account = Account(own, own.devices[0])
        assert run("xyte_info", account.options(ca_path=str(authority.ca_path), gather=["space", "config"])).result["xyte"]["config"]
        assert run("xyte_device", account.options(name="x")).kind == "certificate"
        assert run("xyte_device", account.options(name="x", validate_certs=False)).changed
        for kind in (SELF_SIGNED, WRONG_NAME):
            own.broker._certificate = kind
            own.broker.restart()
            outcome = run("xyte_device", account.options(name="x", ca_path=str(authority.ca_path)))
            assert outcome.kind == "certificate", outcome


def test_many_devices_at_once(account: Account) -> None:
    devices = account.cloud.devices[-12:]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda device: run("xyte_telemetry", Account(account.cloud, device).options()), devices))
    assert all(outcome.changed for outcome in outcomes)
    assert eventually(lambda: all(device.sent("telemetry") for device in devices))
