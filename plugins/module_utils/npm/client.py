# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The appliance's API as verbs: the nine links of "npm.system_update 2.0", and what is needed around them.

Bearer tokens come from mgmt.aaa (2.0 where the list of services offers it), live for 15 minutes, and are lost when the appliance restarts:
a call that is answered with 401 gets a new token and is repeated once.
"""

from __future__ import annotations

import base64
import contextlib
import html
import re
import typing as t

from ..core.connection import endpoint_of, http_options
from ..core.errors import AuthenticationError, DeviceError, HTTPError, InputError, ReplyError
from ..core.http import Endpoint, Reply, Session, fits_header
from ..core.schema import Schema
from ..core.upload import FileBody
from ..core.wait import Clock, Deadline, Patience
from .replies import IMAGE, IMAGES, INFO, SERVICES, TOKEN, UPDATE

API = "/api/npm.system_update/2.0"
TOKEN_VERSIONS = ("2.0", "1.0")
"""Of mgmt.aaa, the better one first."""

SESSION_ENDED = frozenset({"AUTH_REQUIRED", "AUTH_INVALID_SESSION", "AUTH_INVALID_TOKEN", "AUTH_EXPIRED_TOKEN"})
"""Ids of errors that a new login may mend, whatever their status is."""

FRESH = 120.0
"""Seconds after which a token is replaced before a long call. It lives for 15 minutes."""

CONNECTION_OPTIONS: dict[str, dict[str, t.Any]] = {
    **http_options(port=443),
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "token": {"type": "str", "no_log": True},
    "auth": {"type": "str", "choices": ["token", "basic"], "default": "token"},
}

CONNECTION_RULES: dict[str, t.Any] = {
    "required_together": [["username", "password"]],
    "required_one_of": [["password", "token"]],
}


class Task(t.Protocol):
    """What a client needs of the task it works for."""

    params: t.Mapping[str, t.Any]

    def hide(self, *secrets: str) -> None: ...


class Credentials(t.NamedTuple):
    """How to be let in: a user with Basic or a token that is asked for, or a ``token`` that somebody else got."""

    username: str | None
    password: str | None
    token: str | None
    basic: bool

    @classmethod
    def of(cls, params: t.Mapping[str, t.Any]) -> Credentials:
        """From the task's options. Raises :class:`InputError`."""
        basic = params["auth"] == "basic"
        if basic and not params["password"]:
            raise InputError("auth: basic needs username and password.")
        token = (params["token"] or "").strip()
        if not fits_header(token):
            raise InputError("token: it holds characters that cannot be sent in an HTTP header.")
        return cls(params["username"], params["password"], token or None, basic)


class NpmClient:
    """One appliance, one connection. As a context manager it is closed at the end; it logs in when it has to.

    ``hide`` is told each token, so that it never appears in a result.
    """

    def __init__(self, endpoint: Endpoint, credentials: Credentials, hide: t.Callable[[str], None], clock: Clock | None = None) -> None:
        self.name = endpoint.name
        self._http = Session(endpoint, clock=clock)
        self._http.authorize = self._headers
        self._credentials = credentials
        self._hide = hide
        self._token = None if credentials.basic else credentials.token
        self._token_since = float("-inf")
        self._services: dict[str, list[str]] | None = None
        self._deadline: Deadline | None = None

    @classmethod
    def open(cls, task: Task) -> NpmClient:
        """A client for the appliance that the task's options describe."""
        return cls(endpoint_of(task.params), Credentials.of(task.params), task.hide)

    def __enter__(self) -> NpmClient:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._http.close()

    @contextlib.contextmanager
    def until(self, deadline: Deadline) -> t.Iterator[None]:
        """Within it a call is tried once and waits no longer than the deadline: whoever polls repeats it anyway."""
        before, self._deadline = self._deadline, deadline
        try:
            yield
        finally:
            self._deadline = before

    # The document's links

    def images(self) -> list[dict[str, t.Any]]:
        """``images: get``. Without items there are none."""
        return list(self._get(f"{API}/images", IMAGES).get("items") or [])

    def image(self, number: int) -> dict[str, t.Any]:
        """``image: get``."""
        return dict(self._get(f"{API}/images/items/{number}", IMAGE))

    def delete_image(self, number: int) -> None:
        """``image: delete``."""
        self.call("DELETE", f"{API}/images/items/{number}")

    def upload_image(self, body: FileBody, timeout: float) -> dict[str, t.Any]:
        """``images: upload``. ``timeout``: seconds that the reply may take once all is sent."""
        headers = {"Content-Type": "application/octet-stream"}
        return dict(self.call("POST", f"{API}/images/upload", data=body, headers=headers, timeout=timeout).json(IMAGE))

    def fetch_image(self, url: str) -> dict[str, t.Any]:
        """``images: fetch``."""
        return dict(self.call("POST", f"{API}/images/fetch", payload={"url": url}).json(IMAGE))

    def update(self) -> dict[str, t.Any]:
        """``update: get``."""
        return dict(self._get(f"{API}/update", UPDATE))

    def init_update(self) -> None:
        """``update: init``."""
        self.call("POST", f"{API}/update/init")

    def start_update(self) -> None:
        """``update: start``."""
        self.call("POST", f"{API}/update/start")

    def reset_update(self) -> None:
        """``update: reset``."""
        self.call("POST", f"{API}/update/reset")

    # Around them

    def info(self) -> dict[str, t.Any]:
        """GET common/1.0/info: ``sw_version``, ``model``, ``serial`` and so on; empty where the appliance, or the account, has none."""
        try:
            return dict(self._get("/api/common/1.0/info", INFO))
        except HTTPError as error:
            if error.http_status not in {403, 404}:
                raise
            return {}

    def services(self) -> dict[str, list[str]]:
        """GET common/1.0/services: name -> versions; empty where the appliance does not tell.

        Asked for once, with the token if there is one; most appliances need none here.
        """
        if self._services is None:
            self._services = self._ask_services()
        return self._services

    def _ask_services(self) -> dict[str, list[str]]:
        try:
            found = self._send("GET", "/api/common/1.0/services").json(SERVICES)
        except HTTPError as error:
            if error.http_status != 404:
                raise
            return {}
        return {row["id"]: list(row.get("versions", [])) for row in found}

    def _get(self, path: str, schema: Schema) -> t.Any:
        return self.call("GET", path).json(schema)

    # Credentials

    def call(self, method: str, path: str, **more: t.Any) -> Reply:
        """One call, with a token; a refused token is replaced and the call repeated once. Raises :class:`AuthenticationError`."""
        if self._token is None and not self._credentials.basic:
            self._log_in()
        try:
            return self._send(method, path, **more)
        except AuthenticationError as error:
            ended = error.http_status == 401 or error.code in SESSION_ENDED
            if not ended or self._credentials.basic or not self._credentials.password:
                raise
        self._log_in()
        return self._send(method, path, **more)

    @property
    def can_log_in(self) -> bool:
        """Whether there are a user name and a password, with which a lost token can be replaced."""
        return bool(self._credentials.password)

    def log_in_freshly(self) -> None:
        """Get a new token now, before a call that takes longer than the rest of the old one's life."""
        old = self._http.clock.now() - self._token_since > FRESH
        if self._credentials.password and not self._credentials.basic and old:
            self._log_in()

    def _log_in(self) -> None:
        """POST mgmt.aaa/{version}/token. No refresh token is asked for: an appliance keeps only 25 of them for each user."""
        self._token = None
        known = self._services is not None
        try:
            self._ask_token()
        except HTTPError as error:
            if error.http_status != 404 or not known:
                raise
            # An update may have brought another version of the token service.
            self._services = None
            self._ask_token()

    def _ask_token(self) -> None:
        user = {"username": self._credentials.username, "password": self._credentials.password}
        payload = {"user_credentials": user, "generate_refresh_token": False}
        versions = self._token_versions()
        for version in versions:
            try:
                reply = self._send("POST", f"/api/mgmt.aaa/{version}/token", payload=payload, repeatable=True)
            except HTTPError as error:
                if error.http_status != 404 or version == versions[-1]:
                    raise
            else:
                token = str(reply.json(TOKEN)["access_token"])
                self._hide(token)
                if not fits_header(token):
                    raise ReplyError(f"{self.name} accepted the login and gave a token that no HTTP header can carry.")
                self._token, self._token_since = token, self._http.clock.now()
                return

    def _token_versions(self) -> list[str]:
        """The versions of mgmt.aaa to try: those that are offered, or all when the appliance does not say."""
        try:
            offered = self.services().get("mgmt.aaa", [])
        except (HTTPError, ReplyError):
            offered = []
        return [version for version in TOKEN_VERSIONS if version in offered] or ["1.0", "2.0"]

    def _headers(self) -> dict[str, str]:
        if self._credentials.basic:
            pair = f"{self._credentials.username}:{self._credentials.password}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _send(self, method: str, path: str, **more: t.Any) -> Reply:
        if self._deadline is not None:
            own = more.get("timeout") or self._http.endpoint.timeout
            more = {**more, "retries": 0, "timeout": min(own, max(self._deadline.left, 1.0))}
        try:
            return self._http.call(method, path, **more)
        except HTTPError as error:
            raise _worded(error) from None


def _worded(error: HTTPError) -> HTTPError:
    """The same error with the appliance's own words, ``error_id`` as its code; 401 and 403 as :class:`AuthenticationError`."""
    body = _attributes(error.body) if isinstance(error.body, str) else error.body
    text, code = (body.get("error_text"), body.get("error_id")) if isinstance(body, dict) else (None, None)
    if isinstance(error.body, str) and body:
        error.message = error.message.rpartition(": ")[0]
    if text or code:
        said = f"{text} ({code})" if text and code else str(text or code)
        error.message = f"{error.message.rstrip('.')}: {said.rstrip('.')}."
        error.code = code if isinstance(code, (str, int)) else None
    if error.http_status not in {401, 403}:
        return error
    hint = "Check username and password, or token." if error.http_status == 401 else "Check what the account may do on this appliance."
    return AuthenticationError(
        error.message, hint=hint, http_status=error.http_status, code=error.code, facts=error.facts, headers=error.headers, body=error.body
    )


def _attributes(text: str) -> dict[str, str]:
    """``error_id`` and ``error_text`` of an XML error, as older products send it."""
    return {name: html.unescape(value) for name, _quote, value in re.findall(r"""\b(error_id|error_text)\s*=\s*(["'])(.*?)\2""", text)}


def passing(error: DeviceError, broken: Patience | None = None) -> bool:
    """Whether an error may pass by itself while the appliance is busy: unreachable, no reply, 429, 502, 503, 504.

    ``broken``: how long 500 may be seen while something is waited for; it may be one call that failed, or last.
    """
    if error.http_status == 500 and broken is not None:
        return not broken.lasts()
    if error.kind in {"unreachable", "reply_lost"}:
        return True
    return error.http_status in {429, 502, 503, 504}
