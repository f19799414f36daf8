# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated Xyte cloud behind a real broker: keeps what devices report, answers their `get`, and sends them work.

Every publish is checked against the vendor's document (`xyte_rules`); what it does not allow is ignored and kept in `violations`.
"""

from __future__ import annotations

import json
import select
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from .mosquitto import CLOUD, FROM_DEVICE, Broker
from .tls import Authority
from .xyte_rules import wrong_with

TIME = "2026-08-04T07:45:44.122Z"
RESPONSES = {"config": "config/update", "commands": "commands/update", "license": "license/update"}


class _Polling:
    """select() as paho's loop calls it, by poll(): select() knows no descriptor above 1023, and a test process may hold thousands."""

    @staticmethod
    def select(
        reading: Sequence[Any], writing: Sequence[Any], _other: Sequence[Any], timeout: float
    ) -> tuple[list[Any], list[Any], list[Any]]:
        poll = select.poll()
        numbers = {(item if isinstance(item, int) else item.fileno()): item for item in (*reading, *writing)}
        for number, item in numbers.items():
            poll.register(number, (select.POLLIN if item in reading else 0) | (select.POLLOUT if item in writing else 0))
        happened = [(numbers[number], events) for number, events in poll.poll(timeout * 1000)]
        ready = [item for item, events in happened if item in reading and events & ~select.POLLOUT]
        return ready, [item for item, events in happened if item in writing and events & ~select.POLLIN], []


paho.select = _Polling  # type: ignore[assignment]


@dataclass
class Report:
    """A message that a device has sent."""

    topic: str  # behind v1/device/ID/
    body: Any
    correlation: bytes | None
    wrong: list[str]


@dataclass
class XyteDevice:
    """What the cloud knows of a device. `commands` waits in order; the first one is the next."""

    id: str
    access_key: str
    config: dict[str, Any] = field(default_factory=lambda: {"version": "1", "last_updated": TIME, "led": "on"})
    commands: list[dict[str, Any]] = field(default_factory=list)
    licenses: list[dict[str, Any]] = field(default_factory=list)
    space: dict[str, Any] = field(
        default_factory=lambda: {"name": "Interactive Class", "maintenance": False, "temperature_units": "celsius"}
    )
    firmware_version: str | None = None
    latest_firmware: dict[str, str] | None = None
    reports: list[Report] = field(default_factory=list)
    silent: bool = False  # answers nothing that is asked with get
    copies: int = 1  # of each message that it is sent
    correlates: bool = True  # commands and licenses carry correlation data
    id_of_answers: str = ""  # whose topics its answers are wanted at, when not its own

    def sent(self, topic: str) -> list[Any]:
        """The bodies of what the device has sent to a topic, oldest first; what was wrong is not among them."""
        return [report.body for report in self.reports if report.topic == topic and not report.wrong]

    def known(self, *names: str) -> tuple[Any, ...]:
        """What the cloud knows by telemetry: it keeps the last value of each name. `status` is the last one."""
        state: dict[str, Any] = {}
        for body in self.sent("telemetry"):
            state.update({**body["telemetries"], "status": body["status"]})
        return tuple(state.get(name) for name in names)

    @property
    def violations(self) -> list[str]:
        return [wrong for report in self.reports for wrong in report.wrong]

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """Command id and status of every command update."""
        return [(body["id"], body["status"]) for body in self.sent("commands/update")]


class XyteCloud:
    """The cloud's side. A context manager: starts a broker with accounts for `devices` devices, and connects to it."""

    def __init__(self, folder: Path, devices: int = 1, *, authority: Authority | None = None) -> None:
        self.devices = [XyteDevice(f"00000000-0000-4000-8000-{number:012d}", f"key/{uuid.uuid4().hex}+é") for number in range(devices)]
        self._by_id = {device.id: device for device in self.devices}
        self._password = uuid.uuid4().hex
        self.broker = Broker(
            folder, {CLOUD: self._password, **{device.id: device.access_key for device in self.devices}}, authority=authority
        )
        self._authority = authority
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=CLOUD, protocol=paho.MQTTv5)
        self._ready = threading.Event()
        self._lock = threading.RLock()
        self._correlations: dict[tuple[str, str], bytes | None] = {}
        self._key = rsa.generate_private_key(65537, 2048)

    def __enter__(self) -> XyteCloud:
        self.broker.start()
        client = self._client
        client.username_pw_set(CLOUD, self._password)
        client.max_queued_messages_set(0)
        client.reconnect_delay_set(1, 1)
        if self._authority:
            client.tls_set(str(self._authority.ca_path))
        client.on_connect = self._on_connect
        client.on_subscribe = lambda *_details: self._ready.set()
        client.on_message = self._on_message
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 3600
        client.connect("127.0.0.1", self.broker.port, clean_start=False, properties=lasting)
        client.loop_start()
        if not self._ready.wait(10):
            raise RuntimeError(f"the cloud does not get into its broker:\n{self.broker.log}")
        return self

    def __exit__(self, *_unused: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self.broker.stop()

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        client.subscribe([(f"v1/device/+/{topic}", SubscribeOptions(qos=2, noLocal=True, retainAsPublished=True)) for topic in FROM_DEVICE])

    # What devices send

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        _version, _device, device_id, topic = message.topic.split("/", 3)
        device = self._by_id[device_id]
        body, wrong = wrong_with(topic, bytes(message.payload))
        correlation = getattr(message.properties, "CorrelationData", None)
        with self._lock:
            wrong += self._wrong_outside(device, topic, body, message, correlation)
            device.reports.append(Report(topic, body, correlation, wrong))
            if not wrong:
                self._take(device, topic, body)

    def _wrong_outside(self, device: XyteDevice, topic: str, body: Any, message: paho.MQTTMessage, correlation: bytes | None) -> list[str]:
        wrong = []
        properties = dict(getattr(message.properties, "UserProperty", []))
        if properties != {"device_id": device.id, "access_key": device.access_key}:
            wrong.append(f"{topic}: user properties {sorted(properties)}, or their values")
        if message.qos != 1 or message.retain:
            wrong.append(f"{topic}: QoS {message.qos}, retain {message.retain}")
        asked = (
            self._correlations.get((device.id, str(body.get("id", "")))) if topic in RESPONSES.values() and isinstance(body, dict) else None
        )
        if asked is not None and correlation != asked:
            wrong.append(f"{topic}: correlation data {correlation!r}, not {asked!r}")
        return wrong

    def _take(self, device: XyteDevice, topic: str, body: Any) -> None:
        if topic == "get" and not device.silent:
            self.snapshot(device)
        elif topic == "update":
            device.firmware_version = body.get("firmware_version", device.firmware_version)
        elif topic == "commands/update" and device.commands and device.commands[0]["id"] == body["id"]:
            device.commands[0]["status"] = body["status"]
            if body["status"] != "in_progress":
                device.commands.pop(0)
                self._next_command(device)
        elif topic == "license/update" and body["state"] != "error":
            device.licenses = [row for row in device.licenses if row["id"] != body["id"]]

    # What devices get

    def snapshot(self, device: XyteDevice) -> None:
        """Send the state of a device to each topic ("Get latest snapshot")."""
        with self._lock:
            self._send(device, "space_info", device.space)
            self._send(device, "config", device.config)
            self._next_command(device)
            for row in device.licenses:
                self._send(device, "license", row)
            if device.latest_firmware and device.latest_firmware["latest_fw_version"] != device.firmware_version:
                self._send(device, "firmware", device.latest_firmware)

    def command(self, device: XyteDevice, name: str, parameters: dict[str, Any] | None = None) -> str:
        """Queue a command; it is sent at once if it is the next one. Returns its id."""
        with self._lock:
            row = {"id": str(uuid.uuid4()), "status": "pending", "name": name, "parameters": parameters or {}}
            device.commands.append(row)
            if device.commands[0] is row:
                self._next_command(device)
            return str(row["id"])

    def configure(self, device: XyteDevice, version: Any, **fields: Any) -> None:
        """Push a configuration."""
        with self._lock:
            device.config = {"version": version, "last_updated": TIME, **fields}
            self._send(device, "config", device.config)

    def license(self, device: XyteDevice, data: str, *, add: bool = True, remove: bool = False, good: bool = True) -> str:
        """Hand out a license, signed with PKCS #1 v1.5 and SHA-256. Returns its id."""
        signature = self._key.sign(data.encode() + (b"" if good else b"!"), padding.PKCS1v15(), hashes.SHA256()).hex()
        row = {"id": str(uuid.uuid4()), "data": data, "signature": signature, "add": add, "update": False, "remove": remove}
        with self._lock:
            device.licenses.append(row)
            self._send(device, "license", row)
        return str(row["id"])

    @property
    def public_key(self) -> str:
        return self._key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def _next_command(self, device: XyteDevice) -> None:
        if device.commands:
            self._send(device, "commands", device.commands[0])

    def _send(self, device: XyteDevice, topic: str, body: dict[str, Any]) -> None:
        properties = Properties(PacketTypes.PUBLISH)
        if topic in RESPONSES:
            properties.ResponseTopic = f"v1/device/{device.id_of_answers or device.id}/{RESPONSES[topic]}"
        if "id" in body and device.correlates:
            key = (device.id, str(body["id"]))
            properties.CorrelationData = self._correlations.setdefault(key, uuid.uuid4().bytes)
        for _copy in range(device.copies):
            self._client.publish(f"v1/device/{device.id}/{topic}", json.dumps(body), qos=1, properties=properties)


def eventually(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The condition's value as soon as it is true."""
    pause = threading.Event()
    for _try in range(int(seconds * 50)):
        value = condition()
        if value:
            return value
        pause.wait(0.02)
    raise AssertionError("it did not come true in time")


if __name__ == "__main__":
    from .xyte_command_line import main

    main()
