# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated AppResponse appliance, without its network. What the document does not say and we decided is listed in `npm`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import faults
from .device import Device
from .exchange import Call, Outage, Reply, Sink
from .faults import Fault
from .npm_credentials import TOKEN_PATHS, Credentials
from .npm_definition import COMMON, SYSTEM_UPDATE
from .npm_errors import Refused, no_body
from .npm_images import STATES, Image, Images
from .npm_switches import Switches
from .npm_update import Update

API = "/api/npm.system_update/2.0"
UPLOAD = f"{API}/images/upload"
ITEM = re.compile(rf"{re.escape(API)}/images/items/([0-9]+)")
LOGINS = frozenset({*TOKEN_PATHS, "/api/common/1.0/login"})
OPEN = frozenset({*LOGINS, "/api/common/1.0/auth_info", "/api/common/1.0/ping"})


class Appliance(Device):
    """State and behaviour of one appliance. `number` counts from 1 and gives name, host name and serial number."""

    def __init__(self, number: int, address: str, *, username: str, password: str, version: str, switches: Switches | None = None) -> None:
        super().__init__(f"appliance-{number:02}")
        self.number = number
        self._address = address
        self.switches = switches or Switches()
        self.credentials = Credentials(self.switches, username, password)
        self.images = Images(self.switches)
        self.update = Update(self.switches, self.images, version)

    @property
    def address(self) -> str:
        return self._address

    @property
    def host_name(self) -> str:
        return f"{self.name}.local"

    def add_image(self, state: str = "VALID", **members: Any) -> Image:
        """Put an image there: `version`, `checksum`, `description`, `progress`, and `ends_in` seconds with `then`."""
        return self.images.add(state, **members)

    def expire_tokens(self) -> None:
        """Let every token be too old from now on."""
        self.credentials.end_all()

    def answer(self, call: Call, fault: Fault | None = None) -> Reply:
        """Carry out one request: starting up, unknown path, wrong verb, no login, wrong body, wrong order are refused in this order."""
        try:
            if fault is not None and fault.kind == faults.ERROR_CODE:
                code = fault.details.get("code", "INTERNAL_ERROR")
                raise Refused(int(fault.details.get("status", 500)), code, fault.details.get("desc") or "ordered", violation=False)
            handler = self._admit(call, fault)
            reply = Reply({}) if fault is not None and fault.kind == faults.IGNORE else handler(call)
            if self.switches.numbers_as_text and call.path.startswith(API):
                reply.data = _numbers_as_text(reply.data)
            return reply
        except Refused as refusal:
            if call.sink is not None:
                call.sink.broken()
            if refusal.violation:
                self.violations.append(f"{call.method} {call.path}: {refusal.reason}")
            return refusal.reply(xml=self.switches.xml_errors)

    def sink(self, call: Call) -> Sink | None:
        if call.path != UPLOAD or call.method != "POST":
            return None
        return self.images.receive(call, self._objection(call))

    def early_answer(self, call: Call) -> Reply | None:
        if not self.switches.early_refusal or call.path != UPLOAD or call.method != "POST":
            return None
        refusal = self._objection(call) or self.images.objection(call)
        return refusal.reply() if refusal is not None else None

    def _objection(self, call: Call) -> Refused | None:
        try:
            self._admit(call, None)
        except Refused as refusal:
            return refusal
        return None

    def writes(self, call: Call) -> bool:
        return call.method in {"PUT", "POST", "PATCH", "DELETE"} and call.path not in LOGINS

    def restarted(self) -> None:
        """Tokens and cookies are lost."""
        self.credentials.end_all()

    # Endpoints

    def _admit(self, call: Call, fault: Fault | None) -> Handler:
        starting = self.update.starting_up()
        if starting is not None:
            raise starting
        handler = self._handler(call)
        if fault is not None and fault.kind in {faults.EXPIRE, faults.FORBID}:
            if fault.kind == faults.EXPIRE:
                self.expire_tokens()
            raise Refused(401, "AUTH_EXPIRED_TOKEN", f"fault: {fault.kind}", violation=False)
        if not self._is_open(call.path):
            self.credentials.require(call)
        return handler

    def _is_open(self, path: str) -> bool:
        if path == "/api/common/1.0/services":
            return not self.switches.services_need_auth
        if path == "/api/common/1.0/info":
            return not self.switches.info_needs_auth
        return path in OPEN

    def _handler(self, call: Call) -> Handler:
        item = ITEM.fullmatch(call.path)
        verbs = self._item_verbs(int(item.group(1))) if item is not None else dict(ENDPOINTS.get(call.path, {}))
        if not verbs:
            raise Refused(404, "RESOURCE_NOT_FOUND", "no such resource", violation=call.path not in TOKEN_PATHS)
        if call.method not in verbs:
            raise Refused(405, "METHOD_NOT_ALLOWED", f"the verb is {' or '.join(verbs)}")
        handler = verbs[call.method]
        return lambda request: handler(self, request)

    def _item_verbs(self, number: int) -> dict[str, Endpoint]:
        def delete(appliance: Appliance, call: Call) -> Reply:
            no_body(call)
            appliance.images.delete(number)
            return appliance._empty()

        return {"GET": lambda appliance, _call: Reply(appliance.images.shown(appliance.images.get(number))), "DELETE": delete}

    def _empty(self) -> Reply:
        return Reply(raw=b"", status=self.switches.empty_status)

    def upload(self, call: Call) -> Reply:
        image = self.images.finish_upload(call)
        if self.switches.upload_reply_empty:
            return Reply(raw=b"", status=self.switches.upload_status)
        return Reply(self.images.shown(image), status=self.switches.upload_status)

    def init(self, call: Call) -> Reply:
        no_body(call)
        self.update.init()
        return self._empty()

    def reset(self, call: Call) -> Reply:
        no_body(call)
        self.update.reset()
        return self._empty()

    def start(self, call: Call) -> Reply:
        no_body(call)
        outage = self.update.start(self.restarted)
        return Reply(raw=b"", status=self.switches.empty_status, outage=outage)

    def services(self, _call: Call) -> Reply:
        if not self.switches.services_offered:
            raise Refused(404, "RESOURCE_NOT_FOUND", "no such resource", violation=False)
        listed = {"common": ["1.0"], "npm.packet_capture": ["2.0"], "npm.system_update": ["2.0"]}
        if self.switches.token_listed:
            listed["mgmt.aaa"] = list(self.switches.token_versions)
        return Reply([{"id": name, "versions": versions} for name, versions in listed.items()])

    def info(self, _call: Call) -> Reply:
        if not self.switches.info_offered:
            raise Refused(404, "RESOURCE_NOT_FOUND", "no such resource", violation=False)
        return Reply(
            {
                "device_name": self.host_name,
                "hw_version": "VM",
                "mgmt_addresses": [self.address],
                "model": "VSCAN-2000",
                "serial": f"SIM{self.number:06}",
                "sw_version": self.update.version,
            }
        )

    # What tests and the control API use

    def state(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "address": self.address,
            "version": self.update.version,
            "update": self.update.shown(),
            "target": self.update.target,
            "images": [
                {
                    "id": image.number,
                    "state": image.state,
                    "state_description": image.description,
                    "progress": image.progress,
                    "version": image.version,
                    "checksum": image.checksum,
                }
                for image in self.images.all()
            ],
            "uploads": self.images.uploads,
            "fetches": self.images.fetches,
            "logins": self.credentials.logins,
            "switches": {name: getattr(self.switches, name) for name in self.switches.__dataclass_fields__},
            "violations": self.violations,
        }

    def merge(self, changes: dict[str, Any]) -> Outage | None:
        """`switches`, `version`, `update` (`state`, `target`, `ends_in`, `description`), `add_image`, `fetchable`, `expire_tokens`."""
        known = {"switches", "version", "update", "add_image", "fetchable", "expire_tokens"}
        if set(changes) - known:
            raise ValueError(f"there is no {', '.join(sorted(set(changes) - known))}; there are {', '.join(sorted(known))}")
        self.switches.set(**changes.get("switches", {}))
        if "version" in changes:
            self.update.version = changes["version"]
            self.update.history.append({"time": self.update.last_state_time, "version": changes["version"]})
        if "update" in changes:
            self.update.put(**changes["update"])
        if "add_image" in changes:
            if changes["add_image"].get("state", "VALID") not in STATES:
                raise ValueError(f"state: one of {', '.join(STATES)}")
            self.add_image(**changes["add_image"])
        self.images.fetchable.update(changes.get("fetchable", {}))
        if changes.get("expire_tokens"):
            self.expire_tokens()
        return None

    def factory_new(self) -> Outage | None:
        """No images, no update under way."""
        self.images = Images(self.switches)
        self.update = Update(self.switches, self.images, self.update.version)
        self.restarted()
        return None


def _numbers_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(item) for item in value]
    return str(value) if isinstance(value, (int, float)) else value


Handler = Callable[[Call], Reply]
Endpoint = Callable[[Appliance, Call], Reply]

ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    f"{API}/images": {"GET": lambda appliance, _call: Reply(appliance.images.listed())},
    f"{API}/images/fetch": {"POST": lambda appliance, call: Reply(appliance.images.shown(appliance.images.fetch(call)))},
    UPLOAD: {"POST": Appliance.upload},
    f"{API}/update": {"GET": lambda appliance, _call: Reply(appliance.update.shown())},
    f"{API}/update/init": {"POST": Appliance.init},
    f"{API}/update/reset": {"POST": Appliance.reset},
    f"{API}/update/start": {"POST": Appliance.start},
    API: {"GET": lambda _appliance, _call: Reply(SYSTEM_UPDATE)},
    "/api/common/1.0": {"GET": lambda _appliance, _call: Reply(COMMON)},
    "/api/common/1.0/services": {"GET": Appliance.services},
    "/api/common/1.0/info": {"GET": Appliance.info},
    "/api/common/1.0/ping": {"GET": lambda _appliance, _call: Reply({})},
    "/api/common/1.0/auth_info": {"GET": lambda appliance, _call: Reply({"supported_methods": list(appliance.switches.auth_methods)})},
    "/api/common/1.0/login": {"POST": lambda appliance, call: appliance.credentials.log_in(call)},
    **{path: {"POST": lambda appliance, call: appliance.credentials.give_token(call)} for path in TOKEN_PATHS},
}
