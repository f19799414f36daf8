# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.siteops.devices.tests.simulators.npm import Appliance, NpmSimulator, image_bytes
from ansible_collections.siteops.devices.tests.simulators.npm_appliance import API
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

OLD, NEW = "11.5.0 #20100", "11.6.0 #23947"


@pytest.fixture
def simulator() -> Iterator[NpmSimulator]:
    times: dict[str, Any] = {
        "validating_seconds": 0.0,
        "init_seconds": 0.0,
        "run_seconds": 0.02,
        "reboot_seconds": 0.1,
        "start_up": ((503, 0.3), (401, 0.1)),
    }
    with NpmSimulator(**times) as running:
        yield running


class Talker:
    """A bare client of one appliance."""

    def __init__(self, simulator: NpmSimulator) -> None:
        self.appliance: Appliance = simulator.appliance
        self._url = simulator.url(simulator.appliance)
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = simulator.ca_path

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.http.request(method, self._url + path, timeout=5, **more)

    def log_in(self) -> None:
        body = {"user_credentials": {"username": "admin", "password": self.appliance.credentials.password}}
        reply = self.send("POST", "/api/mgmt.aaa/1.0/token", json=body)
        assert reply.status_code == 201
        self.http.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"

    def upload(self, data: bytes, content_type: str | None = "application/octet-stream") -> requests.Response:
        return self.send("POST", f"{API}/images/upload", data=data, headers={"Content-Type": content_type} if content_type else None)


@pytest.fixture
def talker(simulator: NpmSimulator) -> Talker:
    talker = Talker(simulator)
    talker.log_in()
    return talker


def test_a_whole_update(talker: Talker) -> None:
    data = image_bytes(NEW, 100_000)
    image = talker.upload(data).json()
    assert image == {
        "id": 1,
        "state": "VALID",
        "state_description": "The image is valid",
        "progress": 100.0,
        "version": NEW,
        "checksum": hashlib.sha256(data).hexdigest(),
    }
    assert talker.send("GET", f"{API}/images").json() == {"items": [image]}
    assert talker.send("POST", f"{API}/update/init").status_code == 204
    assert talker.send("GET", f"{API}/update").json()["target_version"] == NEW
    assert talker.send("POST", f"{API}/update/start").content == b""
    seen: list[int] = []

    def ended() -> bool:
        reply = talker.send("GET", f"{API}/update")
        seen.append(reply.status_code)
        if reply.status_code == 401 and reply.json()["error_id"] == "AUTH_EXPIRED_TOKEN":
            talker.log_in()
        return reply.ok and reply.json()["state"] == "IDLE"

    eventually(ended)
    assert {503, 401} <= set(seen)
    assert [entry["version"] for entry in talker.send("GET", f"{API}/update").json()["update_history"]] == [OLD, NEW]
    assert talker.send("GET", "/api/common/1.0/info").json()["sw_version"] == NEW
    assert talker.send("DELETE", f"{API}/images/items/1").status_code == 204
    assert talker.send("GET", f"{API}/images/items/1").status_code == 404


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("IDLE", {"init"}),
        ("INITIALIZING", set()),
        ("INITIALIZED", {"start", "reset"}),
        ("RUNNING", set()),
        ("FAILED_GRACEFUL", {"reset"}),
        ("FAILED_CRITICAL", set()),
    ],
)
def test_the_wrong_order_is_refused(talker: Talker, state: str, allowed: set[str]) -> None:
    talker.appliance.switches.set(reboot_seconds=0.0)
    for verb in ("init", "start", "reset"):
        talker.appliance.factory_new()
        talker.log_in()
        talker.appliance.add_image(version=NEW)
        talker.appliance.update.put(state, target=NEW)
        reply = talker.send("POST", f"{API}/update/{verb}")
        assert reply.status_code == (204 if verb in allowed else 409), verb
        if verb not in allowed:
            assert reply.json()["error_id"] == "CONFLICT"
            assert talker.appliance.violations.pop() == f"POST {API}/update/{verb}: {verb} while the update is {state}"


def test_init_needs_a_valid_image(talker: Talker) -> None:
    talker.appliance.add_image("INVALID")
    assert talker.send("POST", f"{API}/update/init").status_code == 409


@pytest.mark.parametrize(("content_type", "status"), [(None, 200), ("application/json", 415), ("multipart/form-data; boundary=x", 415)])
@pytest.mark.parametrize("early", [True, False])
def test_content_types_of_an_upload(talker: Talker, content_type: str | None, status: int, early: bool) -> None:
    talker.appliance.switches.set(early_refusal=early)
    assert talker.upload(b"x" * 1000, content_type).status_code == status
    assert len(talker.appliance.images.all()) == (status == 200)


def test_only_exactly_json_gets_a_token(talker: Talker) -> None:
    for content_type in ("application/json; charset=utf-8", "text/plain"):
        reply = talker.send("POST", "/api/mgmt.aaa/2.0/token", data=b"{}", headers={"Content-Type": content_type})
        assert (reply.status_code, reply.json()["error_id"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_tokens_expire_and_are_lost_in_a_restart(simulator: NpmSimulator, talker: Talker) -> None:
    simulator.reboot(talker.appliance, 0.05)
    assert talker.send("GET", f"{API}/images").json()["error_id"] == "AUTH_EXPIRED_TOKEN"
    talker.appliance.switches.set(token_seconds=0.05)
    talker.log_in()
    assert talker.send("GET", f"{API}/images").ok
    time.sleep(0.06)
    assert talker.send("GET", f"{API}/images").status_code == 401
    del talker.http.headers["Authorization"]
    assert talker.send("GET", f"{API}/images").json()["error_id"] == "AUTH_REQUIRED"


@pytest.mark.parametrize("path", ["update/init", "update/start", "update/reset"])
def test_a_body_where_none_belongs(talker: Talker, path: str) -> None:
    assert talker.send("POST", f"{API}/{path}", json={}).status_code == 400


def test_an_upload_is_seen_while_it_comes(talker: Talker) -> None:
    seen: list[Any] = []

    def pieces() -> Iterator[bytes]:
        yield b"x" * 70_000
        other = requests.get(talker._url + f"{API}/images", headers=dict(talker.http.headers), verify=talker.http.verify, timeout=5)
        seen.extend(other.json()["items"])
        yield b"y"

    talker.send("POST", f"{API}/images/upload", data=pieces(), headers={"Content-Type": "application/octet-stream"})
    assert [image["state"] for image in seen] == ["UPLOADING"]


def test_the_vendors_own_client(simulator: NpmSimulator, tmp_path: Path) -> None:
    """What the vendor's client takes for an appliance cannot be far from one."""
    python = os.environ.get("VENDOR_CLIENT_PYTHON")
    if not python:
        pytest.skip("VENDOR_CLIENT_PYTHON names no interpreter that has steelscript.appresponse: python -m tests.runner vendor")
    image = tmp_path / "image.iso"
    image.write_bytes(image_bytes(NEW))
    credentials = simulator.appliance.credentials
    run = subprocess.run(
        [
            python,
            str(Path(__file__).with_name("vendor_client.py")),
            simulator.url(simulator.appliance),
            credentials.username,
            credentials.password,
            str(image),
        ],
        env={**os.environ, "HOME": str(tmp_path), "REQUESTS_CA_BUNDLE": str(simulator.ca_path), "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "sw_version": OLD,
        "before": 0,
        "version": NEW,
        "checksum": hashlib.sha256(image.read_bytes()).hexdigest(),
        "target": NEW,
    }
    eventually(lambda: simulator.appliance.update.version == NEW)
    assert simulator.appliance.violations == []
