# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords, tokens and who may do what: sections 1, 3.10, 3.12, 3.13 and 3.16 of the MSK-101-POE document."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from .exchange import Call, Reply
from .msk_errors import ErrorCode, Refused, arguments
from .msk_switches import Switches

BEARER = "Bearer "


def token_of(call: Call) -> str:
    """The token that a call carries; empty when none."""
    return call.headers.get("Authorization", "")[len(BEARER) :]


@dataclass
class Session:
    """A login that has not ended. `until` is on the monotonic clock."""

    token: str
    connection: int
    until: float


class Sessions:
    """The sessions of one sensor and the password that opens them."""

    def __init__(self, switches: Switches, password: str, default_password: str) -> None:
        self._switches = switches
        self.password = password
        self.default_password = default_password
        self.tokens: dict[str, Session] = {}
        self.ended: dict[str, str] = {}  # token: why it is no longer good

    @property
    def default_password_set(self) -> bool:
        """Whether nobody has changed the factory's password yet."""
        return self.password == self.default_password

    @property
    def open_count(self) -> int:
        """Logins that neither ended nor expired."""
        self._drop_expired()
        return len(self.tokens)

    def login(self, call: Call) -> Reply:
        """3.12: errorCode 0, or 100 while the password is the default one; the token goes where `token_in` says."""
        given = arguments(call.json, {"password": str})["password"]
        if given != self.password:
            raise Refused("wrong password", ErrorCode.WRONG_PASSWORD, violation=False)
        limit = self._switches.max_sessions
        if limit is not None and self.open_count >= limit:
            raise Refused(f"{limit} sessions are open already", ErrorCode.TOO_MANY_SESSIONS, violation=False)
        token = self._open(call.connection)
        body: dict[str, Any] = {"errorCode": int(ErrorCode.DEFAULT_PASSWORD if self.default_password_set else ErrorCode.OK)}
        body.update(self._switches.login_members)
        headers = {}
        if self._switches.token_in == "body":
            body[self._switches.token_key] = token
        elif self._switches.token_in == "header":
            headers["Authorization"] = BEARER + token
        return Reply(body, headers=headers)

    def logout(self, call: Call) -> Reply:
        """3.13: the session is no longer valid."""
        self._end(self.require(call), "logged out")
        return Reply({"errorCode": 0})

    def update_token(self, call: Call) -> Reply:
        """3.16: a new token, the old one stops being good unless `update_token_keeps_old`."""
        session = self.require(call)
        token = self._open(session.connection)
        if not self._switches.update_token_keeps_old:
            self._end(session, "replaced by /updateToken")
        return Reply({"errorCode": 0, "token": token})

    def change_password(self, call: Call) -> Reply:
        """3.10: takes the new password when the old one is right."""
        given = arguments(call.json, {"oldPassword": str, "newPassword": str})
        if given["oldPassword"] != self.password:
            raise Refused("wrong old password", ErrorCode.WRONG_PASSWORD, violation=False)
        if not given["newPassword"]:
            raise Refused("the new password is empty")
        self.password = given["newPassword"]
        if self._switches.password_change_ends_sessions:
            self.end_all("password changed")
        return Reply({"errorCode": 0})

    def require(self, call: Call) -> Session:
        """The session of a call; raises Refused with 403 (section 1)."""
        self._drop_expired()
        header = call.headers.get("Authorization")
        if header is None:
            session = self._of_connection(call)
            if session is None:
                raise Refused("no Authorization header", status=403)
            return session
        if not header.startswith(BEARER):
            raise Refused("the Authorization header is not 'Bearer token'", status=403)
        token = header[len(BEARER) :]
        if token not in self.tokens:
            why = self.ended.get(token)
            forgiven = why is not None and why != "logged out"  # a client cannot know of these
            raise Refused(f"token {why}" if why else "a token that was never given", status=403, violation=not forgiven)
        return self.tokens[token]

    def expire(self, call: Call) -> None:
        """End the session of a call as if its time had come."""
        if self.is_good(token_of(call)):
            self._end(self.tokens[token_of(call)], "expired")

    def is_good(self, token: str) -> bool:
        """Whether a call with this token is let in."""
        self._drop_expired()
        return token in self.tokens

    def end_all(self, why: str) -> None:
        """End every session."""
        for session in list(self.tokens.values()):
            self._end(session, why)

    def _of_connection(self, call: Call) -> Session | None:
        """Where the token is only told by /updateToken, the connection that logged in may ask for it."""
        if self._switches.token_in != "update_token" or call.path != "/updateToken":
            return None
        return next((session for session in self.tokens.values() if session.connection == call.connection), None)

    def _open(self, connection: int) -> str:
        token = secrets.token_hex(16)
        life = self._switches.token_seconds
        self.tokens[token] = Session(token, connection, time.monotonic() + life if life is not None else float("inf"))
        return token

    def _end(self, session: Session, why: str) -> None:
        self.tokens.pop(session.token, None)
        self.ended[session.token] = why

    def _drop_expired(self) -> None:
        now = time.monotonic()
        for session in [session for session in self.tokens.values() if session.until <= now]:
            self._end(session, "expired")
