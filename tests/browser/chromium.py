# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium without a screen, told what to do over its DevTools protocol.

with Chromium() as browser:
    page = browser.open("file:///tmp/report.html")
    page.evaluate("document.title")
    page.screenshot(Path("page.png"))
    assert not page.problems
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run"),
    # Nothing but what a test opens is asked for, of nobody.
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-port=0"),
)
SECONDS = 60


def find() -> str | None:
    """The program; None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """A browser of our own, with an empty profile."""

    def __init__(self) -> None:
        program = find()
        if program is None:
            raise FileNotFoundError("Chromium is missing: install it, for example with `sudo apt-get install chromium`")
        self._loop = asyncio.new_event_loop()
        self._profile = tempfile.TemporaryDirectory(prefix="report-browser-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [program, *OPTIONS, f"--user-data-dir={self._profile.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TZ": "UTC"},
        )
        self._http: aiohttp.ClientSession | None = None
        self._pages: list[Page] = []

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.suppress(Exception):
            if self._http is not None:
                self._loop.run_until_complete(self._http.close())
        self._loop.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()

    def open(self, url: str, **media: str) -> Page:
        """A new page that has loaded ``url``. ``media``: features such as ``prefers-color-scheme``, written with underscores."""
        page = self._loop.run_until_complete(self._new_page())
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.media(**media)
        page.load(url)
        return page

    def _port(self) -> int:
        """Where it listens: it writes that into its profile."""
        file = Path(self._profile.name) / "DevToolsActivePort"
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"Chromium ended with {self._process.returncode}")
            with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
                return int(file.read_text().splitlines()[0])
            time.sleep(0.05)
        raise TimeoutError("Chromium does not say where it listens")

    async def _new_page(self) -> Page:
        base = f"http://127.0.0.1:{self._port()}"
        if self._http is None:
            self._http = aiohttp.ClientSession()
        async with self._http.put(f"{base}/json/new?about:blank") as reply:
            target = await reply.json(content_type=None)
        socket = await self._http.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0)
        return Page(self._loop, socket)


class Page:
    """A tab. ``problems``: errors of its console, exceptions, and what it tried to load besides itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._loop = loop
        self._socket = socket
        self._number = 0
        self._seen: list[str] = []
        self._url = ""
        self.problems: list[str] = []

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol and its result."""
        return self._loop.run_until_complete(asyncio.wait_for(self._call(method, params), SECONDS))

    async def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return dict(message["result"])
            self._event(message)

    def _event(self, message: dict[str, Any]) -> None:
        name, params = message.get("method", ""), message.get("params", {})
        self._seen.append(name)
        if name == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif name == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning", "assert"}:
            self.problems.append(str([argument.get("value") for argument in params["args"]]))
        elif name == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            self.problems.append(params["entry"]["text"])
        elif name == "Network.requestWillBeSent" and params["request"]["url"] != self._url:
            self.problems.append(f"loads {params['request']['url'][:200]}")

    def load(self, url: str) -> None:
        """Go to ``url`` and wait until it has loaded."""
        self._url = url
        self._seen.clear()
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + SECONDS
        while "Page.loadEventFired" not in self._seen:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} does not load")
            self.evaluate("0")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def settle(self) -> None:
        """Wait until the page has been painted twice."""
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")

    def press(self, key: str, *, code: int, text: str = "") -> None:
        """A key, as the keyboard sends it. ``code``: its virtual key code."""
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)
        self.settle()

    def write(self, text: str) -> None:
        """Text, as if typed into what has the focus."""
        self.call("Input.insertText", text=text)
        self.settle()

    def media(self, **features: str) -> None:
        """Emulate media features, such as ``prefers_color_scheme="dark"``."""
        listed = [{"name": re.sub("_", "-", name), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=listed)

    @contextlib.contextmanager
    def size(self, width: int, height: int) -> Iterator[None]:
        """Another size of the window, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.settle()
        yield
        self.call("Emulation.clearDeviceMetricsOverride")

    def screenshot(self, path: Path, *, width: int = 1360, height: int = 1000) -> None:
        """What is to be seen in a window of that size, as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.size(width, height):
            path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def pdf(self, path: Path) -> None:
        """What would be printed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]))
