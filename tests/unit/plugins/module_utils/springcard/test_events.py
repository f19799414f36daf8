# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from ansible_collections.siteops.devices.plugins.module_utils.core.http import Endpoint
from ansible_collections.siteops.devices.plugins.module_utils.core.tls import Trust
from ansible_collections.siteops.devices.plugins.module_utils.springcard.events import Listener, Progress, progress_in
from ansible_collections.siteops.devices.tests.simulators.serving import LoopThread
from ansible_collections.siteops.devices.tests.simulators.tls import Authority


def event(name: str = "Device.LoadFirmwareProgress", **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "event": name, "params": params})


def test_progress_is_read_as_documented() -> None:
    told = event(DeviceId="V1", Status="pending", Progress=40)
    assert progress_in(told.encode()) == Progress("V1", "pending", 40)
    assert progress_in(event(DeviceId="V1", Status="Success").encode()) == Progress("V1", "success", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "{}",
        event("Devices.ListChange", DeviceIds=["V1"]),
        event(),
        event(DeviceId=1, Status="pending"),
        json.dumps({"jsonrpc": "2.0", "id": 7, "result": {"Result": "success"}}),
        json.dumps({"event": "Device.LoadFirmwareProgress", "params": []}),
    ],
)
def test_whatever_else_is_ignored(text: str) -> None:
    assert progress_in(text.encode()) is None
    assert progress_in(b"\xff" + text.encode()) is None


Serve = Callable[[web.WebSocketResponse], Any]


@contextlib.contextmanager
def server(talk: Serve, context: Any = None) -> Iterator[int]:
    """A WebSocket server that does what ``talk`` does with each client; its port."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        client = web.WebSocketResponse()
        await client.prepare(request)
        await talk(client)
        return client

    async def start() -> tuple[web.AppRunner, int]:
        application = web.Application()
        application.router.add_get("/", handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        return runner, runner.addresses[0][1]

    thread = LoopThread()
    runner, port = thread.run(start())
    try:
        yield port
    finally:
        thread.run(runner.cleanup())
        thread.stop()


def endpoint(**more: Any) -> Endpoint:
    return Endpoint(host="127.0.0.1", port=1, **{"tls": False, "connect_timeout": 5, **more})


async def one_event(client: web.WebSocketResponse) -> None:
    await client.send_bytes(b"\x00binary")
    await client.send_str("noise")
    await client.send_str(event(DeviceId="V1", Status="pending", Progress=1))
    await client.receive()


def test_noise_is_skipped_and_silence_ends() -> None:
    with server(one_event) as port, Listener(endpoint(), port) as listener:
        assert listener.alive
        assert listener.next(2) == Progress("V1", "pending", 1)
        assert listener.next(0.05) is None
        assert listener.alive


def test_a_lost_connection_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.siteops.devices.plugins.module_utils.springcard.events.RECONNECT", 0)
    clients = []

    async def once(client: web.WebSocketResponse) -> None:
        clients.append(client)
        if len(clients) == 1:
            await client.close()
        else:
            await one_event(client)

    with server(once) as port, Listener(endpoint(), port) as listener:
        heard = [listener.next(0.2) for _try in range(3)]
    assert Progress("V1", "pending", 1) in heard
    assert len(clients) == 2


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with server(one_event) as port, Listener(endpoint(), port) as listener:
        assert listener.alive, listener.why


def test_what_is_no_websocket() -> None:
    with Listener(endpoint(), 1) as listener:
        assert not listener.alive
        assert "refused" in listener.why
    with Listener(endpoint(), 0) as listener:
        assert listener.why == "switched off"

    async def nothing(_client: web.WebSocketResponse) -> None:
        await asyncio.sleep(0)

    with server(nothing) as port, Listener(endpoint(), port) as listener:
        assert listener.next(0.1) is None


@pytest.mark.parametrize(
    ("kind", "trust", "alive"),
    [
        ("good", {"ca": True}, True),
        ("good", {}, False),
        ("self_signed", {"pinned": True}, True),
        ("self_signed", {"validate": False}, True),
        ("good", {"fingerprint": "0" * 64}, False),
        ("wrong_name", {"ca": True}, False),
        ("wrong_name", {"ca": True, "certificate_name": ""}, True),
        ("wrong_name", {"ca": True, "certificate_name": "some-other-device.invalid"}, True),
        ("expired", {"ca": True}, False),
    ],
)
def test_tls_is_that_of_the_rest_api(tmp_path: Path, kind: str, trust: dict[str, Any], alive: bool) -> None:
    authority = Authority(tmp_path, "test")
    identity = authority.identity("127.0.0.1", kind, ["reader.test"])
    options = {name: value for name, value in trust.items() if name not in {"ca", "pinned"}}
    if trust.get("ca"):
        options["ca_path"] = str(authority.ca_path)
    if trust.get("pinned"):
        options["fingerprint"] = identity.fingerprint
    with server(one_event, identity.context) as port, Listener(endpoint(tls=True, trust=Trust(**options)), port) as listener:
        assert listener.alive == alive, listener.why
        assert (listener.next(1) is not None) == alive
