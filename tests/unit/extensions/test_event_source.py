# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source alone, as ansible-rulebook runs it: its file by path, its main() with a queue."""

from __future__ import annotations

import asyncio
import json
import runpy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.xyte import XyteCloud, XyteDevice, eventually
from ansible_collections.siteops.devices.tests.unit.plugins.running import run

FILE = Path(__file__).parents[3] / "extensions/eda/plugins/event_source/xyte.py"
SOURCE = runpy.run_path(str(FILE))


class Running:
    """A source in a thread of its own, and the events it has given."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.events: list[dict[str, Any]] = []
        self.failure: BaseException | None = None
        self._arguments = arguments
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[None] | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    async def put(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    def _run(self) -> None:
        async def body() -> None:
            self._main = asyncio.ensure_future(SOURCE["main"](self, self._arguments))
            await self._main

        try:
            self._loop.run_until_complete(body())
        except BaseException as error:  # noqa: BLE001 (the test looks at it)
            self.failure = error

    def stop(self) -> None:
        if self._main is not None:
            self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XyteCloud]:
    with XyteCloud(tmp_path_factory.mktemp("broker"), 20) as running:
        yield running


@pytest.fixture(scope="module")
def unused(cloud: XyteCloud) -> Iterator[XyteDevice]:
    return iter(cloud.devices)


@pytest.fixture
def device(unused: Iterator[XyteDevice]) -> XyteDevice:
    return next(unused)


def arguments(cloud: XyteCloud, device: XyteDevice) -> dict[str, Any]:
    return {"broker": cloud.broker.url, "device_id": device.id, "access_key": device.access_key, "timeout": 5}


@contextmanager
def source(args: dict[str, Any]) -> Iterator[Running]:
    running = Running(args)
    try:
        yield running
    finally:
        running.stop()


def test_the_snapshot_then_what_comes(cloud: XyteCloud, device: XyteDevice) -> None:
    waiting = cloud.command(device, "reboot")
    device.latest_firmware = {"latest_fw_version": "2", "latest_fw_file_id": "x"}
    with source(arguments(cloud, device)) as running:
        eventually(lambda: {event["kind"] for event in running.events} >= {"command", "config", "space_info", "firmware"})
        license_id = cloud.license(device, f"for {device.access_key}")
        eventually(lambda: running.of("license"))
    command = running.of("command")[0]
    assert command["payload"] == {"id": waiting, "status": "pending", "name": "reboot", "parameters": {}}
    assert command["device_id"] == device.id
    assert command["response_topic"] == f"v1/device/{device.id}/commands/update"
    assert command["meta"]["uuid"] == command["id"]
    assert running.of("license")[0]["payload"]["id"] == license_id
    assert device.access_key not in json.dumps(running.events, ensure_ascii=False)
    assert [report.topic for report in device.reports] == ["get"]
    assert device.violations == []


def test_ids_are_the_same_in_every_run_and_open_commands_come_again(cloud: XyteCloud, device: XyteDevice) -> None:
    cloud.command(device, "reboot")
    seen = []
    for _run in range(2):
        with source(arguments(cloud, device)) as running:
            eventually(lambda: running.of("command") and running.of("config"))
            seen.append({event["id"] for event in running.events})
    assert seen[0] == seen[1]


def test_duplicates_are_removed(cloud: XyteCloud, device: XyteDevice) -> None:
    device.copies = 3
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("config"))
        for version in ("2", "3", "2"):
            cloud.configure(device, version)
        cloud.command(device, "reboot")
        cloud.snapshot(device)
        eventually(lambda: running.of("command"))
        time.sleep(0.3)
    assert [event["payload"]["version"] for event in running.of("config")] == ["1", "2", "3", "2"]
    assert len(running.of("command")) == len(running.of("space_info")) == 1


def test_a_task_of_the_same_device(cloud: XyteCloud, device: XyteDevice) -> None:
    """The broker gives the client id to the task; the source comes back and has missed nothing."""
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("config"))
        assert run("xyte_telemetry", arguments(cloud, device)).changed
        device.silent = True  # what is missed now is in no snapshot
        command = cloud.command(device, "reboot")
        eventually(lambda: running.of("command"))
    assert running.of("command")[0]["payload"]["id"] == command
    assert device.sent("telemetry")


def test_what_is_over_when_the_source_comes_back(cloud: XyteCloud, device: XyteDevice) -> None:
    """The broker has kept a command that the cloud has withdrawn, and one that is open: the snapshot tells which is which."""
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("config") and running.of("space_info"))
    cloud.command(device, "reboot")
    device.commands.clear()
    cloud.configure(device, "2")
    cloud.configure(device, "3")
    command = cloud.command(device, "dump")
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("command"))
        time.sleep(4)
    assert [event["payload"]["id"] for event in running.of("command")] == [command]
    assert [event["payload"]["version"] for event in running.of("config")] == ["3"]
    # It was acknowledged: the broker keeps it no longer, not even for a source that the cloud does not answer.
    device.silent = True
    with source(arguments(cloud, device)) as running:
        time.sleep(5)
    assert running.of("command") == []
    device.commands.clear()
    kept = cloud.command(device, "reboot")
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("command"))
    assert [event["payload"]["id"] for event in running.of("command")] == [kept]


def test_a_task_that_takes_longer_than_the_source_steps_back(cloud: XyteCloud, device: XyteDevice) -> None:
    """It asks again, and its time does not begin anew."""
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("config"))
        license_id = cloud.license(device, "x")
        started = time.monotonic()
        found = run("xyte_info", {**arguments(cloud, device), "gather": ["licenses", "firmware"], "wait": 4}).result["xyte"]
        assert time.monotonic() - started < 7
    assert ([row["id"] for row in found["licenses"]], found["firmware"]) == ([license_id], None)
    assert [report.topic for report in device.reports].count("get") >= 3


def test_what_is_not_as_documented_does_no_harm(cloud: XyteCloud, device: XyteDevice) -> None:
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("config"))
        deep = b'{"id": 1, "name": "reboot", "parameters": ' + b"[" * 3000 + b"]" * 3000 + b"}"
        for payload in (b"", b"\xff", b"[]", b'{"name": "reboot"}', b"{", deep):
            cloud._client.publish(f"v1/device/{device.id}/commands", payload, qos=1)
        command = cloud.command(device, "reboot")
        eventually(lambda: running.of("command"))
    assert [event["payload"]["id"] for event in running.of("command")] == [command]


def test_a_broker_that_restarts(tmp_path: Path) -> None:
    with XyteCloud(tmp_path, 2) as own:
        device = own.devices[0]
        args = {"broker": own.broker.url, "devices": [{"device_id": row.id, "access_key": row.access_key} for row in own.devices]}
        with source(args) as running:
            eventually(lambda: len(running.of("config")) == 2)
            own.broker.restart(0.5)
            command = own.command(device, "reboot")
            eventually(lambda: running.of("command"), 20)
            eventually(lambda: len(device.sent("get")) >= 2)
            assert running.of("command")[0]["payload"]["id"] == command
            own.command(device, "dump")
        assert running.failure is None or isinstance(running.failure, asyncio.CancelledError)
        assert len(running.of("command")) == 1


def test_a_command_with_odd_parameters_is_one(cloud: XyteCloud, device: XyteDevice) -> None:
    """It could not be answered otherwise, and would hold up those behind it."""
    device.commands.append({"id": 7, "name": "reboot", "parameters": ["x"]})
    with source(arguments(cloud, device)) as running:
        eventually(lambda: running.of("command"))
    assert running.of("command")[0]["payload"]["parameters"] == ["x"]


def test_one_device_of_several_that_is_refused(cloud: XyteCloud, device: XyteDevice) -> None:
    wrong = {"device_id": cloud.devices[-2].id, "access_key": "wrong"}
    args = {"broker": cloud.broker.url, "devices": [wrong, {"device_id": device.id, "access_key": device.access_key}]}
    with source(args) as running:
        eventually(lambda: running.of("config"))
        time.sleep(0.5)
        command = cloud.command(device, "reboot")
        eventually(lambda: running.of("command"))
    assert running.of("command")[0]["payload"]["id"] == command


WRONG: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda args: {**args, "access_key": "wrong"},
    lambda args: {**args, "acces_key": "x"},
    lambda args: {**args, "device_id": None},
    lambda args: {**args, "device_id": None, "devices": []},
    lambda args: {**args, "device_id": None, "devices": [{"device_id": args["device_id"], "access_key": "x"}] * 2},
    lambda args: {**args, "device_id": None, "devices": [{"device_id": name, "access_key": "x"} for name in "ab"]},
    lambda args: {**args, "devices": []},
    lambda args: {**args, "timeout": "long"},
    lambda args: {**args, "broker": "http://127.0.0.1"},
]


@pytest.mark.parametrize("spoil", WRONG)
def test_wrong_arguments_are_told(cloud: XyteCloud, spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    device = cloud.devices[-1]
    with source(spoil(arguments(cloud, device))) as running:
        eventually(lambda: running.failure)
    assert device.access_key not in str(running.failure)


def test_the_published_schema_is_that_of_the_documentation() -> None:
    published = FILE.parent / "schemas" / "xyte.json"
    assert json.loads(published.read_text()) == {"$schema": "http://json-schema.org/draft-07/schema#", **SOURCE["argument_schema"]()}
