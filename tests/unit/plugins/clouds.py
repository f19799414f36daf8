# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated cloud that tests of Xyte talk to, through a real broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.xyte import XyteCloud, XyteDevice


class Account:
    """A device of the cloud that no other test uses."""

    def __init__(self, cloud: XyteCloud, device: XyteDevice) -> None:
        self.cloud = cloud
        self.device = device

    def options(self, **more: Any) -> dict[str, Any]:
        """The module arguments that reach it, and more. None leaves one out."""
        given = {"broker": self.cloud.broker.url, "device_id": self.device.id, "access_key": self.device.access_key, "timeout": 5, **more}
        return {name: value for name, value in given.items() if value is not None}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XyteCloud]:
    folder: Path = tmp_path_factory.mktemp("broker")
    with XyteCloud(folder, 150) as running:
        yield running


@pytest.fixture(scope="session")
def _unused_devices(cloud: XyteCloud) -> Iterator[XyteDevice]:
    return iter(cloud.devices)


@pytest.fixture
def account(cloud: XyteCloud, _unused_devices: Iterator[XyteDevice], monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.delenv("XYTE_ACCESS_KEY", raising=False)
    return Account(cloud, next(_unused_devices))
