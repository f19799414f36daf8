# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role xyte_bridge by its playbooks, for devices of each system."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.rulebook.bridge import Site, interrupted
from ansible_collections.siteops.devices.tests.rulebook.represented import SYSTEMS, Represented
from ansible_collections.siteops.devices.tests.simulators.npm import PASSWORD
from ansible_collections.siteops.devices.tests.simulators.xyte import eventually

pytestmark = pytest.mark.timeout(400)

ONE_OF_EACH = dict.fromkeys(SYSTEMS, 1)
NOBODY = {"ansible_connection": "ssh", "ansible_host": "127.63.99.1", "ansible_port": 1}
"""Variables of a host that is not reached."""


def test_an_update_from_beginning_to_end(tmp_path: Path) -> None:
    """Each message is delivered twice; the snapshot's configuration is for the sensor alone."""
    with Site(tmp_path, **ONE_OF_EACH) as site:
        commands = {row.host: site.order(row) for row in site.represented}
        for row in site.represented:
            row.account.copies = 2
        site.play("bridge", "--check", "-e", "xyte_bridge_hosts=npm")
        assert not any(row.account.statuses or row.device.writing_requests() for row in site.of("npm"))
        site.play("bridge")
        for row in site.represented:
            command = commands[row.host]
            eventually(lambda row=row, command=command: row.account.statuses == [(command, "in_progress"), (command, "done")])
            assert (row.version, row.account.firmware_version, row.flashes) == (row.new, row.new, 1)
            assert row.account.sent("telemetry")[0]["telemetries"] == {"firmware_version": row.new, "error": ""}
            assert bool(row.account.sent("config/update")) == (row.system == "msk")
        assert not any("Authorization" in headers for headers in site.shop.asked)
        assert not any(row.account.access_key in str(site.shop.asked) for row in site.represented)
        # The answer was lost: the cloud still has it. It is told again, and nothing else happens.
        for row in site.represented:
            parameters = site.offer(row)
            row.account.commands.append(
                {"id": commands[row.host], "status": "in_progress", "name": "update_firmware", "parameters": parameters}
            )
        site.play("bridge")
        for row in site.represented:
            eventually(lambda row=row: row.account.statuses[2:] == [(commands[row.host], "done")])
            assert row.flashes == 1
            assert row.account.violations == row.device.violations == []
        assert len(site.shop.asked) == len(site.represented)


@dataclass
class Wrong:
    """A command that cannot be carried out, and what the cloud has to be told. `version`: what is told that the device runs."""

    system: str
    text: str
    changes: dict[str, Any] = field(default_factory=dict)
    name: str = "update_firmware"
    variables: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[Represented], Any] = lambda _row: None
    touched: bool = False
    parameters: Any = None  # instead of an object


WRONG = [
    Wrong("msk", "needs url, version and checksum", {"checksum": None}),
    Wrong("msk", "needs url, version and checksum", parameters=["url"]),
    Wrong("msk", "needs url, version and checksum", {"version": ["1.210"]}),
    Wrong("msk", "needs url, version and checksum", {"url": {"href": "http://127.0.0.1/"}}),
    Wrong("msk", "url: it is not a URL", {"url": "http://[::1"}),
    Wrong("msk", "not 9.9", {"version": "9.9"}, touched=True),
    Wrong("msk", "does not know the command {{ lookup", name="{{ lookup('pipe', 'touch /tmp/owned') }}"),
    Wrong("npm", "has the sha256", {"checksum": "0" * 64}),
    Wrong("npm", "not one of those allowed", {"url": "http://example.com/{{ 7 * 7 }}"}),
    Wrong("npm", "more than 10", variables={"xyte_bridge_max_size": 10}),
    Wrong("npm", "11.9.0", {"version": "11.9.0"}, touched=True),
    Wrong("npm", "not enough space", prepare=lambda row: row.device.switches.set(run_outcome="FAILED_GRACEFUL"), touched=True),
    Wrong("npm", "call support", prepare=lambda row: row.device.update.put("FAILED_CRITICAL")),
    Wrong("npm", "refused", variables={"npm_rollout_port": 1}),
    Wrong("npm", "Its window opens", variables={"npm_rollout_not_before": "2999-12-01T22:00:00+01:00"}, touched=True),
    Wrong("npm", "has no dump", name="dump"),
    Wrong("springcard", "holds firmware 1.24", {"version": "1.99"}),
    Wrong("springcard", "names 2 readers of", variables={"springcard_rollout_devices": ["5C0003E9", "5C0003EA"]}),
    Wrong("springcard", "does not name the reader", variables={"springcard_rollout_devices": []}),
    Wrong("springcard", "has no reader", variables={"springcard_rollout_devices": ["5C999999"], "springcard_rollout_wait_timeout": 1}),
    Wrong("springcard", "fail-safe", prepare=lambda row: row.device.readers[0].alter({"outcome": "failed"}), touched=True),
    Wrong("springcard", "is not reached", variables=NOBODY),
    Wrong("springcard", "cannot be restarted", name="reboot"),
]


def test_what_cannot_be_done_gets_an_honest_answer(tmp_path: Path) -> None:
    owned = Path("/tmp/owned")  # noqa: S108 (the name that a template in a command would make)
    owned.unlink(missing_ok=True)
    counts = {system: sum(1 for wrong in WRONG if wrong.system == system) for system in SYSTEMS}
    with Site(tmp_path, **counts) as site:
        commands = []
        for row, wrong in zip(site.represented, WRONG):
            row.more = wrong.variables
            wrong.prepare(row)
            commands.append(
                site.order(row, **wrong.changes) if wrong.name == "update_firmware" else site.cloud.command(row.account, wrong.name)
            )
            if wrong.parameters is not None:
                row.account.commands[0]["parameters"] = wrong.parameters
        output = site.play("bridge", "--tags", "command")
        for row, wrong, command in zip(site.represented, WRONG, commands):
            eventually(lambda row=row, command=command: row.account.statuses == [(command, "in_progress"), (command, "error")])
            message = row.account.sent("commands/update")[-1]["message"]
            assert wrong.text in message, row.host
            assert bool(row.device.writing_requests()) == wrong.touched, (row.host, message)
            if wrong.name == "update_firmware":
                told = row.account.sent("telemetry")[-1]
                assert (told["status"], told["telemetries"]["error"]) == ("error", message)
            assert row.account.violations == []
        assert PASSWORD not in output
        # The sensor that took another version than the commanded one runs it, and the cloud knows.
        other = next(row for row, wrong in zip(site.represented, WRONG) if wrong.changes.get("version") == "9.9")
        assert other.account.firmware_version == other.version == other.new
    assert not owned.exists()


def test_a_configuration(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        site.device.config = {"version": "5", "last_updated": "x", "alarm_distance": 4100, "pre_alarm_distance": 6100}
        site.play("bridge")
        assert eventually(lambda: site.device.sent("config/update"))[0]["alarm_distance"] == 4100
        assert 4100 in site.first.device.configuration.values()
        site.device.config = {"version": "6", "last_updated": "x", "alarm_distnce": 1}
        with pytest.raises(AssertionError, match="refused"):
            site.play("bridge")
        told = eventually(lambda: site.device.sent("telemetry"))[-1]["telemetries"]
        assert told["config_version"] == "6"
        assert "alarm_distnce" in told["config_error"]
        assert [body["version"] for body in site.device.sent("config/update")] == ["5"]
        with pytest.raises(AssertionError, match=r"6 would be refused: .*alarm_distnce"):
            site.play("bridge", "--check")
        assert site.device.known("config_version", "config_error") == ("6", told["config_error"])
        # Corrected, the error is over, and nothing else that the cloud knows of it stays behind.
        site.device.config = {"version": "7", "last_updated": "x"}
        site.play("bridge")
        eventually(lambda: site.device.known("status", "config_version", "config_error") == ("online", "7", ""))
        assert [body["version"] for body in site.device.sent("config/update")] == ["5", "7"]
        assert site.device.violations == []


def test_a_configuration_that_cannot_be_acknowledged_was_not_refused(tmp_path: Path) -> None:
    """Nor is one that did not reach the sensor, whose machine is away, left without a word."""
    with Site(tmp_path, msk=2) as site:
        first, second = site.represented
        event = {"id": "1", "kind": "config", "device_id": first.account.id, "payload": {"version": "7", "alarm_distance": 4200}}
        event["response_topic"] = "v1/device/another/config/update"
        with pytest.raises(AssertionError, match="is not one of this device's topics"):
            site.play("bridge", "-e", f"xyte_bridge_event={base64.b64encode(json.dumps(event).encode()).decode()}")
        assert 4200 in first.device.configuration.values()
        assert [report.topic for report in first.account.reports] == []
        second.more = {"msk_rollout_delegate_to": "away"}
        with pytest.raises(AssertionError, match="was refused, and the cloud was told why"):
            site.play("bridge", "-e", "xyte_bridge_hosts=gate-02", "-e", "ansible_ssh_retries=0")
        assert "away" in eventually(lambda: second.account.known("config_error"))[0]
        assert second.account.known("status") == ("offline",)
        for version, variables in (("8", second.more), ("9", {"msk_rollout_port": 1})):
            second.more, second.account.config = variables, {"version": version, "last_updated": "x"}
            with pytest.raises(AssertionError, match="was refused, and the cloud was told why"):
                site.play("bridge", "-e", "xyte_bridge_hosts=gate-02", "-e", "ansible_ssh_retries=0")
            eventually(lambda version=version: second.account.known("status", "config_version") == ("offline", version))


def test_a_configuration_of_a_device_without_settings_is_refused_once(tmp_path: Path) -> None:
    with Site(tmp_path, npm=1, springcard=1) as site:
        for row in site.represented:
            event = {"id": "1", "kind": "config", "device_id": row.account.id, "payload": {"version": "7", "volume": 3}}
            option = ("-e", f"xyte_bridge_event={base64.b64encode(json.dumps(event).encode()).decode()}")
            with pytest.raises(AssertionError, match="The configuration 7 was refused"):
                site.play("bridge", *option)
            (told,) = eventually(lambda row=row: row.account.sent("telemetry"))
            assert (told["status"], told["telemetries"]["config_version"]) == ("error", "7")
            assert "no settings for this kind of device" in told["telemetries"]["config_error"]
            assert row.account.sent("config/update") == row.account.violations == row.device.writing_requests() == []
        site.play("bridge", *option)  # the cloud sends it again at the next connection
        assert len(row.account.sent("telemetry")) == 1


def test_two_hosts_for_one_device(tmp_path: Path) -> None:
    with Site(tmp_path, springcard=2) as site:
        first, second = site.represented
        site.order(first)
        second.more = {"xyte_device_id": first.account.id}
        with pytest.raises(AssertionError, match=r"same xyte_device_id \(desk-01, desk-02\)"):
            site.play("bridge")
        assert first.account.statuses == []


@dataclass
class Told:
    """What telemetry has to say of a device."""

    system: str
    status: str
    error: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[Represented], Any] = lambda _row: None


OLD = "1.22-138-g56e5ed58"
BOTH = {"springcard_rollout_devices": ["5C000FA1", "5C000FA2"]}
TELEMETRY = [
    Told("msk", "online", more={"firmware_version": "1.118"}),
    Told("msk", "error", "password", variables={"msk_rollout_password": "wrong-secret"}),
    Told(
        "npm",
        "online",
        more={"firmware_version": "11.5.0 #20100", "update_state": "IDLE", "update_target": "", "images": 2, "valid_images": "11.6.0"},
        prepare=lambda row: (row.device.add_image(version="11.6.0"), row.device.add_image("INVALID")),
    ),
    Told(
        "npm",
        "error",
        "FAILED_CRITICAL: {{ 7 * 7 }}",
        {"update_state": "FAILED_CRITICAL"},
        prepare=lambda row: row.device.update.put("FAILED_CRITICAL", description="{{ 7 * 7 }}"),
    ),
    Told("npm", "error", "password", variables={"npm_rollout_password": "wrong-secret"}),
    Told("npm", "error", "certificate", prepare=lambda row: row.simulator.show_certificate(row.device, "self_signed")),
    Told("npm", "offline", "refused", variables={"npm_rollout_port": 1}),
    Told("springcard", "online", more={"firmware_version": "1.22", "firmware_revision": OLD, "readers": 1, "readers_missing": ""}),
    Told("springcard", "error", "is not ok, but error", prepare=lambda row: row.device.readers[0].alter({"status": "error"})),
    Told("springcard", "offline", "does not have the reader", prepare=lambda row: row.device.readers[0].alter({"present": False})),
    Told(
        "springcard",
        "error",
        "does not have the reader 5C000FA2",
        {"readers": 1, "readers_missing": "5C000FA2"},
        BOTH,
        lambda row: row.device.readers[1].alter({"present": False}),
    ),
    Told("springcard", "offline", variables=NOBODY),
]


def test_telemetry(tmp_path: Path) -> None:
    counts = {system: sum(1 for told in TELEMETRY if told.system == system) for system in SYSTEMS}
    with Site(tmp_path, **counts) as site:
        for row, told in zip(site.represented, TELEMETRY):
            row.more = told.variables
            told.prepare(row)
        output = site.play("telemetry")
        for row, told in zip(site.represented, TELEMETRY):
            (body,) = eventually(lambda row=row: row.account.sent("telemetry"))
            said = body["telemetries"]
            assert (body["status"], said) == (told.status, {**said, **told.more}), row.host
            assert told.error in said["error"], row.host
            assert bool(said["error"]) == (told.status != "online"), row.host
            assert row.account.violations == []
            assert "secret" not in json.dumps(body)
        assert site.first.account.sent("telemetry")[0]["telemetries"]["fps"] > 0
        assert "wrong-secret" not in output


def test_an_appliance_killed_at_each_step(tmp_path: Path) -> None:
    """After it was begun, while the image is looked at, while the update runs: the image is sent once, and started once."""
    with Site(tmp_path, npm=1) as site:
        row = site.first
        appliance = row.device
        appliance.switches.set(validating_seconds=1.5, run_seconds=3.0)
        command = site.order(row)
        with interrupted(site):
            eventually(lambda: row.account.statuses, 30)
        with interrupted(site):
            eventually(lambda: appliance.images.uploads, 30)
        with interrupted(site):
            eventually(lambda: appliance.state()["update"]["state"] == "RUNNING", 30)
        site.play("bridge")
        eventually(lambda: row.account.statuses[-1] == (command, "done"))
        assert set(row.account.statuses[:-1]) == {(command, "in_progress")}
        assert (row.version, row.account.firmware_version) == (row.new, row.new)
        assert (appliance.images.uploads, row.flashes) == (1, 1)
        assert len(site.shop.asked) <= 2  # a download that was cut off is begun anew
        assert row.account.violations == []


def test_a_reader_killed_at_each_step(tmp_path: Path) -> None:
    """While it is loaded, and when only the answer is left: it is loaded once."""
    with Site(tmp_path, springcard=1) as site:
        row = site.first
        reader = row.device.readers[0]
        reader.seconds = 3.0
        command = site.order(row)
        with interrupted(site):
            eventually(lambda: reader.loading, 30)
        with interrupted(site):
            eventually(lambda: row.account.firmware_version, 30)
        site.play("bridge")
        eventually(lambda: row.account.statuses[-1] == (command, "done"))
        assert {status for _id, status in row.account.statuses} == {"in_progress", "done"}
        assert (row.version, row.account.firmware_version, row.flashes) == (row.new, row.new, 1)
        assert row.account.violations == []


def test_two_runs_that_end_the_same_commands(tmp_path: Path) -> None:
    """A rulebook's run and a timer's, say: one update, one line that remembers it, and the same answer however often it is told."""
    with Site(tmp_path, msk=1, npm=2, springcard=2) as site:
        for row in site.of("npm"):
            row.device.switches.set(run_seconds=4.0)
        for row in site.of("springcard"):
            row.device.readers[0].seconds = 4.0
        commands = {row.host: site.order(row) for row in site.represented}
        site.play_together(2, "bridge")
        for row in site.represented:
            eventually(lambda row=row: not row.account.commands)
            begun, ended = (commands[row.host], "in_progress"), (commands[row.host], "done")
            statuses = row.account.statuses
            assert set(statuses) == {begun, ended}, row.host
            assert statuses.index(ended) == statuses.count(begun), (row.host, statuses)
            assert (row.version, row.account.firmware_version, row.flashes) == (row.new, row.new, 1)
            assert row.account.known("status", "error") == ("online", "")
            told = {body["message"] for body in row.account.sent("commands/update") if body["status"] == "done"}
            assert len(told) == 1, (row.host, told)
            assert row.account.violations == row.device.violations == []
        records = site.records()
        assert len(records) == len(commands)
        for text in records:
            assert text.count("\n") == 1, text
            assert json.loads(text)["status"] == "done"
