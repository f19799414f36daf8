# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sensor's HTTPS API as verbs: log in, read, write, log out ("MSK-101-POE Rest API" 1.0.0, chapters 1 and 3)."""

from __future__ import annotations

import contextlib
import typing as t

from ..core.connection import endpoint_of, http_options
from ..core.errors import (
    AuthenticationError,
    DefaultPasswordError,
    DeviceError,
    HTTPError,
    RefusedError,
    ReplyError,
    ReplyLost,
    UnreachableError,
)
from ..core.http import Endpoint, Reply, Session, fits_header
from ..core.schema import Schema
from ..core.wait import Clock
from .replies import CODE, OBJECT, TOKEN, whole

DEFAULT_PASSWORD_SET = 100
"""Error code of /login: the login succeeded, the password is the factory's, all else is refused (section 3.12.2)."""

SESSION_REFUSED = frozenset({401, 403})
"""HTTP statuses of an expired session. The document says 403 (chapter 1); 401 is what other servers say."""

WITHOUT_CODE = frozenset({401, 403, 404, 405, 429})
"""HTTP statuses that say all themselves. With others of 4xx counts the error code in the reply, if there is one."""

CONNECTION_OPTIONS: dict[str, dict[str, t.Any]] = {
    **http_options(port=443),
    "password": {"type": "str", "no_log": True, "env": "MSK_PASSWORD"},
}


class Task(t.Protocol):
    """What a client needs of the task it works for."""

    params: t.Mapping[str, t.Any]

    def hide(self, *secrets: str) -> None: ...


class MskClient:
    """One sensor, one connection, one session. As a context manager it logs in, and always logs out.

    ``hide`` is told each session token, so that it never appears in a result. ``logins`` counts: one more than before
    a call means that the sensor did not know the session any more.
    ``unended`` are tokens of sessions that could not be ended, since the sensor was out of reach: the next login ends them first.
    """

    def __init__(self, endpoint: Endpoint, password: str | None, hide: t.Callable[[str], None], clock: Clock | None = None) -> None:
        self.name = endpoint.name
        self.host = endpoint.host
        self.logins = 0
        self._http = Session(endpoint, clock=clock)
        self._http.authorize = self._headers
        self._password = password
        self._hide = hide
        self._token: str | None = None
        self._guesses = True
        self._guess: str | None = None
        self._open = False
        self.unended: list[str] = []
        self.has_factory_password = False
        """What the last login said (code 100)."""

    @classmethod
    def open(cls, task: Task, *, host: str | None = None) -> MskClient:
        """A client for the sensor that the task's options describe. Use it in a ``with`` statement, which logs in."""
        sensor = cls(endpoint_of(task.params, host=host), task.params["password"], task.hide)
        sensor.unended = getattr(task, "unended", sensor.unended)
        return sensor

    @classmethod
    @contextlib.contextmanager
    def unopened(cls, task: Task) -> t.Iterator[MskClient]:
        """A client that has not logged in, for those who try passwords. It logs out at the end, too."""
        sensor = cls.open(task)
        try:
            yield sensor
        finally:
            sensor.close()

    def __enter__(self) -> MskClient:
        if not self._password:
            self._http.close()
            raise AuthenticationError(f"No password for {self.name}.", hint="Set password, or the environment variable MSK_PASSWORD.")
        try:
            self.log_in_fully(self._password)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_unused: object) -> None:
        self.close()

    def close(self) -> None:
        """Log out if a session may be open, and close the connection. Never raises: it must not hide another error."""
        self.log_out()
        self._http.close()

    # Sessions

    def log_in_fully(self, password: str) -> None:
        """Log in; the factory password, with which nothing else works, is a :class:`DefaultPasswordError`."""
        if self.log_in(password) == DEFAULT_PASSWORD_SET:
            raise DefaultPasswordError(
                f"{self.name} still has its factory password and refuses everything else until it is changed (login answered code 100).",
                code=DEFAULT_PASSWORD_SET,
                hint="Give it a password of its own with siteops.devices.msk_password first.",
            )

    def log_in(self, password: str) -> int:
        """Log in (section 3.12); 0, or :data:`DEFAULT_PASSWORD_SET`. Raises :class:`AuthenticationError` on a wrong password."""
        self._token = self._guess = None
        self._end_unended()
        try:
            reply = self._http.call("PUT", "/login", payload={"password": password}, repeatable=True)
        except HTTPError as error:
            refusal = _refusal_in(error)
            if refusal is not None:
                raise self._wrong_password(_described(refusal), code=refusal["errorCode"], http_status=error.http_status) from None
            if error.http_status not in SESSION_REFUSED:
                raise
            raise self._wrong_password(_described(error.body), http_status=error.http_status) from None
        try:
            body = reply.json(CODE)
        except ReplyError:
            self._adopt(reply)
            raise
        code = int(body["errorCode"])
        if code not in (0, DEFAULT_PASSWORD_SET):
            raise self._wrong_password(_described(body), code=code)
        self._open = True
        self.logins += 1
        self._password = password
        self.has_factory_password = code == DEFAULT_PASSWORD_SET
        self._keep(_token_of(body, reply.headers))
        if self._token is None and self._guesses:
            self._token = self._guess = _guess_of(body)
        if self._token is None:
            self._keep(self._fetch_token(code))
        return code

    def _adopt(self, reply: Reply) -> None:
        """Keep the token of a login's reply that is refused for its shape: it may have opened a session, which :meth:`close` then ends.

        Numbers as texts are such a shape: the document has integers in all its replies, and nothing speaks for reading them otherwise.
        """
        with contextlib.suppress(ReplyError):
            body = reply.json(OBJECT)
            self._keep(_token_of(body, reply.headers) or _guess_of(body))
            self._open = self._token is not None

    def _wrong_password(self, described: str = "", **what: t.Any) -> AuthenticationError:
        told = (f"error code {what['code']}" if "code" in what else f"HTTP {what['http_status']}") + described
        return AuthenticationError(
            f"{self.name} refused the password (login answered {told}).",
            hint="If it may still have another one, siteops.devices.msk_password tries fallback_passwords.",
            **what,
        )

    def _fetch_token(self, code: int) -> str | None:
        """Where the login's reply carries no token: /updateToken (section 3.16). With the factory password it may be refused."""
        try:
            body = self._http.call("GET", "/updateToken").json(TOKEN)
        except HTTPError as error:
            if code == DEFAULT_PASSWORD_SET and error.http_status in SESSION_REFUSED:
                return None
            raise self._no_token(error.http_status) from None
        if body["errorCode"]:
            return None if code == DEFAULT_PASSWORD_SET else self._refuse("GET /updateToken", body)
        if "token" not in body:
            raise self._no_token()
        return str(body["token"])

    def _replace_guess(self) -> bool:
        """Whether /updateToken gives a token in place of a text that was taken for one and is refused at its first use."""
        self._token = found = None
        with contextlib.suppress(DeviceError):
            found = self._fetch_token(DEFAULT_PASSWORD_SET if self.has_factory_password else 0)
        if not found:
            self._trust_guess()
            return False
        self._guess, self._guesses = None, False
        self._keep(found)
        return True

    def _trust_guess(self) -> None:
        """A guess is a secret only now: a name that is none would be masked wherever it stands."""
        self._keep(self._guess)
        self._guess = None

    def _no_token(self, http_status: int | None = None) -> ReplyError:
        return ReplyError(
            f"{self.name} accepted the login but gave no token: not in the reply, not in an Authorization header, not by /updateToken.",
            http_status=http_status,
            hint="Its firmware may have a way of its own, which this collection does not know.",
        )

    def _keep(self, token: str | None) -> None:
        if not token:
            return
        self._hide(token)
        if not fits_header(token):
            raise ReplyError(f"{self.name} accepted the login and gave a token that no HTTP header can carry.")
        self._token = token

    def _headers(self) -> dict[str, str]:
        return _bearing(self._token)

    def log_out(self) -> None:
        """End the session (section 3.13), at one try: it expires by itself when the sensor cannot be reached."""
        if not self._open:
            return
        self._open = False
        token, self._token = self._token, None
        self._end(token)

    def _end(self, token: str | None) -> None:
        """End the session of ``token``; None: of the connection."""
        try:
            self._http.call("PUT", "/logout", headers=_bearing(token), retries=0, timeout=min(5.0, self._http.endpoint.timeout))
        except (UnreachableError, ReplyLost):
            self.unended += [token] if token else []
        except DeviceError:
            pass

    def _end_unended(self) -> None:
        tokens = self.unended[:]
        self.unended.clear()
        for token in tokens:
            self._end(token)

    def forget_session(self) -> None:
        """There is nothing to log out from: the sensor restarted, moved, or ended its sessions."""
        self._open = False
        self._token = None

    def hand_over(self, other: MskClient) -> None:
        """End this session by way of ``other``, which has none yet: the sensor may have moved, and may allow one session only.

        Raises :class:`UnreachableError` and :class:`ReplyLost`; then the session may still be open.
        """
        if self._token:
            with contextlib.suppress(HTTPError):
                other._http.call("PUT", "/logout", headers=self._headers(), retries=0)
        self.forget_session()

    @property
    def password(self) -> str | None:
        """The password that the last login used."""
        return self._password

    # Calls

    def get(self, path: str, schema: Schema = OBJECT) -> t.Any:
        """GET ``path`` and return the JSON object, checked with ``schema``."""
        return self.accepted(self.call("GET", path), f"GET {path}", schema)

    def put(self, path: str, payload: t.Any = None) -> dict[str, t.Any]:
        """PUT ``path``. Raises :class:`RefusedError` for an error code other than 0."""
        return self.accepted(self.call("PUT", path, payload=payload), f"PUT {path}", CODE)

    def accepted(self, reply: Reply, call: str, schema: Schema) -> dict[str, t.Any]:
        """The JSON object in a reply to ``call``, checked with ``schema``. Raises :class:`RefusedError` for an error code other than 0."""
        body = whole(reply.json(OBJECT))
        if isinstance(body.get("errorCode"), int) and body["errorCode"]:
            self._refuse(call, body)
        checked: dict[str, t.Any] = whole(reply.json(schema))
        return checked

    def call(self, method: str, path: str, **more: t.Any) -> Reply:
        """One call; a refused session logs in again and repeats it once (chapter 1)."""
        if self.logins and not self._open:
            self._log_in_again()
        try:
            reply = self._send(method, path, **more)
        except HTTPError as error:
            if error.http_status not in SESSION_REFUSED or self._password is None:
                self._trust_guess()
                raise
        else:
            self._trust_guess()
            return reply
        if not self._guess or not self._replace_guess():
            self.log_out()
            self._log_in_again()
        try:
            return self._send(method, path, **more)
        except HTTPError as error:
            if error.http_status not in SESSION_REFUSED:
                raise
            told = f"HTTP {error.http_status}{_described(error.body)}"
            raise AuthenticationError(
                f"{self.name} refused {method} {path} with {told}, and again right after a new login.",
                http_status=error.http_status,
                hint="The password is right; something else keeps the session from being accepted, for instance a limit of sessions.",
            ) from None
        finally:
            self._trust_guess()

    def _log_in_again(self) -> None:
        """Whoever got in with the factory password before, to change it, gets in with it again."""
        (self.log_in if self.has_factory_password else self.log_in_fully)(self._password or "")

    def _send(self, method: str, path: str, **more: t.Any) -> Reply:
        """One call. An error code counts with a status of 4xx, too."""
        try:
            return self._http.call(method, path, **more)
        except HTTPError as error:
            refusal = _refusal_in(error)
            if refusal is not None:
                self._refuse(f"{method} {path}", refusal, error.http_status)
            if error.http_status not in SESSION_REFUSED and _described(error.body):
                error.message = f"{error.message.rstrip('.')}{_described(error.body)}."
            raise

    def _refuse(self, call: str, body: t.Mapping[str, t.Any], http_status: int | None = None) -> t.Any:
        told = f"error code {body['errorCode']}{_described(body)}"
        raise RefusedError(f"{self.name} refused {call} with {told}.", code=body["errorCode"], http_status=http_status)


def _bearing(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _refusal_in(error: HTTPError) -> dict[str, t.Any] | None:
    """The reply with an error code that came with a status of 4xx."""
    body, status = whole(error.body), error.http_status or 0
    if not isinstance(body, dict) or not 400 <= status < 500 or status in WITHOUT_CODE:
        return None
    return body if isinstance(body.get("errorCode"), int) and body["errorCode"] else None


def _described(body: t.Any) -> str:
    """The device's own words for what it refuses, if there are any."""
    return f" ({body['errorDesc']})" if isinstance(body, t.Mapping) and body.get("errorDesc") else ""


def _token_of(body: t.Mapping[str, t.Any], headers: t.Mapping[str, str]) -> str | None:
    """The token in a login's reply, of which the document says nothing: a text named like it, or the Authorization header."""
    texts = [(key.lower(), value) for key, value in _texts(body)]
    found = [
        *(value for key, value in texts if key == "token"),
        *(value for key, value in texts if "token" in key and not _speaks(key)),
        _token_in_header(headers),
    ]
    return next(filter(None, found), None)


def _guess_of(body: t.Mapping[str, t.Any]) -> str | None:
    """Any other text in a login's reply that could be the token."""
    found = (value for key, value in _texts(body) if not _speaks(key.lower()))
    return next((value for value in found if fits_header(value) and " " not in value), None)


SPEAKING = ("error", "desc", "message", "msg", "status", "result", "type", "name", "info", "expir", "date", "time", "version")


def _speaks(key: str) -> bool:
    """Members that hold words for people, or a fact about the session, rather than a token."""
    return any(word in key for word in SPEAKING)


def _texts(body: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    for key, value in body.items():
        if isinstance(value, str) and value.strip():
            yield key, value.strip()
        elif isinstance(value, t.Mapping):
            yield from _texts(value)


def _token_in_header(headers: t.Mapping[str, str]) -> str | None:
    value = headers.get("Authorization", "").strip()
    scheme, _space, token = value.partition(" ")
    return (token.strip() if scheme.lower() == "bearer" else value) or None
