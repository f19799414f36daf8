# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ansible_collections.siteops.devices.tests.simulators.invue import READING_TOKEN, TOKEN, InvueSimulator

BODY = {"type": "OKM", "version": "1", "url": "https://x.example.com/a.bin"}


@pytest.fixture(scope="module")
def running() -> Iterator[InvueSimulator]:
    with InvueSimulator(first_address="127.37.0.1") as simulator:
        yield simulator


@pytest.fixture
def simulator(running: InvueSimulator) -> InvueSimulator:
    running.registry.factory_new()
    running.registry.merge({"listing": "none"})
    for device in (running.registry, running.files):
        device.forget_requests()
    return running


def send(simulator: InvueSimulator, method: str, path: str = "", token: str = TOKEN, **options: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(
        method,
        f"{simulator.api_url}/firmware{path}",
        headers=headers,
        verify=simulator.ca_path,
        timeout=10,
        allow_redirects=False,
        **options,
    )


def test_the_documents_calls(simulator: InvueSimulator) -> None:
    created = send(simulator, "POST", json=BODY)
    assert (created.status_code, created.json()["status"]) == (201, True)
    number = created.json()["data"]["id"]
    assert uuid.UUID(number).version == 4
    duplicate = send(simulator, "POST", json=BODY)
    assert duplicate.status_code == 400
    assert "firmware_type_version_key" in duplicate.json()["errors"][0]["detail"]
    read = send(simulator, "GET", f"/{number}")
    assert read.json() == {"msg": "Firmwares fetched successfully", "data": {"id": number, **BODY}}
    changed = send(simulator, "PUT", f"/{number}", json={**BODY, "id": number, "url": "https://y.example.com"})
    assert (changed.status_code, changed.json()["data"]["url"]) == (200, "https://y.example.com")
    deleted = send(simulator, "DELETE", f"/{number}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert simulator.registry.violations == []


def test_what_it_refuses(simulator: InvueSimulator) -> None:
    unknown = f"/{uuid.uuid4()}"
    assert send(simulator, "GET", unknown).status_code == 404
    assert send(simulator, "DELETE", unknown).status_code == 404
    refused = send(simulator, "PUT", unknown, json=BODY)
    assert (refused.status_code, refused.json()["errors"][0]["detail"]) == (400, "Failed to update firmware")
    assert send(simulator, "POST", token="x", json=BODY).status_code == 401
    assert send(simulator, "POST", token=READING_TOKEN, json=BODY).json()["error_code"] == "UNAUTHORIZED_ACCESS"
    assert send(simulator, "PATCH", unknown, json=BODY).status_code == 405
    for body in ({}, {**BODY, "id": "1"}, {**BODY, "url": ""}, {**BODY, "version": 1}, [BODY]):
        assert send(simulator, "POST", json=body).status_code == 400
    assert send(simulator, "POST", data="{").status_code == 400
    assert send(simulator, "GET").status_code == 404
    assert simulator.registry.entries == {}
    assert len(simulator.registry.violations) == 8


def test_lists(simulator: InvueSimulator) -> None:
    for number in range(31):
        simulator.registry.add("OKM", str(number), "https://x.example.com")
    simulator.registry.merge({"listing": "pages"})
    first = send(simulator, "GET").json()
    assert (len(first["data"]), first["pagination"]["total_results"]) == (30, "31")
    assert len(send(simulator, "GET", "?page=2").json()["data"]) == 1
    simulator.registry.merge({"listing": "plain"})
    assert len(send(simulator, "GET").json()["data"]) == 31
    with pytest.raises(ValueError, match="listing"):
        simulator.registry.merge({"listing": "book"})


def test_the_file_host_wants_no_token(simulator: InvueSimulator) -> None:
    url = simulator.serve("/a.bin", b"firmware")
    assert requests.get(url, verify=simulator.ca_path, timeout=10).content == b"firmware"
    assert simulator.files.violations == []
    requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, verify=simulator.ca_path, timeout=10)
    assert len(simulator.files.violations) == 1
    simulator.files.merge({"files": {"/b.bin": base64.b64encode(b"b").decode(), "/a.bin": None}})
    assert requests.get(url, verify=simulator.ca_path, timeout=10).status_code == 404
