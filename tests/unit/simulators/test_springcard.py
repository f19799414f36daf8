# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from ansible_collections.siteops.devices.tests.simulators.springcard import Reader, Service, SpringcardSimulator, image

BLOB = base64.b64encode(image()).decode()


@pytest.fixture(scope="module")
def simulator() -> Iterator[SpringcardSimulator]:
    with SpringcardSimulator(10, 2, first_address="127.38.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def unused(simulator: SpringcardSimulator) -> Iterator[Service]:
    return iter(simulator.services)


@pytest.fixture
def service(unused: Iterator[Service]) -> Service:
    fresh = next(unused)
    for reader in fresh.readers:
        reader.seconds = reader.restart_seconds = 0.1
    return fresh


@pytest.fixture
def reader(service: Service) -> Reader:
    return service.readers[0]


def send(simulator: SpringcardSimulator, service: Service, method: str, path: str, **options: Any) -> requests.Response:
    return requests.request(method, simulator.url(service) + path, timeout=10, **options)


def load(simulator: SpringcardSimulator, service: Service, body: Any) -> tuple[int, str]:
    reply = send(simulator, service, "POST", f"/device/{service.readers[0].device_id}/load-firmware", json=body)
    return reply.status_code, reply.json().get("Message", reply.json()["Result"])


def test_a_load_locks_restarts_and_tells_everybody(simulator: SpringcardSimulator, service: Service, reader: Reader) -> None:
    service.events.noise = False
    clients = [websocket.create_connection(f"ws://{service.address}:{simulator.websocket_port}/", timeout=5) for _client in range(2)]
    old = reader.device_id
    reader.new_id = True
    assert load(simulator, service, {"Blob": BLOB}) == (200, "success")
    assert send(simulator, service, "GET", f"/device/{old}/firmware-info").status_code == 409
    assert load(simulator, service, {"Blob": BLOB})[0] == 409
    for client in clients:
        told = [json.loads(client.recv()) for _event in range(reader.steps + 3)]
        assert [event["event"] for event in told] == [*["Device.LoadFirmwareProgress"] * 5, *["Devices.ListChange"] * 2]
        assert [event["params"].get("Status") for event in told[:5]] == ["pending"] * 4 + ["success"]
        assert told[-1]["params"]["DeviceIds"] == [reader.device_id, service.readers[1].device_id]
        client.close()
    assert reader.device_id != old
    assert send(simulator, service, "GET", f"/device/{old}/firmware-info").status_code == 410
    info = send(simulator, service, "GET", f"/device/{reader.device_id}/firmware-info").json()
    assert (info["Version"], info["Revision"]) == ("1.24", "1.24-150-g0123abcd")
    assert service.violations == []


def test_every_message(simulator: SpringcardSimulator, service: Service, reader: Reader, tmp_path: Path) -> None:
    url = "https://files.example.com/a.bin"
    assert load(simulator, service, {}) == (422, "Invalid arguments")
    assert load(simulator, service, {"File": url, "Blob": BLOB}) == (422, "Invalid arguments")
    assert load(simulator, service, {"File": "ftp://x"}) == (422, "Scheme not supported")
    assert load(simulator, service, {"File": f"file://{tmp_path}/none"}) == (422, "File not found")
    assert load(simulator, service, {"File": f"file://{tmp_path}"}) == (422, "Read failed")
    assert load(simulator, service, {"File": url}) == (422, "Download failed")
    for status, message in {404: "File not found", 401: "Access denied", 403: "Access denied", 500: "Download failed"}.items():
        service.merge({"remote": {url: status}})
        assert load(simulator, service, {"File": url}) == (422, message)
    assert load(simulator, service, {"Blob": "***"}) == (422, "Invalid base64 string")
    assert load(simulator, service, {"Blob": base64.b64encode(b"x").decode()}) == (422, "Unsupported content")
    reader.loadable = False
    assert load(simulator, service, {"Blob": BLOB}) == (422, "Not available")
    reader.alter({"loadable": True, "outcome": "denied"})
    assert load(simulator, service, {"Blob": BLOB}) == (422, "Failed")


def test_what_no_client_may_do(simulator: SpringcardSimulator, service: Service) -> None:
    assert send(simulator, service, "GET", "/nowhere").status_code == 404
    assert send(simulator, service, "PUT", "/devices").status_code == 405
    assert send(simulator, service, "GET", "/devices", headers={"Accept": "text/html"}).status_code == 406
    assert send(simulator, service, "POST", "/utilities/firmware-info", data="{}").status_code == 400
    client = websocket.create_connection(f"ws://{service.address}:{simulator.websocket_port}/", timeout=5)
    client.send("hello")
    deadline = time.monotonic() + 5
    while len(service.violations) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    client.close()
    assert len(service.violations) == 5


def test_a_file_can_be_looked_at(simulator: SpringcardSimulator, service: Service, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(image("1.30-1-gabc"))
    told = send(simulator, service, "POST", "/utilities/firmware-info", json={"File": f"file://{tmp_path}/a.bin"}).json()
    assert (told["Revision"], told["BuildDate"], "Date" in told) == ("1.30-1-gabc", "2026-03-01", False)
    assert service.writing_requests() == []


def test_a_starting_service(simulator: SpringcardSimulator, service: Service) -> None:
    service.merge({"starting": True})
    assert send(simulator, service, "GET", "/devices").status_code == 503
    with pytest.raises(ValueError, match="websocket"):
        service.merge({"websocket": "loud"})
    with pytest.raises(ValueError, match="outcome"):
        service.readers[0].alter({"outcome": "great"})
