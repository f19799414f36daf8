# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.unit.plugins.running import run, ship

CONTENT = b"firmware" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Shop(ThreadingHTTPServer):
    """Gives out /fw.ifw, with and without a length, redirects, and breaks off."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Counter)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Counter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        shop: Any = self.server
        shop.asked.append((self.path, dict(self.headers)))
        if self.path == "/gone":
            self.send_error(404)
            return
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", urllib.parse.unquote(self.path[4:]))
            self.end_headers()
            return
        self.send_response(200)
        if self.path != "/long":
            length = str(len(CONTENT) + (self.path == "/broken"))
            self.send_header("Content-Length", "\u00b2" if self.path == "/odd" else length)
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *_unused: object) -> None:
        """Nothing."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def arguments(shop: Shop, tmp_path: Path, path: str = "/fw.ifw", **more: Any) -> dict[str, Any]:
    given = {"url": shop.url + path, "checksum": f"sha256:{SHA256}", "dest": str(tmp_path / "cache"), "allowed_hosts": ["127.0.0.1"]}
    return {**given, "allow_http": True, **more}


@pytest.mark.parametrize("way", [run, ship])
def test_it_is_downloaded_once(shop: Shop, tmp_path: Path, way: Any) -> None:
    foreseen = way("firmware_download", arguments(shop, tmp_path), check=True)
    assert foreseen.changed
    assert shop.asked == []
    first = way("firmware_download", arguments(shop, tmp_path))
    again = way("firmware_download", arguments(shop, tmp_path, checksum=SHA256.upper()), diff=True)
    assert (first.changed, again.changed) == (True, False)
    assert first.result["path"] == foreseen.result["path"] == again.result["path"]
    assert Path(first.result["path"]).read_bytes() == CONTENT
    assert Path(first.result["path"]).name == "fw.ifw"
    assert len(shop.asked) == 1
    assert "Authorization" not in shop.asked[0][1]


def test_a_damaged_file_in_the_cache_is_replaced(shop: Shop, tmp_path: Path) -> None:
    path = Path(run("firmware_download", arguments(shop, tmp_path)).result["path"])
    path.write_bytes(b"damaged")
    assert run("firmware_download", arguments(shop, tmp_path)).changed
    assert path.read_bytes() == CONTENT


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("/fw.ifw", {"checksum": "0" * 64}, "signature"),
    ("/fw.ifw", {"checksum": "0x33221134344"}, "input"),
    ("/fw.ifw", {"checksum": f"sha512:{SHA256}"}, "input"),
    ("/fw.ifw", {"allowed_hosts": ["example.com", "*.0.0.2"]}, "input"),
    ("/fw.ifw", {"allowed_hosts": []}, "input"),
    ("/fw.ifw", {"allow_http": False}, "input"),
    ("/fw.ifw", {"max_size": 100}, "input"),
    ("/long", {"max_size": 100}, "input"),
    ("/to/http://localhost/fw.ifw", {}, "input"),
    ("/to//to//to//to//to//fw.ifw", {}, "reply"),
    ("/gone", {}, "http"),
    ("/broken", {}, "reply_lost"),
    ("/fw.ifw", {"url": "http://user:pw@127.0.0.1/fw"}, "input"),
    ("/fw.ifw", {"url": "http://127.0.0.1:1/fw"}, "unreachable"),
    ("/fw.ifw", {"url": "file:///etc/passwd"}, "input"),
    ("/fw.ifw", {"url": "http://[::1"}, "input"),
    ("/fw.ifw", {"url": "http://127.0.0.1:99999/fw"}, "input"),
    ("/fw.ifw", {"url": "http://127.0.0.1:0/fw"}, "input"),
    ("/fw.ifw", {"url": "http:///fw"}, "input"),
    ("/fw.ifw", {"url": "http://a..b/fw", "allowed_hosts": ["*"]}, "input"),
    ("/fw.ifw", {"url": f"http://{'a' * 300}/fw", "allowed_hosts": ["*"]}, "input"),
    ("/fw.ifw", {"url": "http://127.0.0.1/\udcff"}, "input"),
    ("/to/http://%5B::1", {}, "reply"),
    ("/odd", {}, None),
    ("/fw.ifw", {"timeout": 0}, "input"),
    ("/fw.ifw", {"timeout": float("nan")}, "input"),
    ("/fw.ifw", {"dest": " "}, "input"),
    ("/fw.ifw", {"dest": "~nobody_such/x"}, "input"),
    ("/fw.ifw", {"dest": "/proc/none"}, "input"),
    ("/fw.ifw", {"dest": "/a\0b"}, "input"),
    ("/fw.ifw", {"dest": "/" + "d" * 300}, "input"),
]


@pytest.mark.parametrize(("path", "more", "kind"), REFUSED)
def test_what_is_not_right_leaves_nothing(shop: Shop, tmp_path: Path, path: str, more: dict[str, Any], kind: str) -> None:
    outcome = run("firmware_download", arguments(shop, tmp_path, path, **more))
    assert outcome.kind == kind, outcome
    assert kind is None or [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_redirect_to_an_allowed_host(shop: Shop, tmp_path: Path) -> None:
    assert run("firmware_download", arguments(shop, tmp_path, "/to//fw.ifw")).changed


@pytest.mark.parametrize("timeout", [0, -1, float("inf")])
def test_a_time_that_is_none(shop: Shop, tmp_path: Path, timeout: float) -> None:
    outcome = run("firmware_download", arguments(shop, tmp_path, timeout=timeout))
    assert outcome.kind == "input"
    assert f"timeout: {timeout:g} is not a time; give seconds above 0." in outcome.message
    assert shop.asked == []


def test_the_host_that_is_checked_is_the_one_that_is_asked(shop: Shop, tmp_path: Path) -> None:
    """Python's URL parser takes all of it for the host, which would be allowed; requests asks what is before the backslash."""
    for separator in ("\\", "\\@", "\t", "%5c"):
        url = f"http://127.0.0.1{separator}.example.com/fw.ifw"
        assert run("firmware_download", arguments(shop, tmp_path, url=url, allowed_hosts=["*.example.com"])).kind == "input", url
    assert shop.asked == []


def test_names_that_are_no_names(shop: Shop, tmp_path: Path) -> None:
    """The last part of the URL's path is dots, or hidden, or nothing; white space around the URL is none of it."""
    for number, path in enumerate(("/x/..", "/.hidden", "/")):
        folder = tmp_path / str(number)
        outcome = run("firmware_download", arguments(shop, tmp_path, url=f" {shop.url}{path}\n", dest=str(folder)))
        assert outcome.changed, outcome
        assert Path(outcome.result["path"]).parent.parent == folder
        assert not Path(outcome.result["path"]).name.startswith(".")
