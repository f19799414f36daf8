# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The InVue firmware registry as verbs: get, create, update, delete, and the list that the vendor's page does not promise."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from ..core.connection import SHARED_OPTIONS, check_limits, trust_of
from ..core.errors import AuthenticationError, DeviceError, HTTPError, InputError, RefusedError, ReplyError
from ..core.http import Endpoint, Reply, Session, fits_header
from ..core.wait import Clock
from .replies import Entry, entry_in, id_in, rows_in, total_in

CONNECTION_OPTIONS: dict[str, dict[str, t.Any]] = {
    "api_url": {"type": "str", "default": "https://api.invue.com/api/v1"},
    "access_token": {"type": "str", "no_log": True, "env": "INVUE_ACCESS_TOKEN"},
    **SHARED_OPTIONS,
}

DUPLICATE = "duplicate"
"""Code of the :class:`RefusedError` for a type and version that another entry has."""

UNKNOWN_ID = "unknown_id"
"""Code of the :class:`RefusedError` for a PUT to an id that does not exist: the registry says 400, not 404."""

NO_PATH = "no_path"
"""Code of the :class:`HTTPError` for a 404 that speaks of the path and not of an entry."""

NO_LISTING = frozenset({400, 403, 404, 405, 501})
"""What a registry without a list (or one that this token may not see) answers to GET /firmware."""

PAGE_SIZE = 100
MOST_PAGES = 10000


class Task(t.Protocol):
    """What a client needs of the task it works for."""

    params: t.Mapping[str, t.Any]

    def hide(self, *secrets: str) -> None: ...
    def warn(self, message: str) -> None: ...


class Listing(t.NamedTuple):
    """The registry's list. ``gap``: a sentence when it does not show all, else empty; what is missing there may exist."""

    entries: list[Entry]
    gap: str


class RegistryClient:
    """One registry, as a context manager. The token goes to the registry's origin and nowhere else."""

    def __init__(self, endpoint: Endpoint, access_token: str, clock: Clock | None = None) -> None:
        self.name = endpoint.name
        self._http = Session(endpoint, clock=clock)
        # The vendor does not document the header; a token that brings its own scheme ("Token abc") is sent as it is.
        value = access_token if " " in access_token else f"Bearer {access_token}"
        self._http.authorize = lambda: {"Authorization": value}
        self._path_works = False

    @classmethod
    def open(cls, task: Task) -> RegistryClient:
        """A client for the registry that the task's options describe. Raises :class:`InputError`, :class:`AuthenticationError`."""
        endpoint = endpoint_of_url(task.params)
        token = (task.params["access_token"] or "").strip()
        if not token:
            raise AuthenticationError(
                f"No access token for the registry {endpoint.name}.",
                hint="Set access_token, or the environment variable INVUE_ACCESS_TOKEN.",
            )
        if not fits_header(token):
            raise InputError("access_token: it holds characters that cannot be sent in an HTTP header.")
        task.hide(token.rpartition(" ")[2])
        if not endpoint.tls:
            task.warn(f"api_url: the access token goes to {endpoint.name} over plain HTTP; anybody on the way can read it.")
        return cls(endpoint, token)

    def __enter__(self) -> RegistryClient:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._http.close()

    def get(self, number: str) -> Entry | None:
        """GET /firmware/{id}: 200, or 404 for None."""
        try:
            reply = self._call("GET", _path(number))
        except HTTPError as error:
            if not self._says_gone(error):
                raise
            return None
        found = entry_in(reply.json())
        if found is None or str(found.id).lower() != number.lower():
            raise ReplyError(f"{reply.what} without that entry: id, type and version are needed.", http_status=reply.status)
        return found

    def create(self, kind: str, version: str, url: str | None) -> str | None:
        """POST /firmware: 201. The new entry's id, None when the reply has none. Raises :class:`RefusedError` with :data:`DUPLICATE`."""
        reply = self._call("POST", "/firmware", {"type": kind, "version": version, "url": url})
        place = re.search(r"/firmware/([^/?#]+)/?$", reply.headers.get("Location", ""))
        return id_in(_acknowledgement(reply)) or (place.group(1) if place else None)

    def update(self, entry: Entry) -> None:
        """PUT /firmware/{id}: 200. The body has the id too, as in the vendor's example. Raises :class:`RefusedError`."""
        _acknowledgement(self._call("PUT", _path(str(entry.id)), entry.view()))

    def delete(self, number: str) -> None:
        """DELETE /firmware/{id}: 204, or 404, which is as good."""
        try:
            _acknowledgement(self._call("DELETE", _path(number)))
        except HTTPError as error:
            if not self._says_gone(error):
                raise

    def _says_gone(self, error: HTTPError) -> bool:
        """Whether it is a 404 to an entry: also a web page, once another call has shown that the path is right."""
        return error.http_status == 404 or (error.code == NO_PATH and self._path_works)

    def listing(self) -> Listing | None:
        """All entries by GET /firmware, page after page; None when the registry has no such list.

        The vendor's page has none. Its sibling resources page like this: counts may be numbers or text, and may be missing,
        in which case it ends with the page that brings nothing new, or that does not exist. It may end before the count
        that it tells. Raises :class:`ReplyError` for a list without an end.
        """
        found: dict[str | None, Entry] = {}
        rows_seen, total = 0, None
        for page in range(1, MOST_PAGES + 1):
            rows, told = self._page(page)
            if rows is None and page == 1:
                return None
            total = total if told is None else told
            before = len(found)
            found.update({row.id: row for row in rows or [] if row})
            new = len(found) > before
            rows_seen += len(rows or []) if new else 0
            if new and (total is None or rows_seen < total):
                continue
            ended_early = total is not None and rows_seen < total
            gap = f"The list of {self.name} ended after {rows_seen} of the {total} entries that it tells of." if ended_early else ""
            return Listing(list(found.values()), gap)
        raise ReplyError(f"The list of {self.name} did not end after {MOST_PAGES} pages.")

    def _page(self, page: int) -> tuple[list[Entry | None] | None, int | None]:
        """One page of the list, None where there is none; and how many entries the list has in all, where it tells that."""
        try:
            reply = self._call("GET", f"/firmware?page={page}&results_per_page={PAGE_SIZE}")
        except DeviceError as error:
            if error.http_status in NO_LISTING or error.code == NO_PATH:
                return None, None
            raise
        body = _json_or_none(reply)
        return ([] if reply.status == 204 else rows_in(body)), total_in(body)

    def _call(self, method: str, path: str, payload: t.Any = None) -> Reply:
        """One call. A reply of success that says ``"status": false`` is none."""
        try:
            reply = self._http.call(method, path, payload=payload)
        except HTTPError as error:
            raise _understood(error, self.name, f"{method} {path.partition('?')[0]}") from None
        body = _json_or_none(reply)
        if isinstance(body, t.Mapping) and body.get("status") is False:
            raise RefusedError(f"{reply.what} with status false{_told(body)}.", http_status=reply.status)
        self._path_works = self._path_works or body is not None
        return reply


def endpoint_of_url(params: t.Mapping[str, t.Any]) -> Endpoint:
    """The endpoint that ``api_url`` names. Raises :class:`InputError`."""
    check_limits(params)
    url = params["api_url"].strip()
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError("api_url: its port is not a number.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(f"api_url: {url!r} is not an http:// or https:// URL, such as https://api.invue.com/api/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError("api_url: it must not hold credentials, a query or a fragment; the token goes into access_token.")
    tls = parts.scheme == "https"
    return Endpoint(
        host=parts.hostname,
        port=port or (443 if tls else 80),
        tls=tls,
        trust=trust_of(params),
        connect_timeout=params["connect_timeout"],
        timeout=params["timeout"],
        retries=params["retries"],
        use_proxy=params["use_proxy"],
        prefix=parts.path.rstrip("/"),
    )


def _path(number: str) -> str:
    """An id is a UUID; anything that could lead to another path is refused."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,128}", number):
        raise InputError(f"id: {number!r} is not the id of a firmware entry, which is a UUID.")
    return f"/firmware/{number}"


def _acknowledgement(reply: Reply) -> t.Any:
    """The JSON of a reply to a write, which may be empty. Raises :class:`ReplyError` for anything else: a page may come from a proxy."""
    return reply.json() if reply.body.strip() else None


def _json_or_none(reply: Reply) -> t.Any:
    try:
        return reply.json()
    except ReplyError:
        return None


def _told(body: t.Any) -> str:
    """What a body says about an error, in any of the three shapes of this API, as " (...)"."""
    if not isinstance(body, t.Mapping):
        return ""
    errors = body.get("errors")
    details = [item.get("detail") if isinstance(item, t.Mapping) else item for item in errors] if isinstance(errors, list) else []
    told = [str(detail) for detail in details if detail]
    told += [
        str(body[name]) for name in ("error_code", "error_msg", "message", "msg", "detail", "error") if isinstance(body.get(name), str)
    ]
    return f" ({': '.join(told)[:500]})" if told else ""


def _understood(error: HTTPError, name: str, call: str) -> DeviceError:
    """The error for a status of the document, with what to do about it."""
    status, told = error.http_status, _told(error.body)
    if status == 401:
        return AuthenticationError(
            f"{name} refused the access token (HTTP 401 to {call}{told}): it is not valid, or was revoked.",
            http_status=status,
            hint="Get a new one from InVue, and set access_token or INVUE_ACCESS_TOKEN.",
        )
    if status == 403:
        code = error.body.get("error_code") if isinstance(error.body, t.Mapping) else None
        return AuthenticationError(
            f"{name} does not allow {call} with this access token (HTTP 403{told}).",
            http_status=status,
            code=code,
            hint="Ask for a token with the scopes for firmware.",
        )
    if call.startswith(("POST", "PUT")) and (status == 409 or "firmware_type_version_key" in told or "duplicate key" in told):
        return _duplicate(name, call, status, told)
    if status == 400:
        return _bad_request(name, call, told)
    if status == 404 and ("HTML" in error.message or "Cannot " in error.message):
        error.hint = "That says that there is no such path, not that there is no such entry: check api_url."
        error.http_status, error.code = None, NO_PATH  # what asks for an entry must not take it for "no such entry"
    elif status in {404, 405}:
        error.hint = "Check api_url: it ends before /firmware."
    if told:
        error.message = f"{name} answered {call} with HTTP {status}{told}."
    return error


def _bad_request(name: str, call: str, told: str) -> RefusedError:
    if call.startswith("PUT") and "Failed to update" in told:
        return RefusedError(
            f"{name} has no entry of this id (HTTP 400 to {call}{told}).",
            http_status=400,
            code=UNKNOWN_ID,
            hint="It may have been deleted meanwhile; run the task again.",
        )
    wrong = "type, version and url" if call.startswith(("POST", "PUT")) else "id"
    return RefusedError(f"{name} refused the values (HTTP 400 to {call}{told}).", http_status=400, hint=f"Check {wrong}.")


def _duplicate(name: str, call: str, status: int | None, told: str) -> RefusedError:
    return RefusedError(
        f"{name} has an entry of this type and version already (HTTP {status} to {call}{told}).",
        http_status=status,
        code=DUPLICATE,
        hint="Name that entry with id, or delete one of the two.",
    )
