# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated InVue firmware registry and a host of firmware files: `InvueSimulator`, `python -m tests.simulators.invue`.

The registry follows the vendor's page "Firmware API": POST 201, GET and PUT 200, DELETE 204 without a body, PATCH 405,
a duplicate of type and version 400 with PostgreSQL's text, PUT to an unknown id 400, GET and DELETE of one 404, 401 for a
token that is not good. The file host is another server at another address; it records what headers it was sent.

    with InvueSimulator(listing="pages") as simulator:      # in a test
        simulator.registry.fail("drop_after", method="POST")
        ...                                                 # talk to simulator.api_url, trusting simulator.ca_path
        assert not simulator.registry.violations

The document does not say, and here it is so (`Switches` where a test may want it otherwise):

- The token travels as `Authorization: Bearer <token>`; every request needs it, and it is checked before anything else.
- 401, 404 and 405 have bodies of other shapes than 400: `{"message": ...}` or text. A token that may only read gets 403 with
  `error_code` and `error_msg` for a write (the vendor's page of a sibling resource shows that body).
- There is no list: GET /firmware answers 404 as Express does. With `listing="pages"` it answers like the sibling resource:
  `page` from 1, `results_per_page` (30), and counts as text in `pagination`; with `listing="plain"` all rows in `data` alone.
- A body has `type`, `version` and `url`, each a text that is not empty; PUT may have the `id` of its path as well, as in the
  vendor's example. Any other member, a wrong media type or malformed JSON is answered with 400.
- PUT to the type and version of another entry is the same duplicate as with POST.
- Neither the URL nor the version is looked into. The types are open. New ids are random UUIDs of version 4.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import faults
from .device import Device
from .exchange import Call, Outage, Reply
from .faults import Fault
from .fleet import Fleet
from .lifetime import wait_for_the_end, write_ready_file
from .serving import addresses

__all__ = ["FileHost", "InvueSimulator", "Registry"]

TOKEN = "invue-access-token-4711"
READING_TOKEN = "invue-reading-token-4712"
FIRST_ADDRESS = "127.23.0.1"
PREFIX = "/api/v1"
MEMBERS = ("type", "version", "url")
DUPLICATE = 'duplicate key value violates unique constraint "firmware_type_version_key"'
LISTINGS = ("none", "pages", "plain", "ends", "page", "items", "types", "named", "bare", "first")
CHOICES: dict[str, tuple[str, ...]] = {
    "listing": LISTINGS,
    "reply": ("entry", "bare", "list", "id", "place", "empty"),
    "empty_list": ("list", "null", "204"),
    "unknown": ("json", "page"),
}


@dataclass
class Switches:
    """How a registry behaves where its document leaves a choice."""

    # GET /firmware: none, a web page, or a list: in pages, ends (404 after the last), first (the first page for any), plain (whole),
    # items (in data), types (one list for each), named (firmwares, not data), bare.
    listing: str = "none"
    empty_list: str = "list"  # what stands for it: an empty list, null, or status 204
    results_per_page: int = 30  # when the client names no other number, and the most it gets
    id_in_body: str = "optional"  # of a PUT: optional, required, refused
    numbered: bool = False  # ids are numbers
    reply: str = "entry"  # to a write: the entry in data, bare, in a list of one; its id; its place in the header Location; empty
    created: int = 201
    updated: int = 200
    deleted: int = 204
    duplicate: int = 400
    unknown: str = "json"  # body of 404 to an entry: json, or page (a web page)


class Refused(Exception):
    """The registry does not do it. A `violation` is something that the document forbids a client to do."""

    def __init__(self, reason: str, reply: Reply, *, violation: bool = True) -> None:
        super().__init__(reason)
        reply.refused = reason
        self.reply = reply
        self.violation = violation


class Registry(Device):
    """State and behaviour of one registry."""

    def __init__(self, address: str, *, token: str = TOKEN, reading_token: str = READING_TOKEN, switches: Switches | None = None) -> None:
        super().__init__("registry")
        self._address = address
        self.token = token
        self.reading_token = reading_token
        self.switches = switches or Switches()
        self.entries: dict[str, dict[str, str]] = {}

    @property
    def address(self) -> str:
        return self._address

    @property
    def host_name(self) -> str:
        return "api.invue.test"

    def add(self, kind: str, version: str, url: str) -> str:
        """Put an entry in by hand; its id."""
        number = str(uuid.uuid4())
        self.entries[number] = {"type": kind, "version": version, "url": url}
        return number

    def find(self, kind: str, version: str) -> dict[str, str] | None:
        """The entry of that type and version, with its id."""
        for number, entry in self.entries.items():
            if (entry["type"], entry["version"]) == (kind, version):
                return {"id": number, **entry}
        return None

    def writes(self, call: Call) -> bool:
        return call.method not in {"GET", "HEAD", "OPTIONS"}

    def restarted(self) -> None:
        """Nothing is lost: the entries are in a database."""

    def factory_new(self) -> Outage | None:
        self.entries.clear()
        return None

    def state(self) -> dict[str, Any]:
        rows = [{"id": number, **entry} for number, entry in self.entries.items()]
        return {"name": self.name, "address": self.address, "token": self.token, "entries": rows, **vars(self.switches)}

    def merge(self, changes: dict[str, Any]) -> Outage | None:
        for name, value in changes.items():
            if name == "token":
                self.token = str(value)
            elif name == "entries":
                self.entries = {row["id"]: {member: row[member] for member in MEMBERS} for row in value}
            elif name in vars(self.switches) and value in CHOICES.get(name, (value,)):
                setattr(self.switches, name, value)
            else:
                raise ValueError(f"{name}: not here, or not {value!r}")
        return None

    def answer(self, call: Call, fault: Fault | None = None) -> Reply:
        """Carry out one request: bad token, unknown path, wrong verb, missing scope and a wrong body are refused in this order."""
        try:
            self._admit(call, fault)
            work = self._route(call)
            self._allow(call, fault)
            return work(fault)
        except Refused as refusal:
            if refusal.violation:
                self.violations.append(f"{call.method} {call.path}: {refusal}")
            return refusal.reply

    def _admit(self, call: Call, fault: Fault | None) -> None:
        expired = fault is not None and fault.kind == faults.EXPIRE
        scheme, _space, token = call.headers.get("Authorization", "").partition(" ")
        if expired or scheme.lower() != "bearer" or token not in {self.token, self.reading_token}:
            raise Refused("the token is not good", Reply({"message": "Unauthorized"}, 401), violation=not expired)

    def _allow(self, call: Call, fault: Fault | None) -> None:
        reading = call.headers["Authorization"].partition(" ")[2] == self.reading_token
        if (reading and self.writes(call)) or (fault is not None and fault.kind == faults.FORBID):
            body = {"error_code": "UNAUTHORIZED_ACCESS", "error_msg": "Missing required scopes"}
            raise Refused("missing scope", Reply(body, 403), violation=False)

    def _route(self, call: Call) -> Callable[[Fault | None], Reply]:
        if call.path == f"{PREFIX}/firmware":
            if call.method == "POST":
                return lambda fault: self._create(_body_of(call), fault)
            if call.method == "GET" and self.switches.listing != "none":
                return lambda _fault: self._list(call)
            raise _express(call, violation=call.method != "GET")
        found = re.fullmatch(rf"{PREFIX}/firmware/([^/]+)", call.path)
        if found is None:
            raise _express(call, violation=True)
        number = found.group(1)
        if call.method == "GET":
            return lambda _fault: self._get(number)
        if call.method == "PUT":
            return lambda fault: self._update(number, _body_of(call), fault)
        if call.method == "DELETE":
            return lambda fault: self._delete(number, fault)
        raise _express(call, violation=True)

    def _get(self, number: str) -> Reply:
        if number not in self.entries:
            raise self._unknown()
        return Reply({"msg": "Firmwares fetched successfully", "data": self._row(number, self.entries[number])})

    def _unknown(self) -> Refused:
        page = self.switches.unknown == "page"
        reply = Reply(raw=faults.HTML_PAGE, content_type="text/html", status=404) if page else Reply({"message": "Not Found"}, 404)
        return Refused("unknown id", reply, violation=False)

    def _create(self, body: Any, fault: Fault | None) -> Reply:
        entry = _checked(body)
        self._unique(entry, None)
        number = str(len(self.entries) + 1) if self.switches.numbered else str(uuid.uuid4())
        if not _ignored(fault):
            self.entries[number] = entry
        return self._told("created", number, entry, self.switches.created)

    def _told(self, what: str, number: str, entry: dict[str, str], status: int) -> Reply:
        """The reply to a write that was done."""
        row = self._row(number, entry)
        form = self.switches.reply
        if form in {"place", "empty"} or status == 204:
            return Reply(raw=b"", status=status, headers={"Location": f"{PREFIX}/firmware/{number}"} if form == "place" else {})
        data = {"entry": row, "bare": row, "list": [row], "id": {"id": row["id"]}}[form]
        return Reply(data if form == "bare" else {"status": True, "msg": f"Firmware {what} successfully", "data": data}, status)

    def _row(self, number: str, entry: dict[str, str]) -> dict[str, Any]:
        return {"id": int(number) if self.switches.numbered else number, **entry}

    def _update(self, number: str, body: Any, fault: Fault | None) -> Reply:
        given = dict(body) if isinstance(body, dict) else body
        own = given.pop("id", None) if isinstance(given, dict) else None
        wanted = {"required": own == number, "refused": own is None, "optional": own in {None, number}}[self.switches.id_in_body]
        if not wanted:
            raise Refused("id in the body", _errors("Validation failed: id"))
        entry = _checked(given)
        if number not in self.entries:
            raise Refused("unknown id", _errors("Failed to update firmware"), violation=False)
        self._unique(entry, number)
        if not _ignored(fault):
            self.entries[number] = entry
        return self._told("updated", number, entry, self.switches.updated)

    def _delete(self, number: str, fault: Fault | None) -> Reply:
        if number not in self.entries:
            raise self._unknown()
        if not _ignored(fault):
            del self.entries[number]
        status = self.switches.deleted
        return Reply(raw=b"", status=204) if status == 204 else Reply({"status": True, "msg": "Firmware deleted successfully"}, status)

    def _unique(self, entry: dict[str, str], number: str | None) -> None:
        holder = self.find(entry["type"], entry["version"])
        if holder is not None and holder["id"] != number:
            raise Refused("duplicate", _errors(DUPLICATE, self.switches.duplicate), violation=False)

    def _list(self, call: Call) -> Reply:
        rows = [self._row(number, entry) for number, entry in self.entries.items()]
        if self.switches.listing == "page":
            return Reply(raw=faults.HTML_PAGE, content_type="text/html")
        if not rows and self.switches.empty_list != "list":
            null = self.switches.empty_list == "null"
            return Reply({"msg": "Firmwares fetched successfully", "data": None}) if null else Reply(raw=b"", status=204)
        whole = self._whole_list(rows)
        if whole is not None:
            return Reply(whole)
        page = 1 if self.switches.listing == "first" else int(call.query.get("page", "1"))
        most = self.switches.results_per_page
        per_page = min(int(call.query.get("results_per_page", most)), most)
        pagination = {"page": page, "results_per_page": str(per_page), "total_results": str(len(rows))}
        some = rows[(page - 1) * per_page : page * per_page]
        if self.switches.listing == "ends":
            if page > 1 and not some:
                raise Refused("after the last page", Reply({"message": "Not Found"}, 404), violation=False)
            return Reply({"message": "Firmwares fetched successfully", "data": some})
        return Reply({"message": "Firmwares fetched successfully", "pagination": pagination, "data": some})

    def _whole_list(self, rows: list[dict[str, Any]]) -> Any:
        """All rows at once, in the form that is set; None where they come in pages."""
        told = {"msg": "Firmwares fetched successfully"}
        types = {kind: [row for row in rows if row["type"] == kind] for kind in ("OKM", "IR4KEY")}
        forms: dict[str, Any] = {
            "plain": {**told, "data": rows},
            "items": {**told, "data": {"items": rows, "links": []}},
            "types": {**told, "data": types},
            "named": {**told, "firmwares": rows},
            "bare": rows,
        }
        return forms.get(self.switches.listing)


class FileHost(Device):
    """Serves firmware files; `files` by path. Knows no credentials, and a token that is sent to it is a violation."""

    def __init__(self, address: str) -> None:
        super().__init__("files")
        self._address = address
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.content_type = "application/octet-stream"

    @property
    def address(self) -> str:
        return self._address

    @property
    def host_name(self) -> str:
        return "storage.invue.test"

    def answer(self, call: Call, fault: Fault | None = None) -> Reply:
        if "Authorization" in call.headers or TOKEN in json.dumps(dict(call.headers)):
            self.violations.append(f"{call.method} {call.path}: a token was sent to the file host")
        if fault is not None and fault.kind in {faults.EXPIRE, faults.FORBID}:
            return Reply(raw=b"no\n", status=403, content_type="text/plain", refused="forbidden")
        if call.path in self.redirects:
            return Reply(raw=b"", status=302, headers={"Location": self.redirects[call.path]})
        if call.path not in self.files:
            return Reply(raw=b"no such object\n", status=404, content_type="text/plain", refused="no such file")
        return Reply(raw=self.files[call.path], content_type=self.content_type)

    def writes(self, call: Call) -> bool:
        return call.method not in {"GET", "HEAD"}

    def restarted(self) -> None:
        """Nothing is lost."""

    def factory_new(self) -> Outage | None:
        self.files.clear()
        return None

    def state(self) -> dict[str, Any]:
        return {"name": self.name, "address": self.address, "files": {path: len(data) for path, data in self.files.items()}}

    def merge(self, changes: dict[str, Any]) -> Outage | None:
        """`{"files": {"/path": "<base64>"}}` adds files, null removes one."""
        if set(changes) - {"files"}:
            raise ValueError("only files can be altered here")
        for path, data in changes["files"].items():
            if data is None:
                self.files.pop(path, None)
            else:
                self.files[path] = base64.b64decode(data, validate=True)
        return None


class InvueSimulator(Fleet[Device]):
    """A registry and a file host on two loopback addresses. Further keywords are positions of `Switches`."""

    def __init__(
        self,
        *,
        first_address: str = FIRST_ADDRESS,
        port: int = 0,
        control_port: int = 0,
        tls: bool = True,
        token: str = TOKEN,
        **switches: Any,
    ) -> None:
        at = addresses(first_address, 2)
        self.registry = Registry(next(at), token=token)
        self.registry.merge(switches)
        self.files = FileHost(next(at))
        super().__init__([self.registry, self.files], port=port, control_port=control_port, tls=tls)

    @property
    def api_url(self) -> str:
        """What a client takes for the registry's address."""
        return self.url(self.registry) + PREFIX

    def serve(self, path: str, data: bytes) -> str:
        """Put a file on the file host; its URL."""
        self.files.files[path] = data
        return self.url(self.files) + path

    def ready(self) -> dict[str, Any]:
        """What the ready file says."""
        return {
            "port": self.port,
            "ca_path": self.ca_path,
            "control_url": self.control_url,
            "pid": os.getpid(),
            "api_url": self.api_url,
            "files_url": self.url(self.files),
            "token": self.registry.token,
            "devices": [{"name": device.name, "address": device.address} for device in self.devices.values()],
        }


def _body_of(call: Call) -> Any:
    if call.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        raise Refused("the body is not declared as JSON", _errors("Validation failed: Content-Type"))
    try:
        return call.json
    except ValueError:
        raise Refused("malformed JSON", Reply({"message": "Unexpected token in JSON"}, 400)) from None


def _checked(body: Any) -> dict[str, str]:
    """Type, version and url, each a text that is not empty, and nothing else."""
    if not isinstance(body, dict) or set(body) != set(MEMBERS):
        raise Refused("members", _errors("Validation failed: type, version and url are needed"))
    for member in MEMBERS:
        if not isinstance(body[member], str) or not body[member]:
            raise Refused(f"{member} is no text", _errors(f"Validation failed: {member}"))
    return {member: body[member] for member in MEMBERS}


def _errors(detail: str, status: int = 400) -> Reply:
    return Reply({"errors": [{"status": status, "detail": detail}]}, status)


def _express(call: Call, *, violation: bool) -> Refused:
    """What Express answers where there is no route; to PATCH the document says 405."""
    status = 405 if call.method == "PATCH" else 404
    text = "Cannot PATCH" if call.method == "PATCH" else f"Cannot {call.method} {call.path}"
    return Refused(text, Reply(raw=text.encode(), status=status, content_type="text/plain"), violation=violation)


def _ignored(fault: Fault | None) -> bool:
    return fault is not None and fault.kind == faults.IGNORE


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.invue", description="A simulated InVue firmware registry on loopback."
    )
    parser.add_argument("--first-address", default=FIRST_ADDRESS, metavar="ADDRESS", help="of the registry; the file host has the next one")
    parser.add_argument("--port", type=int, default=0, help="of both; 0: a free one")
    parser.add_argument("--control-port", type=int, default=0, metavar="PORT")
    parser.add_argument("--no-tls", action="store_true", help="plain HTTP")
    parser.add_argument("--token", default=TOKEN, help="the access token that is good")
    parser.add_argument("--listing", default="none", choices=LISTINGS, help="what GET /firmware does")
    parser.add_argument("--ready-file", metavar="PATH", help="written when it listens")
    parser.add_argument("--exit-with", type=int, metavar="PID", help="end when that process ends")
    return parser.parse_args()


def main() -> None:
    """Run a registry until told to stop."""
    options = _options()
    simulator = InvueSimulator(
        first_address=options.first_address,
        port=options.port,
        control_port=options.control_port,
        tls=not options.no_tls,
        token=options.token,
        listing=options.listing,
    )
    with simulator:
        lines = [f"{name:12}{value}" for name, value in simulator.ready().items() if name != "devices"]
        print("A simulated InVue firmware registry:", *lines, f"Stop with Ctrl-C or: kill {os.getpid()}", sep="\n", flush=True)
        if options.ready_file:
            write_ready_file(options.ready_file, simulator.ready())
        print(f"Ended: {wait_for_the_end(options.exit_with)}", flush=True)


if __name__ == "__main__":
    main()
