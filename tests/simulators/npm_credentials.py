# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use the simulated appliance: bearer tokens of mgmt.aaa, Basic, and the cookie that the vendor's client uses."""

from __future__ import annotations

import base64
import secrets
import time
from http.cookies import SimpleCookie
from typing import Any

from .exchange import Call, Reply
from .npm_errors import Refused, json_object
from .npm_switches import Switches

TOKEN_PATHS = {f"/api/mgmt.aaa/{version}/token": version for version in ("1.0", "2.0")}


class Credentials:
    """One account, and the tokens and cookies it was given."""

    def __init__(self, switches: Switches, username: str, password: str) -> None:
        self._switches = switches
        self.username = username
        self.password = password
        self.tokens: dict[str, float] = {}  # token: until when, on the monotonic clock
        self.ended: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.cookies: set[str] = set()
        self.logins = 0

    def give_token(self, call: Call) -> Reply:
        """POST /api/mgmt.aaa/{1.0,2.0}/token, with credentials or a refresh token."""
        if TOKEN_PATHS[call.path] not in self._switches.token_versions:
            raise Refused(404, "RESOURCE_NOT_FOUND", "this version of mgmt.aaa is not offered", violation=False)
        body = json_object(call, {}, {"user_credentials": dict, "refresh_token": str, "generate_refresh_token": bool, "state": str})
        if ("user_credentials" in body) == ("refresh_token" in body):
            raise Refused(400, "REQUEST_INVALID_INPUT", "give user_credentials or refresh_token")
        if "refresh_token" in body:
            if body["refresh_token"] not in self.refresh_tokens:
                raise Refused(401, "AUTH_INVALID_TOKEN", "unknown refresh token")
            return Reply(self._new_token(), status=200)
        given = body["user_credentials"]
        if set(given) != {"username", "password"}:
            raise Refused(400, "REQUEST_INVALID_INPUT", "user_credentials has to have username and password")
        if (given["username"], given["password"]) != (self.username, self.password):
            raise Refused(401, "AUTH_INVALID_CREDENTIALS", "wrong user name or password", violation=False)
        self.logins += 1
        return Reply(self._new_token(refreshable=body.get("generate_refresh_token", False)), status=201)

    def _new_token(self, *, refreshable: bool = False) -> dict[str, Any]:
        token = ".".join(secrets.token_urlsafe(24) for _part in range(3))
        life = self._switches.token_seconds
        self.tokens[token] = time.monotonic() + life if life is not None else float("inf")
        answer = {"access_token": token, "token_type": "bearer", "expires_at": int(time.time() + (life or 0))}
        if refreshable:
            answer["refresh_token"] = secrets.token_urlsafe(24)
            self.refresh_tokens.add(str(answer["refresh_token"]))
        return answer

    def log_in(self, call: Call) -> Reply:
        """POST /api/common/1.0/login: a session cookie, as the vendor's client wants it."""
        body = json_object(call, {"username": str, "password": str})
        if (body["username"], body["password"]) != (self.username, self.password):
            raise Refused(401, "AUTH_INVALID_CREDENTIALS", "wrong user name or password", violation=False)
        cookie = secrets.token_urlsafe(24)
        self.cookies.add(cookie)
        return Reply({}, headers={"Set-Cookie": f"session_id={cookie}; Path=/; HttpOnly"})

    def require(self, call: Call) -> None:
        """Raise Refused with 401 unless the call carries a good token, cookie, or Basic credentials."""
        scheme, _space, value = call.headers.get("Authorization", "").partition(" ")
        if not scheme and "Cookie" in call.headers:
            morsel = SimpleCookie(call.headers["Cookie"]).get("session_id")
            if morsel is not None and morsel.value in self.cookies:
                return
            raise Refused(401, "AUTH_INVALID_SESSION", "the session has ended", violation=False)
        if scheme == "Basic" and self._switches.basic_allowed:
            if value == base64.b64encode(f"{self.username}:{self.password}".encode()).decode():
                return
            raise Refused(401, "AUTH_INVALID_CREDENTIALS", "wrong user name or password", violation=False)
        if scheme != "Bearer":
            raise Refused(401, "AUTH_REQUIRED", "log in first", violation=not call.path.startswith("/api/common/"))
        if self.tokens.get(value, 0.0) <= time.monotonic():
            known = value in self.tokens or value in self.ended
            code = "AUTH_EXPIRED_TOKEN" if known else "AUTH_INVALID_TOKEN"
            raise Refused(self._switches.expired_status, code, "the token is not good", violation=False)

    def end_all(self) -> None:
        """End every token and cookie."""
        self.ended.update(self.tokens)
        self.tokens.clear()
        self.cookies.clear()
