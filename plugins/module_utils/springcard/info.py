# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service and its readers tell about themselves."""

from __future__ import annotations

import re
import typing as t

from ..core.errors import AuthenticationError, DeviceError
from ..core.wait import Deadline
from .client import CompanionClient
from .load import patiently
from .reader import Reader, attached


def gather(task: t.Any) -> dict[str, t.Any]:
    """``service``: the SERVICE object, None from an older service; ``devices``: the DEVICE objects, with ``firmware``.

    With the option ``devices`` only those; ``missing`` are its names that no reader answers to.
    """
    names = task.params["devices"]
    with CompanionClient.open(task) as client:
        deadline = Deadline(task.params["timeout"])
        service = patiently(client.service, deadline, f"{client.name} to be ready")
        readers = patiently(lambda: attached(client), deadline, f"{client.name} to be ready")
        wanted = [reader for reader in readers if not names or any(reader.is_called(name) for name in names)]
        there = [reader for reader in wanted if reader.status != "missing"]
        return {
            "service": _snake(service),
            "devices": [_described(task, client, reader) for reader in wanted],
            "missing": [name for name in names if not any(reader.is_called(name) for reader in there)],
        }


def _described(task: t.Any, client: CompanionClient, reader: Reader) -> dict[str, t.Any]:
    """``firmware`` is the FIRMWARE object; from a reader that does not answer, what the service knows of it."""
    device = dict(reader.device)
    family, version = device.pop("Firmware", None), device.pop("Version", None)
    info: dict[str, t.Any] | None = None
    if reader.status == "ok":
        try:
            info = client.firmware_info(reader.id)
        except AuthenticationError:
            raise
        except DeviceError as error:
            task.warn(f"The firmware of {reader.label} could not be read: {error.message}")
    known = info or {}
    firmware = {
        "vendor": known.get("Vendor"),
        "product": known.get("Product"),
        "firmware": known.get("Firmware") or family,
        "version": known.get("Version") or version,
        "revision": known.get("Revision"),
        "date": known.get("Date") or known.get("BuildDate"),
    }
    return {**_snake(device), "firmware": firmware}


def _snake(value: t.Any) -> t.Any:
    """The same with keys in snake_case: ``DeviceId`` is ``device_id``, ``WebSocketPort`` is ``web_socket_port``."""
    if isinstance(value, t.Mapping):
        return {
            re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", str(key)).lower(): _snake(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_snake(item) for item in value]
    return value
