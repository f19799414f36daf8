# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import email.utils
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core import http
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import (
    DeviceError,
    HTTPError,
    InputError,
    ReplyError,
    ReplyLost,
    UnreachableError,
)
from ansible_collections.siteops.devices.plugins.module_utils.core.http import Endpoint, Session, describe_body, retry_after
from ansible_collections.siteops.devices.plugins.module_utils.core.tls import Trust
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.simulators.tls import Authority
from ansible_collections.siteops.devices.tests.unit.plugins.scripted import reply, scripted
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site

READ = ("GET", "/contents.json")  # needs no login
WRITE = ("PUT", "/login")
PAYLOAD = {"password": "x"}


@pytest.fixture
def session(site: Site, sensor: Sensor) -> Iterator[Session]:
    with Session(Endpoint(sensor.address, site.fleet.port, trust=Trust(ca_path=site.fleet.ca_path), timeout=2, retries=2)) as opened:
        yield opened


def to(port: int, **more: Any) -> Session:
    """A session with a scripted server."""
    return Session(Endpoint("127.0.0.1", port, **{"tls": False, "timeout": 2, "retries": 0, **more}))


def failure(session: Session, call: tuple[str, str]) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        session.call(*call, payload=PAYLOAD if call is WRITE else None).json()
    return caught.value


# What is sent


def test_a_request_carries_what_it_was_given_and_nothing_of_an_earlier_one() -> None:
    with scripted(reply(b"{}", Set_Cookie="a=b"), reply(b"{}")) as server, to(server.port) as session:
        session.authorize = lambda: {"Authorization": "Bearer one"}
        session.call("PUT", "/x", payload={"k": "ä"}, headers={"X-Once": "1"})
        session.authorize = dict
        session.call("PUT", "/x", data=b"raw")
    first, second = server.requests
    assert first.startswith("PUT /x HTTP/1.1\r\n")
    assert "Authorization: Bearer one\r\n" in first
    assert "X-Once: 1\r\n" in first
    assert "Content-Type: application/json\r\n" in first
    assert json.loads(first.rpartition("\r\n\r\n")[2]) == {"k": "ä"}
    assert "Authorization" not in second
    assert "X-Once" not in second
    assert second.endswith("\r\n\r\nraw")


def test_one_connection_serves_all_calls(session: Session, sensor: Sensor) -> None:
    for _number in range(3):
        session.call(*READ)
    assert len({request.connection for request in sensor.requests}) == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str) -> None:
    with scripted(reply(b"{}")) as other:
        with scripted(reply(b"", status, Location=f"http://127.0.0.1:{other.port}/")) as server, to(server.port) as session:
            session.authorize = lambda: {"Authorization": "Bearer one"}
            error = failure(session, WRITE)
        assert other.requests == []
    assert isinstance(error, HTTPError)
    assert (error.http_status, error.uncertain) == (int(status[:3]), False)
    assert f"with a redirect to 'http://127.0.0.1:{other.port}/', which was not followed" in error.message
    assert len(server.requests) == 1


def test_proxies_and_netrc_of_the_environment_do_not_count(
    session: Session, sensor: Sensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine {sensor.address} login root password hush\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with scripted() as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        session.call(*READ)
        assert proxy.requests == []
    assert [name for name in sensor.requests[0].headers if name.lower() == "authorization"] == []


def test_a_proxy_is_used_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with scripted(reply(b"no", "403 Forbidden")) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        with Session(Endpoint("device.invalid", 8443, use_proxy=True, retries=0)) as session:
            error = failure(session, READ)
    assert proxy.requests[0].startswith("CONNECT device.invalid:8443 ")
    assert isinstance(error, UnreachableError)
    assert "nothing was sent" in error.message


def test_a_proxy_for_plain_http_gets_the_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with scripted(reply(b'{"a": 1}')) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:hush@127.0.0.1:{proxy.port}")
        with Session(Endpoint("device.invalid", 8080, tls=False, prefix="/api", use_proxy=True, retries=0)) as session:
            assert session.call("GET", "/x").json() == {"a": 1}
    assert proxy.requests[0].startswith("GET http://device.invalid:8080/api/x HTTP/1.1\r\n")
    assert "proxy-authorization: basic bWU6aHVzaA==\r\n".lower() in proxy.requests[0].lower()


@pytest.mark.parametrize("proxy", ["http://", "ftp://me:hush@127.0.0.1", "http://me:hush@[bad", "http:///x", "//"])
@pytest.mark.parametrize("tls", [True, False])
def test_what_is_no_proxy(proxy: str, tls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("https_proxy", "http_proxy"):
        monkeypatch.setenv(name, proxy)
    with pytest.raises(InputError, match=r"use_proxy: .* is not the URL of a proxy") as caught:
        Session(Endpoint("device.invalid", 8443, tls=tls, use_proxy=True))
    assert "hush" not in str(caught.value)


def test_a_socks_proxy_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.HTTPAdapter, "proxy_manager_for", _no_socks)
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1080")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match=r"use_proxy: .* needs the Python library PySocks"):
        Session(Endpoint("device.invalid", 8443, use_proxy=True))


def _no_socks(*_unused: Any, **_unused_too: Any) -> None:
    """What requests does without PySocks."""
    raise http.requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_stays_silent(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = f"127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("https_proxy", f"{scheme}://me:hush@{proxy}")
        with Session(Endpoint("device.invalid", 443, use_proxy=True, retries=0, connect_timeout=0.1)) as session:
            error = failure(session, WRITE)
    assert error.kind == UnreachableError.kind
    assert f"the proxy {proxy} " in error.message
    assert "within 0.1 s; nothing was sent" in error.message


@pytest.mark.parametrize(("method", "length"), [("GET", ""), ("PUT", "0"), ("POST", "0"), ("DELETE", "0")])
def test_the_length_of_no_body(method: str, length: str) -> None:
    with scripted(reply(b"{}")) as server, to(server.port) as session:
        session.call(method, "/x")
    assert re.findall(r"content-length: (\d+)", server.requests[0].lower()) == ([length] if length else [])
    assert "transfer-encoding" not in server.requests[0].lower()


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("404 Not Found", "Check that this is the device's address"),
        ("429 Too Many Requests", "It is busy; run the task again later."),
        ("500 Error", "if it stays so, look at the device itself."),
        ("503 Unavailable", "It is busy; run the task again later."),
    ],
)
def test_a_status_comes_with_advice(status: str, advice: str) -> None:
    with scripted(reply(b"", status)) as server:
        session = Session(Endpoint("127.0.0.1", server.port, tls=False, retries=0))
        with session, pytest.raises(HTTPError) as caught:
            session.call("PUT", "/x")
    assert advice in str(caught.value)


@pytest.mark.parametrize("host", ["a b", "a\nb", "..", "[::1]", "a" * 64 + ".example", "\u2603 .example"])
def test_a_host_that_is_none_is_no_lost_reply(host: str, pauses: list[float]) -> None:
    with Session(Endpoint(host, 443, retries=2)) as session:
        error = failure(session, READ)
    assert isinstance(error, InputError)
    assert "neither a host name nor an IP address" in error.message
    assert pauses == []


@pytest.mark.parametrize("value", [float("nan"), {1, 2}])
def test_what_json_cannot_carry_is_not_sent(value: Any) -> None:
    with scripted() as server, to(server.port) as session:
        with pytest.raises(InputError, match="JSON cannot carry"):
            session.call("PUT", "/x", payload={"k": value})
        assert server.requests == []


# What comes back


@pytest.mark.parametrize(
    ("body", "described"),
    [
        (b"", "an empty reply"),
        (b"  \r\n", "an empty reply"),
        (b"<html><head><title>\n 502  Bad\n Gateway </title>", 'HTML ("502 Bad Gateway")'),
        (b"<!DOCTYPE html><p>x", "HTML"),
        (b'{"a": ', "broken or truncated JSON (6 bytes)"),
        (b"it  works\n", 'text ("it works")'),
        (b"\xff\xfe", 'text ("\xef\xbf\xbd\xef\xbf\xbd")'),
    ],
)
def test_a_body_in_a_few_words(body: bytes, described: str) -> None:
    assert describe_body(body) == described.encode("latin-1").decode() if body[:1] == b"\xff" else described


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("7", 7.0),
        ("0", 0.0),
        ("86400", 60.0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value} if value else {}) == seconds


def test_retry_after_counts_in_any_letters(pauses: list[float]) -> None:
    with (
        scripted(b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\nContent-Length: 0\r\n\r\n", reply(b"{}")) as server,
        to(server.port, retries=1) as session,
    ):
        assert session.call("PUT", "/x").status == 200
    assert pauses == [7.0]


def test_retry_after_may_be_a_date() -> None:
    soon = datetime.datetime.fromtimestamp(time.time() + 30, tz=datetime.timezone.utc)
    seconds = retry_after({"Retry-After": email.utils.format_datetime(soon, usegmt=True)})
    assert seconds is not None
    assert 20 < seconds <= 31


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("html", 'with HTML ("Gateway")'),
        ("not_json", 'with text ("OK, but this is not JSON")'),
        ("truncated", "with broken or truncated JSON ("),
    ],
)
@pytest.mark.parametrize("call", [READ, WRITE])
def test_what_is_not_json_is_a_reply_error(session: Session, sensor: Sensor, call: tuple[str, str], kind: str, told: str) -> None:
    sensor.fail(kind, call[1])
    error = failure(session, call)
    assert isinstance(error, ReplyError)
    assert error.uncertain is (call is WRITE)
    assert f"{session.endpoint.name} answered {call[0]} {call[1]} {told}" in error.message
    assert "Is this the device's address" in error.hint
    assert len(sensor.requests) == 1


def test_json_with_a_byte_order_mark_is_json() -> None:
    with scripted(reply(b'\xef\xbb\xbf{"a": 1}')) as server, to(server.port) as session:
        assert session.call(*READ).json() == {"a": 1}


def test_a_reply_without_end_is_not_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_REPLY", 10_000)
    with scripted(reply(b"x" * 50_000)) as server, to(server.port) as session:
        error = failure(session, READ)
    assert isinstance(error, ReplyError)
    assert "with more than 10000 bytes" in error.message


# What is sent again


@pytest.mark.parametrize("kind", ["drop_before", "cut"])
def test_a_read_that_failed_on_its_way_is_repeated_with_growing_pauses(
    session: Session, sensor: Sensor, pauses: list[float], kind: str
) -> None:
    sensor.fail(kind, times=2)
    session.call(*READ)
    assert len(sensor.requests) == 3
    assert pauses == [0.3, 0.6]


@pytest.mark.parametrize(
    ("kind", "details", "told"),
    [
        ("drop_before", {}, "closed the connection before its answer to {} was complete ("),
        ("drop_after", {}, "closed the connection before its answer to {} was complete ("),
        ("cut", {}, "broke off its reply to {}|closed the connection before its answer to {} was complete"),
        ("delay", {"seconds": 0.6}, "gave no answer to {} within 0.3 s"),
    ],
)
@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_lost_reply(site: Site, sensor: Sensor, call: tuple[str, str], kind: str, details: dict[str, Any], told: str) -> None:
    sensor.fail(kind, times=None, **details)
    endpoint = Endpoint(sensor.address, site.fleet.port, trust=Trust(ca_path=site.fleet.ca_path), timeout=0.3, retries=1)
    with Session(endpoint) as session:
        error = failure(session, call)
    assert isinstance(error, ReplyLost)
    assert any(f"{endpoint.name} {text.format(' '.join(call))}" in error.message for text in told.split("|")), error.message
    assert len(sensor.requests) == (2 if call is READ else 1)


def test_a_write_that_does_no_harm_twice_is_repeated(session: Session, sensor: Sensor) -> None:
    sensor.fail("drop_after")
    session.call("PUT", "/login", payload={"password": sensor.password}, repeatable=True)
    assert len(sensor.requests) == 2


@pytest.mark.parametrize("call", [READ, WRITE])
@pytest.mark.parametrize(
    ("status", "asked", "repeated"),
    [
        (400, None, ""), (401, None, ""), (403, None, ""), (404, None, ""), (405, None, ""),
        (429, None, "rw"), (429, 7, "rw"),
        (500, None, ""), (500, 7, ""), (501, None, ""),
        (502, None, "r"), (503, None, "r"), (503, 7, "rw"), (504, None, "r"),
    ],
)  # fmt: skip
def test_statuses(
    session: Session, sensor: Sensor, pauses: list[float], call: tuple[str, str], status: int, asked: int | None, repeated: str
) -> None:
    sensor.fail("status", code=status, retry_after=asked)
    if ("r" if call is READ else "w") in repeated:
        session.call(*call, payload=PAYLOAD)
        assert pauses == [0.3 if asked is None else float(asked)]
        assert len(sensor.requests) == 2
        return
    error = failure(session, call)
    assert isinstance(error, HTTPError)
    assert error.kind == "http"
    assert error.http_status == status
    assert error.uncertain is (call is WRITE and status >= 500)
    assert f"{session.endpoint.name} answered {' '.join(call)} with HTTP {status}" in error.message
    assert len(sensor.requests) == 1


def test_a_server_that_stays_busy_is_given_up(session: Session, sensor: Sensor, pauses: list[float]) -> None:
    sensor.fail("status", code=503, retry_after=3600, times=None)
    assert failure(session, READ).http_status == 503
    assert pauses == [60.0, 60.0]
    assert len(sensor.requests) == 3


# No connection


def test_a_long_reason_ends_with_a_whole_word() -> None:
    names = ", ".join(f"'msk101poe-{number:05}.local'" for number in range(30))
    reason = http._reason([f"hostname 'gate' doesn't match either of {names}"])
    assert len(reason) <= 200
    assert reason.endswith(".local', and more")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("call", [READ, WRITE])
def test_nobody_listens(call: tuple[str, str], pauses: list[float]) -> None:
    port = free_port()
    with to(port, retries=2) as session:
        error = failure(session, call)
    assert error.kind == UnreachableError.kind
    assert error.message == f"127.0.0.1:{port} cannot be reached: connection refused; nothing was sent."
    assert "has power" in error.hint
    assert pauses == [0.3, 0.6]


def test_a_connection_that_is_not_accepted_in_time() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), to(port, connect_timeout=0.1) as session:
            error = failure(session, WRITE)
    assert error.kind == UnreachableError.kind
    assert "did not accept a connection within 0.1 s; nothing was sent" in error.message


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_handshake_that_hangs_is_no_lost_reply(call: tuple[str, str], pauses: list[float]) -> None:
    """It takes the connection, and stays silent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with to(port, tls=True, connect_timeout=0.1, timeout=9, retries=1) as session:
            error = failure(session, call)
    assert error.kind == UnreachableError.kind
    assert error.message == f"127.0.0.1:{port} did not complete the TLS handshake within 0.1 s; nothing was sent."
    assert not error.uncertain
    assert pauses == [0.3]


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_handshake_that_is_reset_is_no_lost_reply(call: tuple[str, str]) -> None:
    def reset() -> None:
        accepted, _address = listener.accept()
        accepted.recv(1)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        accepted.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=reset, daemon=True).start()
        with to(port, tls=True) as session:
            error = failure(session, call)
    assert error.kind == UnreachableError.kind
    assert error.message == f"127.0.0.1:{port} cannot be reached: connection reset by peer; nothing was sent."


def test_the_time_of_a_call_is_the_one_that_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        to(listener.getsockname()[1], timeout=30) as session,
        pytest.raises(ReplyLost, match=r"gave no answer to PUT /x within 0.1 s"),
    ):
        session.call("PUT", "/x", timeout=0.1)


@pytest.mark.parametrize("head", ["Content-Length: 5000", "Transfer-Encoding: chunked"])
def test_what_is_left_of_a_reply_is_not_taken_for_the_next(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_REPLY", 100)
    body = (b"1388\r\n" if "chunked" in head else b"") + b"x" * 500
    with scripted(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body, reply(b"{}")) as server, to(server.port) as session:
        failure(session, READ)
        pool = session.adapter.poolmanager.connection_from_url(session.endpoint.origin)
        assert [kept.sock for kept in pool.pool.queue if kept is not None] in ([], [None])
        assert session.call(*READ).json() == {}


@pytest.mark.parametrize("call", [READ, WRITE])
def test_tls_that_breaks_after_a_request_leaves_open_what_became_of_it(tmp_path: Path, call: tuple[str, str]) -> None:
    context: ssl.SSLContext = Authority(tmp_path, "test").identity("127.0.0.1", "good", ()).context
    with scripted(context=context) as server:
        server.after_handshake = b"HTTP/1.1 200 this is not TLS any more\r\n\r\n"
        with to(server.port, tls=True, trust=Trust(ca_path=str(tmp_path / "ca.pem")), retries=1) as session:
            error = failure(session, call)
    assert isinstance(error, ReplyLost)
    assert error.uncertain
    assert len(server.requests) == (2 if call is READ else 1)


def test_a_reply_that_drips_in_is_given_up_at_the_deadline() -> None:
    """Each byte comes well within the timeout; the reply as a whole would take ten times as long."""
    with scripted(reply(b" " * 100 + b"{}")) as server, to(server.port, timeout=0.4) as session:
        server.drip = 2
        error = failure(session, READ)
    assert error.kind == "reply_lost"


def test_a_chunked_reply_is_read_whole() -> None:
    body = b'5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n'
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
    with scripted(head + body, reply(b"{}")) as server, to(server.port) as session:
        assert session.call(*READ).json() == {"a": 1}
        assert session.call(*READ).json() == {}
    assert len(server.requests) == 2
