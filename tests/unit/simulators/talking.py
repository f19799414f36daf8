# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare client with which tests talk to simulated sensors; it knows the document's calls and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor


class Talker:
    """One client of one sensor, over one kept connection."""

    def __init__(self, simulator: MskSimulator, sensor: Sensor) -> None:
        self.simulator = simulator
        self.sensor = sensor
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = simulator.ca_path

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.http.request(method, self.simulator.url(self.sensor) + path, timeout=10, **options)

    def get(self, path: str) -> Any:
        return self.send("GET", path).json()

    def put(self, path: str, body: Any = None) -> Any:
        return self.send("PUT", path, json=body).json()

    def login(self, password: str | None = None) -> Talker:
        reply = self.put("/login", {"password": password or self.sensor.password})
        self.token = reply["token"]
        return self

    @property
    def token(self) -> str:
        return str(self.http.headers["Authorization"]).removeprefix("Bearer ")

    @token.setter
    def token(self, token: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {token}"

    def chunk(self, path: str, name: str, data: bytes, start: int, end: int, *, total: int | None = None) -> requests.Response:
        """Send data[start:end] as a chunk."""
        content_range = f"bytes {start}-{end - 1}/{len(data) if total is None else total}"
        return self.send("PUT", path, data=data[start:end], headers={"X-Update-Filename": name, "Content-Range": content_range})

    def transfer(self, path: str, name: str, data: bytes, size: int) -> None:
        """Send all of it in chunks of that size."""
        for start in range(0, len(data), size):
            assert self.chunk(path, name, data, start, min(start + size, len(data))).json() == {"errorCode": 0}

    def send_file(self, name: str, data: bytes, meta: bytes) -> None:
        """Steps 2 to 7 of section 2."""
        self.transfer("/chunkManifestUpdate", name, meta, self.put("/startManifestUpdate")["maxChunkSize"])
        assert self.put("/stopManifestUpdate") == {"errorCode": 0}
        self.transfer("/chunkFileUpdate", name, data, self.put("/startFileUpdate")["maxChunkSize"])
        assert self.put("/stopFileUpdate") == {"errorCode": 0}

    def send_package(self, package: Any, names: list[str] | None = None, force: int = 0) -> Any:
        """Section 2, start to end; returns the reply of /stopProcessUpdate."""
        assert self.put("/startProcessUpdate", {"dst": package.descriptor["dst"]}) == {"errorCode": 0}
        for name in names or [package.descriptor["f"]]:
            self.send_file(name, package.data(name), package.data(f"{name}.mf"))
        return self.put("/stopProcessUpdate", {"force": force})


def eventually(condition: Callable[[], object], seconds: float = 5) -> None:
    """Wait until it holds; what cannot connect yet counts as "not yet"."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except requests.exceptions.RequestException:
            pass
        time.sleep(0.02)
    raise AssertionError("it never came true")
