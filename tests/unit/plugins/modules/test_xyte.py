# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Xyte modules against a real broker and a cloud that checks every publish against the vendor's document."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.wait import Deadline
from ansible_collections.siteops.devices.plugins.module_utils.xyte.account import CONNECTION_OPTIONS, account_of
from ansible_collections.siteops.devices.plugins.module_utils.xyte.link import Link
from ansible_collections.siteops.devices.plugins.module_utils.xyte.listener import Listener
from ansible_collections.siteops.devices.tests.simulators.mosquitto import FROM_DEVICE
from ansible_collections.siteops.devices.tests.simulators.mqtt_proxy import CONNACK, PUBACK, PUBLISH, SUBACK, LossyProxy
from ansible_collections.siteops.devices.tests.simulators.tls import SELF_SIGNED, WRONG_NAME, Authority
from ansible_collections.siteops.devices.tests.simulators.xyte import XyteCloud, eventually
from ansible_collections.siteops.devices.tests.unit.plugins.clouds import Account, _unused_devices, account, cloud
from ansible_collections.siteops.devices.tests.unit.plugins.running import leaks, run, ship

__all__ = ["_unused_devices", "account", "cloud"]

WAYS = [run, ship]
DEFAULTS = {name: row.get("default") for name, row in CONNECTION_OPTIONS.items()}


@contextmanager
def retained(account: Account, topic: str, payload: bytes) -> Iterator[None]:
    """The broker holds this message for everybody who subscribes."""
    whole = f"v1/device/{account.device.id}/{topic}"
    account.cloud._client.publish(whole, payload, qos=1, retain=True).wait_for_publish(5)
    yield
    account.cloud._client.publish(whole, b"", qos=1, retain=True).wait_for_publish(5)


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
    assert outcome.warnings == []


def test_a_silent_cloud_is_not_taken_for_an_empty_one(account: Account) -> None:
    account.device.silent = True
    with retained(account, "config", b'{"version": "1"}'):
        outcome = run("xyte_info", account.options(gather=["config", "command"], wait=0.3))
        assert outcome.result["xyte"] == {"config": {"version": "1"}, "command": None}
        assert outcome.warnings == ["The cloud did not answer within 0.3 s, so it is not known what it has of command."]
        assert run("xyte_info", account.options(gather=["config"], wait=0.3)).warnings == []


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


@pytest.mark.parametrize(("module", "end"), [("xyte_command", {"status": "done"}), ("xyte_license", {"state": "removed"})])
def test_what_the_cloud_does_not_know_is_answered_with_a_warning(account: Account, module: str, end: dict[str, Any]) -> None:
    """It was answered before, or the id is mistyped."""
    (warning,) = run(module, account.options(id="gone", wait=0.3, **end)).warnings
    assert "gone: it may be over, or not exist" in warning
    account.device.silent = True
    assert run(module, account.options(id="gone", wait=0.3, **end)).warnings == []


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


def test_an_answer_that_the_cloud_wants_elsewhere(account: Account) -> None:
    """The access key would go with it."""
    account.device.id_of_answers = "another"
    command = account.cloud.command(account.device, "reboot")
    outcome = run("xyte_command", account.options(id=command, status="done"))
    assert outcome.kind == "reply"
    assert "The cloud wants the answer at another place" in outcome.message


def test_a_date_is_a_text(account: Account) -> None:
    """What YAML makes of an unquoted one is the same in both ways of running."""
    date = datetime.date(2026, 8, 4)
    assert run("xyte_telemetry", account.options(telemetries={"since": date})).result["payload"]["telemetries"] == {"since": "2026-08-04"}
    assert run("xyte_config", account.options(version=date, wait=0)).result["payload"]["version"] == "2026-08-04"


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


def test_a_license_without_a_signature(account: Account) -> None:
    account.device.licenses.append({"id": "1", "data": "x", "remove": True})
    given = account.options(id="1", state="inuse")
    outcome = run("xyte_license", {**given, "public_key": account.cloud.public_key})
    assert outcome.kind == "input"
    assert "sent this license without signature" in outcome.message
    assert "although the cloud wants it removed" in run("xyte_license", given).warnings[0]


def test_a_license_that_nobody_verifies(account: Account) -> None:
    outcome = run("xyte_license", account.options(id="1", state="inuse", wait=0.2))
    assert outcome.changed
    assert "without a look at its signature" in outcome.warnings[1]


def test_a_license_that_did_not_come_is_not_in_use(account: Account) -> None:
    outcome = run("xyte_license", account.options(id="gone", state="inuse", public_key=account.cloud.public_key, wait=0.2))
    assert outcome.kind == "input"
    assert account.device.sent("license/update") == []


def test_what_waits_for_the_event_source_is_no_news(account: Account) -> None:
    """The broker keeps for it what came while it was away. A command among that may be over by now."""
    source = Listener(account_of({**DEFAULTS, **account.options()}))
    while source.next(0.5):
        pass
    source.close()
    for version in range(2, 40):
        account.cloud.configure(account.device, version)
    command = account.cloud.command(account.device, "reboot")
    told = run("xyte_info", account.options(gather=["command", "config"])).result["xyte"]
    assert (told["command"]["id"], told["config"]["version"]) == (command, 39)
    assert run("xyte_command", account.options(id=command, status="done")).changed
    eventually(lambda: not account.device.commands)
    assert run("xyte_info", account.options(gather=["command"], wait=0.5)).result["xyte"] == {"command": None}
    account.device.silent = True
    assert run("xyte_info", account.options(gather=["command"], wait=0.5)).result["xyte"]["command"]["id"] == command


DEEP = b'{"version": "1", "x": ' + b"[" * 500 + b"]" * 500 + b"}"
BAD = [
    *(b"\xff", b"[]", b"{", b"null", b"{}", b"[" * 200_000, DEEP, b'{"version": NaN}', b'{"version": "\\ud800"}'),
    *(b'{"version": ""}', b'{"version": null}', b'{"version": true}', b'{"version": [1]}'),
]


@pytest.mark.parametrize("payload", BAD)
def test_what_is_not_as_documented_is_never_called_absent(account: Account, payload: bytes) -> None:
    with retained(account, "config", payload):
        assert run("xyte_info", account.options(gather=["space", "config"])).result["xyte"]["config"] == account.device.config
        account.device.silent = True
        outcome = run("xyte_info", account.options(gather=["space", "config"], wait=0.3))
    assert outcome.kind == "reply", outcome
    assert f"The cloud sent v1/device/{account.device.id}/config with a payload that is not" in outcome.message


ODD = [
    (b'\xef\xbb\xbf{"version": "1"}', {"version": "1"}),
    (b'{"version": 1e999}', {"version": "1e999"}),
    (b'{"version": 1, "x": -1e999}', {"version": 1, "x": "-1e999"}),
    (b'{"version": 1, "x": %s}' % (b"1" * 5000), {"version": 1, "x": "1" * 5000}),
    (b'{"version": "1", "x": %s}' % (b"[" * 90 + b"]" * 90), None),
]


@pytest.mark.parametrize(("payload", "shown"), ODD)
def test_odd_json_is_told_and_answered(account: Account, payload: bytes, shown: dict[str, Any] | None) -> None:
    """A number that Python does not have stays the text that it was: infinity would break the JSON of those who read on."""
    account.device.silent = True
    with retained(account, "config", payload):
        told = run("xyte_info", account.options(gather=["config"], wait=0.3)).result["xyte"]["config"]
    assert shown in (None, told)
    assert run("xyte_config", account.options(version=told["version"], config={"x": told.get("x")}, wait=0)).changed
    assert eventually(lambda: account.device.sent("config/update"))[0]["version"] == told["version"]
    assert account.device.violations == []


def test_a_command_whose_id_is_longer_than_mqtt_has_room_for(account: Account) -> None:
    """It fits into the payload, and not into correlation data, which nothing asks for."""
    command = {"id": "x" * 70_000, "status": "pending", "name": "reboot", "parameters": {}}
    account.device.commands.append(command)
    account.device.correlates = False
    told = run("xyte_info", account.options(gather=["command"])).result["xyte"]["command"]
    assert run("xyte_command", account.options(id=told["id"], status="in_progress", response_topic=told["response_topic"])).changed
    assert run("xyte_command", account.options(id=told["id"], status="done")).changed
    eventually(lambda: account.device.statuses == [(command["id"], "in_progress"), (command["id"], "done")])
    assert account.device.violations == []


def test_an_answer_needs_its_own_message_only(account: Account) -> None:
    license_id = account.cloud.license(account.device, "x")
    with retained(account, "license", b'{"data": "no id"}'):
        outcome = run("xyte_license", account.options(id=license_id, state="removed"))
    assert outcome.changed
    assert "has no id. It was ignored" in outcome.warnings[0]
    assert account.device.violations == []


def test_what_is_retained_counts_unless_there_is_a_newer_answer(account: Account) -> None:
    with retained(account, "firmware", b'{"latest_fw_version": "1"}'), retained(account, "config", b'{"version": "old"}'):
        found = run("xyte_info", account.options(gather=["config", "firmware"], wait=0.5)).result["xyte"]
    assert found == {"config": account.device.config, "firmware": {"latest_fw_version": "1"}}


def test_a_license_of_an_event_is_looked_up_to_be_verified(account: Account) -> None:
    license_id = account.cloud.license(account.device, "data")
    topic = f"v1/device/{account.device.id}/license/update"
    given = account.options(id=license_id, state="inuse", public_key=account.cloud.public_key, response_topic=topic)
    assert run("xyte_license", given).changed
    assert eventually(lambda: account.device.sent("license/update"))


# What goes wrong


@pytest.mark.parametrize("times", [1, 3])
def test_a_connection_that_is_lost_while_the_snapshot_comes(account: Account, times: int) -> None:
    """What did not arrive is not called absent."""
    command = account.cloud.command(account.device, "reboot")
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.losses = [PUBLISH] * times
        found = run("xyte_info", account.options(broker=proxy.url, gather=["config", "command"])).result["xyte"]
        assert found["config"] == account.device.config
        assert found["command"]["id"] == command
        proxy.losses = [PUBLISH] * times
        assert run("xyte_command", account.options(broker=proxy.url, id=command, status="done")).changed
    eventually(lambda: account.device.statuses == [(command, "done")])
    assert account.device.violations == []  # it had the correlation data


def test_a_connection_that_is_lost_again_and_again(account: Account) -> None:
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.losses = [PUBLISH] * 9
        outcome = run("xyte_info", account.options(broker=proxy.url))
    assert outcome.kind == "unreachable"
    assert "Nothing was reported to the cloud" in outcome.message


def test_no_session_is_left_behind_after_a_lost_connection(account: Account) -> None:
    """It would fill with messages, which a later task would be shown."""
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.losses = [SUBACK]
        assert not run("xyte_info", account.options(broker=proxy.url, gather=["space"])).failed
    link = Link(account_of({**DEFAULTS, **account.options()}))
    link.connect(Deadline(5))
    link.close()
    assert link.is_new_session


def test_nobody_has_subscribed(tmp_path: Path) -> None:
    """The broker's reason code 0x10: it took the message for nobody."""
    with XyteCloud(tmp_path) as own:
        account = Account(own, own.devices[0])
        assert run("xyte_device", account.options(name="x")).warnings == []
        own._client.unsubscribe([f"v1/device/+/{topic}" for topic in FROM_DEVICE])
        time.sleep(0.3)
        for module, options in [("xyte_device", {"name": "x"}), ("xyte_command", {"id": "1", "status": "done", "wait": 0.1})]:
            outcome = run(module, account.options(**options))
            assert outcome.changed
            assert "nobody has subscribed to it: the cloud may not have got it" in outcome.warnings[0]
        assert "nobody has subscribed to the question" in run("xyte_info", account.options(wait=0.1)).warnings[0]


@pytest.mark.parametrize(("code", "advice"), [(0x84, "has to speak MQTT v5"), (0x89, "Run the task again later"), (0x9D, "Ask the vendor")])
def test_a_login_that_is_refused(account: Account, code: int, advice: str) -> None:
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.instead = {CONNACK: bytes([0x20, 3, 0, code, 0])}
        outcome = run("xyte_device", account.options(broker=proxy.url, name="x", timeout=0.5))
    assert outcome.result["error"]["code"] == code
    assert advice in outcome.message


def test_a_broker_that_sends_what_is_not_mqtt(account: Account) -> None:
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.instead = {PUBACK: b"\x32\x09\x00\x03\xff\xfe\x00\x00\x01\x00x"}
        outcome = run("xyte_device", account.options(broker=proxy.url, name="x", timeout=0.5))
    assert outcome.kind == "reply_lost"
    assert "what it sends is not MQTT" in outcome.message


def test_acknowledgements_of_the_question_that_never_come(account: Account) -> None:
    with LossyProxy(account.cloud.broker.port) as proxy:
        proxy.silent = {PUBACK}
        outcome = run("xyte_info", account.options(broker=proxy.url, timeout=0.5))
    assert outcome.kind == "unreachable"
    assert "Nothing was sent" not in outcome.message


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
    {"telemetries": {"x": "\udcff"}},
    {"device_id": "x" * 65_510},
    {"device_id": "\udcff"},
    {"access_key": "secret" * 20_000},
    {"access_key": "secret\udcff"},
    {"broker": "mqtt://127.0.0.1:0"},
    {"broker": "mqtt://a..b"},
    {"broker": f"mqtt://{'a' * 80}"},
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
    assert run("xyte_config", account.options(version="1", wait=float("nan"))).kind == "input"
    assert run("xyte_info", account.options(gather=[])).kind == "input"
    assert run("xyte_cloud_setting", account.options(property=" ", value=1)).kind == "input"
    assert run("xyte_info", account.options(wait=float("inf"))).kind == "input"


@pytest.mark.parametrize(
    "options",
    [
        {"id": "\udcff"},
        {"id": 10**5000},
        {"id": float("inf")},
        {"id": 1.5},
        {"id": ""},
        {"text": "\udcff"},
        {"correlation_data": "AAAA" * 22_000},
        {"correlation_data": "é"},
        {"response_topic": "v1/device/{}/" + "x" * 65_535},
        {"response_topic": "v1/device/{}/\udcff"},
    ],
)
def test_wrong_answers(account: Account, options: dict[str, Any]) -> None:
    given = {name: value.format(account.device.id) if isinstance(value, str) else value for name, value in options.items()}
    outcome = run("xyte_command", account.options(**{"id": "1", "status": "done", "wait": 0, **given}))
    assert outcome.kind == "input", outcome
    assert len(outcome.message) < 400
    assert account.device.sent("commands/update") == []


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
