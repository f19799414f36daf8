# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of a sensor: where the token comes from, what happens when it is refused, and that each session is ended."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.connection import endpoint_of
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import AuthenticationError, DeviceError, RefusedError, ReplyError
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient, _guess_of, _token_of
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import run
from ansible_collections.siteops.devices.tests.unit.plugins.scripted import reply, scripted
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls


def client(site: Site, sensor: Sensor, hidden: list[str] | None = None, **more: Any) -> MskClient:
    """A client that is not logged in."""
    defaults = {name: row.get("default") for name, row in CONNECTION_OPTIONS.items()}
    params = {**defaults, **site.connection(sensor, **more)}
    return MskClient(endpoint_of(params), params["password"], (hidden if hidden is not None else []).append)


@pytest.mark.parametrize(
    ("switches", "asked"),
    [
        ({"token_in": "body"}, []),
        ({"token_in": "body", "token_key": "sessionToken"}, []),
        ({"token_in": "body", "token_key": "key"}, []),
        ({"token_in": "header"}, []),
        ({"token_in": "header", "login_members": {"place": "gate"}}, []),
        ({"token_in": "update_token", "login_members": {"expires": "2027-01-01"}}, ["GET /updateToken"]),
        ({"token_in": "update_token"}, ["GET /updateToken"]),
        ({"token_in": "update_token", "update_token_keeps_old": False}, ["GET /updateToken"]),
    ],
)
def test_the_token_is_found_wherever_it_is(site: Site, sensor: Sensor, switches: dict[str, Any], asked: list[str]) -> None:
    sensor.switches.set(**switches)
    hidden: list[str] = []
    with client(site, sensor, hidden) as opened:
        assert opened.get("/comBoardName") == {"name": sensor.com_board_name}
    assert calls(sensor) == ["PUT /login", *asked, "GET /comBoardName", "PUT /logout"]
    token = sensor.requests[-1].headers["Authorization"].split(" ")[1]
    assert hidden == [token]
    assert (sensor.open_sessions, sensor.violations) == (0, [])


@pytest.mark.parametrize(
    ("body", "token"),
    [
        ({"errorCode": 0, "token": "a", "x": "b"}, "a"),
        ({"errorCode": 0, "x": "b", "accessToken": "a"}, "a"),
        ({"errorCode": 0, "data": {"Token": "a"}}, "a"),
        ({"errorCode": 0, "key": " a "}, "a"),
        ({"errorCode": 0, "errorDesc": "fine", "message": "hello", "tokenType": "bearer", "status": "ok", "session": "a"}, "a"),
        ({"errorCode": 0, "place": "gate 3", "country": "T\u00fcrkiye", "session": "a"}, "a"),
        ({"errorCode": 0, "token": ""}, None),
        ({"errorCode": 0, "token": 7}, None),
        ({"errorCode": 0, "errorDesc": "fine"}, None),
        ({"errorCode": 0, "expires": "2027-01-01", "info": "welcome"}, None),
    ],
)
def test_the_likeliest_text_is_the_token(body: dict[str, Any], token: str | None) -> None:
    assert (_token_of(body, {}) or _guess_of(body)) == token


@pytest.mark.parametrize(("body", "token"), [({"errorCode": 0, "place": "gate"}, "h"), ({"errorCode": 0, "token": "a"}, "a")])
def test_a_header_counts_more_than_a_text_of_another_name(body: dict[str, Any], token: str) -> None:
    assert _token_of(body, {"Authorization": "Bearer h"}) == token


def test_a_text_that_is_no_token_is_given_up_at_its_first_use(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(token_in="update_token", login_members={"place": "gate"})
    hidden: list[str] = []
    with client(site, sensor, hidden) as opened:
        assert opened.get("/comBoardName") == {"name": sensor.com_board_name}
        sensor.expire_tokens()
        opened.get("/comBoardName")
    first = ["PUT /login", "GET /comBoardName", "GET /updateToken", "GET /comBoardName"]
    again = ["PUT /login", "GET /updateToken", "GET /comBoardName"]
    assert calls(sensor) == [*first, "GET /comBoardName", "PUT /logout", *again, "PUT /logout"]
    assert "gate" not in hidden  # else it would be masked in every result
    assert sensor.open_sessions == 0


def test_a_token_of_another_name_that_expires_before_its_first_use(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(token_key="key")
    sensor.fail("status", "/updateToken", code=403, times=None)
    hidden: list[str] = []
    with client(site, sensor, hidden) as opened:
        sensor.expire_tokens()
        assert opened.get("/comBoardName") == {"name": sensor.com_board_name}
    assert calls(sensor)[2:] == ["GET /updateToken", "PUT /logout", "PUT /login", "GET /comBoardName", "PUT /logout"]
    assert len(hidden) == 2
    assert sensor.open_sessions == 0


def test_a_session_that_expired_is_opened_again_once(site: Site, sensor: Sensor) -> None:
    with client(site, sensor) as opened:
        sensor.expire_tokens()
        assert opened.get("/comBoardName")
    assert calls(sensor)[1:] == ["GET /comBoardName", "PUT /logout", "PUT /login", "GET /comBoardName", "PUT /logout"]
    assert sensor.open_sessions == 0


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_session_that_stays_refused_is_given_up(site: Site, sensor: Sensor, method: str) -> None:
    sensor.fail("forbid", "/comBoardName", times=None)
    payload = {"name": "x"} if method == "PUT" else None
    with pytest.raises(AuthenticationError) as caught, client(site, sensor) as opened:
        opened.call(method, "/comBoardName", payload=payload)
    assert "with HTTP 403, and again right after a new login." in caught.value.message
    assert "The password is right" in caught.value.hint
    assert len([call for call in calls(sensor) if call == "PUT /login"]) == 2
    assert sensor.open_sessions == 0


def test_a_password_that_was_changed_meanwhile(site: Site, sensor: Sensor) -> None:
    with client(site, sensor) as opened:
        sensor.password = "another"
        sensor.expire_tokens()
        with pytest.raises(AuthenticationError, match="refused the password"):
            opened.get("/comBoardName")


def test_tokens_that_live_shortly(site: Site, sensor: Sensor) -> None:
    with client(site, sensor) as opened:
        for _number in range(3):
            sensor.expire_tokens()
            opened.get("/comBoardName")
    assert sensor.open_sessions == 0


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_happens_the_session_is_ended(site: Site, sensor: Sensor, failure: type[BaseException]) -> None:
    with pytest.raises(failure), client(site, sensor):
        raise failure
    assert sensor.open_sessions == 0
    assert calls(sensor) == ["PUT /login", "PUT /logout"]


@pytest.mark.parametrize(("kind", "details"), [("status", {"code": 500}), ("drop_before", {}), ("html", {}), ("delay", {"seconds": 0.4})])
def test_a_logout_that_fails_hides_nothing_and_is_not_repeated(site: Site, sensor: Sensor, kind: str, details: dict[str, Any]) -> None:
    sensor.fail(kind, "/logout", times=None, **details)
    with client(site, sensor, timeout=0.2) as opened:
        assert opened.get("/comBoardName")
    assert calls(sensor).count("PUT /logout") == 1


def test_a_limit_of_sessions_shows_in_the_message(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(max_sessions=1)
    with client(site, sensor), pytest.raises(AuthenticationError, match="1 sessions are open already"), client(site, sensor):
        pass


def test_a_login_is_repeated_when_its_reply_was_lost(site: Site, sensor: Sensor) -> None:
    sensor.fail("drop_before", "/login")
    with client(site, sensor) as opened:
        assert opened.get("/comBoardName")


@pytest.mark.parametrize(
    ("token", "told"),
    [("a\r\nX-Evil: 1", "a token that no HTTP header can carry"), ("t\u20ack", "a token that no HTTP header can carry")],
)
def test_a_token_that_cannot_be_sent(token: str, told: str) -> None:
    body = json.dumps({"errorCode": 0, "token": token}).encode()
    with scripted(reply(body), reply(b"{}", "403 No")) as server:
        outcome = run("msk_info", {"host": "127.0.0.1", "port": server.port, "tls": False, "password": "x", "retries": 0})
    assert outcome.kind == "reply"
    assert told in outcome.message
    assert "Evil" not in "".join(server.requests)


@pytest.mark.parametrize("token_in", ["body", "header"])
def test_a_login_that_is_not_as_documented_leaves_no_session(site: Site, sensor: Sensor, token_in: str) -> None:
    sensor.switches.set(numbers_as="text", token_in=token_in)
    hidden: list[str] = []
    with pytest.raises(ReplyError, match="errorCode is text, expected integer"), client(site, sensor, hidden):
        pass
    assert calls(sensor) == ["PUT /login", "PUT /logout"]
    assert sensor.requests[-1].headers["Authorization"] == f"Bearer {hidden[0]}"
    assert (sensor.open_sessions, sensor.violations) == (0, [])


@pytest.mark.parametrize("body", [b"<html>no sensor</html>", b"[]", b'{"errorCode": "0"}', b'{"errorCode": "1", "errorDesc": "no"}'])
def test_a_login_that_has_told_no_token_is_followed_by_nothing(body: bytes) -> None:
    with scripted(reply(body), reply(b'{"errorCode": 0}')) as server:
        outcome = run("msk_info", {"host": "127.0.0.1", "port": server.port, "tls": False, "password": "x", "retries": 0})
        assert (outcome.kind, len(server.requests)) == ("reply", 1)


def test_a_token_that_update_token_gives_out_of_shape(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(token_in="update_token")
    sensor.fail("not_json", "/updateToken")
    with pytest.raises(ReplyError, match="answered GET /updateToken"), client(site, sensor):
        pass
    assert calls(sensor) == ["PUT /login", "GET /updateToken", "PUT /logout"]


def test_a_login_without_any_token(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(token_in="update_token")
    sensor.fail("status", "/updateToken", code=403)
    with pytest.raises(ReplyError, match="accepted the login but gave no token"), client(site, sensor):
        pass


@pytest.mark.parametrize(
    ("status", "told"), [(403, "with HTTP 403 (locked), and again"), (404, "with HTTP 404 (locked)."), (500, "with HTTP 500 (locked).")]
)
def test_the_words_of_a_sensor_are_passed_on_whatever_the_status(status: int, told: str) -> None:
    words = b'{"errorCode": 12, "errorDesc": "locked"}'
    login, refusal = reply(b'{"errorCode": 0, "token": "0a1b2c3d"}'), reply(words, f"{status} No")
    with scripted(login, refusal, *([reply(b"{}"), login, refusal] if status == 403 else []), reply(b"{}")) as server:
        options = {"host": "127.0.0.1", "port": server.port, "tls": False, "password": "secret", "retries": 0}
        outcome = run("msk_info", {**options, "gather": ["name"]})
    assert told in outcome.message


def test_the_words_with_which_a_login_is_refused() -> None:
    refusal = reply(b'{"errorCode": 12, "errorDesc": "locked for 300 s"}', "403 No")
    options = {"host": "127.0.0.1", "tls": False, "retries": 0}
    with scripted(refusal) as server:
        outcome = run("msk_info", {**options, "port": server.port, "password": "x"})
    assert "login answered HTTP 403 (locked for 300 s)" in outcome.message
    with scripted(refusal, refusal) as server:
        outcome = run("msk_password", {**options, "port": server.port, "password": "x", "new_password": "y"})
    assert "login answered HTTP 403 (locked for 300 s)" in outcome.message


@pytest.mark.parametrize("status", [400, 409, 422])
def test_an_error_code_counts_with_another_status_too(site: Site, sensor: Sensor, status: int) -> None:
    sensor.switches.set(refusal_status=status)
    refused = run("msk_name", site.connection(sensor, name="gate", password="another"))
    assert (refused.kind, refused.result["error"]["code"], refused.result["error"]["http_status"]) == ("authentication", 1, status)
    assert "login answered error code 1 (wrong password)" in refused.message
    assert run("msk_password", site.connection(sensor, new_password="newer", fallback_passwords=["older"])).changed
    with pytest.raises(RefusedError) as caught, client(site, sensor) as opened:
        opened.put("/comBoardName", {"name": ""})
    assert caught.value.code == 2
    assert "refused PUT /comBoardName with error code 2 (the name is empty)." in str(caught.value)


def test_the_error_code_of_a_read_counts_more_than_its_shape(site: Site, sensor: Sensor) -> None:
    sensor.fail("error_code", "/sensorConfiguration", code=5, desc="busy")
    with pytest.raises(DeviceError) as caught, client(site, sensor) as opened:
        opened.get("/sensorConfiguration")
    assert (caught.value.kind, caught.value.code) == ("refused", 5)
    assert "GET /sensorConfiguration with error code 5 (busy)" in caught.value.message
