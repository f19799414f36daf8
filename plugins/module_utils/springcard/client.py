# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST API of the SpringCard Companion service as verbs; every status and message of its document as an error of its own."""

from __future__ import annotations

import typing as t
import urllib.parse

from ..core.connection import endpoint_of, http_options
from ..core.errors import AuthenticationError, BusyError, DeviceError, FailedError, HTTPError, RefusedError, ReplyError, UnreachableError
from ..core.http import Endpoint, Reply, Session
from ..core.schema import Schema
from ..core.wait import Clock
from .messages import explained

CONNECTION_OPTIONS: dict[str, dict[str, t.Any]] = {
    **http_options(port=3998, tls=False, host={"type": "str", "default": "localhost"}),
    "websocket_port": {"type": "int", "default": 3997},
}

LOCKED = 409
"""Another request has the device; over when that ends."""

GONE = 410
"""The service knows no device of this id: it left, or came back with another one."""

STARTING = 503
"""The service is starting or stopping."""

UNKNOWN_ROUTE = frozenset({400, 403, 404, 405, 406, 410, 422})
"""What a service may say to a route that we guess and it does not have. The document has 404, or 405 for the verb."""

DEVICE: Schema = {"type": "object", "required": ["DeviceId"], "properties": {"DeviceId": {"type": "string"}}}
DEVICES: Schema = {"type": "array", "items": DEVICE}
OBJECT: Schema = {"type": "object"}
RESULT: Schema = {"type": ["object", "null"], "properties": {"Result": {"type": ["string", "null"]}}}
FIRMWARE: Schema = {
    "type": "object",
    "properties": {
        name: {"type": ["string", "null"]} for name in ("Vendor", "Product", "Firmware", "Version", "Revision", "Date", "BuildDate")
    },
}


class Task(t.Protocol):
    """What a client needs of the task it works for."""

    params: t.Mapping[str, t.Any]


class CompanionClient:
    """One service, as a context manager."""

    def __init__(self, endpoint: Endpoint, clock: Clock | None = None) -> None:
        self.name = endpoint.name
        self.endpoint = endpoint
        self._http = Session(endpoint, clock=clock)

    @classmethod
    def open(cls, task: Task) -> CompanionClient:
        """A client for the service that the task's options describe. Raises :class:`InputError`."""
        return cls(endpoint_of(task.params))

    def __enter__(self) -> CompanionClient:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._http.close()

    def service(self) -> dict[str, t.Any] | None:
        """The SERVICE object; None from a service without such a route: the vendor documents the object, and the route is a guess."""
        try:
            return t.cast("dict[str, t.Any]", self.call("GET", "/service").json(OBJECT))
        except DeviceError as error:
            if error.http_status not in UNKNOWN_ROUTE and not isinstance(error, ReplyError):
                raise
            return None

    def devices(self) -> list[dict[str, t.Any]]:
        """The DEVICE objects of all readers: a plain list, as the vendor's page shows it (no guess, so nothing else is taken for it)."""
        return t.cast("list[dict[str, t.Any]]", self.call("GET", "/devices").json(DEVICES))

    def firmware_info(self, device_id: str) -> dict[str, t.Any] | None:
        """What firmware a reader runs; None from a service without this route."""
        try:
            reply = self.call("GET", f"/device/{_quoted(device_id)}/firmware-info")
        except HTTPError as error:
            if error.http_status not in {404, 405}:
                raise
            return None
        return t.cast("dict[str, t.Any]", reply.json(FIRMWARE))

    def inspect(self, location: str) -> dict[str, t.Any]:
        """What the firmware file at ``location`` (file://, http://, https://, as the service sees it) holds. Changes nothing."""
        reply = self.call("POST", "/utilities/firmware-info", payload={"File": location}, repeatable=True)
        return t.cast("dict[str, t.Any]", reply.json(FIRMWARE))

    def load(self, device_id: str, *, location: str | None = None, body: t.Any = None) -> None:
        """POST load-firmware: a ``File`` for the service to fetch, or a ``body`` with the Blob. It only starts the load."""
        path = f"/device/{_quoted(device_id)}/load-firmware"
        if location is not None:
            reply = self.call("POST", path, payload={"File": location})
        else:
            reply = self.call("POST", path, data=body, headers={"Content-Type": "application/json"})
        _check_success(reply)

    def call(self, method: str, path: str, **more: t.Any) -> Reply:
        """One call. Raises what :func:`_understood` makes of its status."""
        try:
            return self._http.call(method, path, **more)
        except HTTPError as error:
            raise _understood(error, self.name, f"{method} {path}") from None


def _quoted(device_id: str) -> str:
    return urllib.parse.quote(device_id, safe="")


def told(body: t.Any) -> str:
    """The ``Message`` of an ERROR object, else its ``Error``; empty when it has neither."""
    if not isinstance(body, t.Mapping):
        return ""
    return next((str(body[name]).strip() for name in ("Message", "Error") if isinstance(body.get(name), str) and body[name].strip()), "")


def _check_success(reply: Reply) -> None:
    """A SUCCESS object, or nothing. Some routes say 200 and another ``Result``, so the status alone is not believed."""
    body = (reply.json(RESULT) if reply.body.strip() else None) or {}
    result = body.get("Result") or "success"
    if result.lower() != "success":
        message = told(body)
        raise explained(message, reply.what, 200) or RefusedError(
            f"{reply.what} with the result {result!r}{f' ({message})' if message else ''}."
        )


def _understood(error: HTTPError, name: str, call: str) -> DeviceError:
    """The error for a status of the document (Error responses), with what to do about it."""
    status, message = error.http_status, told(error.body)
    what = f"{name} answered {call}"
    words = f" ({message})" if message else ""
    if status in {401, 403}:
        return AuthenticationError(
            f"{what} with HTTP {status}{words}: it {'wants its clients to authenticate' if status == 401 else 'does not allow this'}.",
            http_status=status,
            hint="The vendor documents no login for this service; something before it may want one.",
        )
    if status == LOCKED:
        return BusyError(
            f"{what} with HTTP 409{words}: another request has the reader.", http_status=status, hint="Run the task again later."
        )
    if status == GONE:
        return UnreachableError(
            f"{what} with HTTP 410{words}: the reader has left.",
            http_status=status,
            hint="See that it is plugged in and has power; then run the task again.",
        )
    if status == 422:
        return explained(message, what, status) or RefusedError(
            f"{what} with HTTP 422{words}: it does not take these data.", code=message, http_status=status
        )
    if status == 499:
        return FailedError(
            f"{what} with an error of the reader itself{words or ', without saying which'}.", http_status=status, code=message or None
        )
    if status == 404:
        error.hint = (
            "It has no such route: is this the port of the SpringCard Companion's REST API (3998), and is the service recent enough?"
        )
    if status == 500:
        error.hint = "The service met a defect of its own and ends. Start it again, then run the task again."
    if words:
        error.message = f"{what} with HTTP {status}{words}."
    return error
