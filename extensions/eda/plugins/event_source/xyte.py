# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source: what the Xyte cloud sends to devices, over MQTT."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENTATION = r"""
short_description: Commands, configurations and licenses that the Xyte cloud sends to devices
description:
  - Connects to the cloud's MQTT broker in the name of devices and makes an event of each message.
  - It answers nothing by itself. Answer with siteops.devices.xyte_command, xyte_config and xyte_license, or use the role xyte_bridge.
  - At each connection it asks for the device's snapshot, so nothing is missed while it was away.
  - It connects again when the broker restarts.
  - Each event comes once while the source runs, however often the message is delivered. After a restart, what is still open comes again,
    with the same id.
  - What the broker had kept while the source was away counts only when the cloud does not answer within some seconds,
    since a command among it may be over. The snapshot has what is open.
  - It steps back for some seconds when a task connects in the name of the same device, and gets afterwards what came in meanwhile.
options:
  broker:
    description: URL of the MQTT broker, such as mqtts://broker.example.com:8883, or mqtt:// without TLS.
    type: str
    required: true
  device_id:
    description: The device's id in the cloud. Not with devices.
    type: str
  access_key:
    description: The device's access key. The default is the environment variable XYTE_ACCESS_KEY. It is in no event.
    type: str
  devices:
    description: >-
      Several devices, each with its device_id and access_key, instead of one. One that is refused is logged and left out;
      the source ends when all of them are.
    type: list
    elements: dict
    suboptions:
      device_id:
        description: The device's id in the cloud.
        type: str
        required: true
      access_key:
        description: The device's access key.
        type: str
        required: true
  ca_path:
    description: File or folder with the CA certificates to trust, in PEM form. Without it, those of the operating system are trusted.
    type: path
  validate_certs:
    description: Whether to verify the TLS certificate.
    type: bool
    default: true
  timeout:
    description: Seconds until the broker must have acknowledged a connection, a subscription or a message.
    type: float
    default: 30
"""

EXAMPLES = r"""
- name: Do what the cloud wants
  hosts: all
  sources:
    - siteops.devices.xyte:
        broker: mqtts://mqtt.example.com:8883
        device_id: "{{ xyte_device_id }}"
        access_key: "{{ xyte_access_key }}"
  rules:
    - name: Say what came
      condition: event.kind == "command"
      action:
        debug:
          msg: "{{ event.payload.name }} for {{ event.device_id }}, to be answered at {{ event.response_topic }}"
"""

LOGGER = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds that a call of the listener may take, and with it the end of the source
TYPES = {"str": "string", "path": "string", "bool": "boolean", "float": "number", "int": "integer", "dict": "object", "list": "array"}


def argument_schema(options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON Schema of the arguments, made of their documentation. The published one in schemas/xyte.json is this."""
    rows = options if options is not None else yaml.safe_load(DOCUMENTATION)["options"]
    properties: dict[str, Any] = {}
    for name, row in rows.items():
        properties[name] = {"type": TYPES[row["type"]], "description": row["description"]}
        if "default" in row:
            properties[name]["default"] = row["default"]
        if row["type"] == "list":
            properties[name]["items"] = argument_schema(row["suboptions"])
    required = [name for name, row in rows.items() if row.get("required")]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _engine(name: str) -> Any:
    """A module of this collection. ansible-rulebook runs this file by its path, so its collection may not be importable yet."""
    root = Path(__file__).absolute().parents[6]
    if root.name == "ansible_collections" and str(root.parent) not in sys.path:
        sys.path.append(str(root.parent))
        package = importlib.import_module("ansible_collections")
        if str(root) not in list(package.__path__):
            package.__path__.append(str(root))
    return importlib.import_module(f"ansible_collections.siteops.devices.plugins.module_utils.{name}")


def accounts_of(args: Mapping[str, Any]) -> list[Any]:
    """The accounts that the arguments describe. Raises ValueError, and what the collection raises for unusable values."""
    given = {name: value for name, value in args.items() if value is not None}
    wrong = _engine("core.schema").violations(given, argument_schema())
    if wrong:
        raise ValueError(f"arguments of siteops.devices.xyte: {'; '.join(wrong)}")
    if ("device_id" in given) == ("devices" in given) or given.get("devices") == []:
        raise ValueError("arguments of siteops.devices.xyte: give either device_id or devices")
    defaults = {name: row["default"] for name, row in argument_schema()["properties"].items() if "default" in row}
    shared = {"ca_path": None, **defaults, **given}
    one = {"device_id": given.get("device_id"), "access_key": given.get("access_key") or os.environ.get("XYTE_ACCESS_KEY")}
    account_of = _engine("xyte.account").account_of
    accounts = [account_of({**shared, **device}) for device in given.get("devices") or [one]]
    ids = [account.device_id for account in accounts]
    twice = sorted({device_id for device_id in ids if ids.count(device_id) > 1})
    if twice:
        raise ValueError(f"arguments of siteops.devices.xyte: devices names {', '.join(twice)} more than once")
    return accounts


async def listen(queue: asyncio.Queue[Any], account: Any) -> NoReturn:
    """Put the events of one device into the queue until cancelled. The device's thread is this source's own."""
    listener = _engine("xyte.listener").Listener(account)
    redactor = _engine("core.redact").Redactor([account.access_key])
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, thread_name_prefix="xyte")
    try:
        while True:
            message = await loop.run_in_executor(thread, listener.next, PATIENCE)
            if message is not None:
                await queue.put(message.event(redactor.mask))
                # Not before it is in the queue: what is not done comes again.
                await loop.run_in_executor(thread, listener.done, message)
    finally:
        # In its thread, behind what that is busy with.
        thread.submit(listener.close)
        thread.shutdown(wait=True)


async def listen_among(queue: asyncio.Queue[Any], account: Any) -> Exception:
    """As :func:`listen`, for one of several devices: its failure is logged, and returned, and ends no other one."""
    try:
        await listen(queue, account)
    except Exception as error:  # noqa: BLE001 (whatever it is, the others go on)
        LOGGER.error("the device %s is left out from now on: %s", account.device_id, error)
        return error


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """What ansible-rulebook calls. With several devices it ends when none of them can work."""
    accounts = accounts_of(args)
    work = listen if len(accounts) == 1 else listen_among
    listening = [asyncio.ensure_future(work(queue, account)) for account in accounts]
    try:
        failures = await asyncio.gather(*listening)
        raise failures[0]
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
