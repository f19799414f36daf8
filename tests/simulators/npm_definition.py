# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service definitions as the appliance publishes them at /api/{name}/{version}: the vendor's own client works from these.

`SYSTEM_UPDATE` holds the nine links of the document "npm.system_update 2.0"; `COMMON` the two that this collection uses.
"""

from __future__ import annotations

from typing import Any

SCHEMA = "http://support.riverbed.com/apis/service_def/2.2"


def _text(*values: str) -> dict[str, Any]:
    return {"type": "string", **({"enum": list(values)} if values else {})}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _service(name: str, version: str, resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "id": f"http://support.riverbed.com/apis/{name}/{version}",
        "provider": "riverbed",
        "name": name,
        "version": version,
        "title": name,
        "resources": resources,
    }


def _link(method: str, path: str | None = None, request: Any = None, response: Any = None) -> dict[str, Any]:
    parts = {"method": method, "path": path, "request": request, "response": response}
    return {key: value for key, value in parts.items() if value is not None}


INTEGER, NUMBER = {"type": "integer"}, {"type": "number"}
IMAGE, IMAGES, UPDATE = ({"$ref": f"#/resources/{name}"} for name in ("image", "images", "update"))

SYSTEM_UPDATE = _service(
    "npm.system_update",
    "2.0",
    {
        "image": {
            **_object(
                ("state", "state_description"),
                id={**INTEGER, "readOnly": True},
                version=_text(),
                state=_text("UPLOADING", "VALIDATING", "UPLOAD_ERROR", "VALID", "INVALID"),
                state_description=_text(),
                progress=NUMBER,
                checksum=_text(),
            ),
            "links": {
                "self": {"path": "$/images/items/{id}"},
                "get": _link("GET", response=IMAGE),
                "delete": _link("DELETE"),
            },
        },
        "images": {
            **_object(items=_list(IMAGE)),
            "links": {
                "self": {"path": "$/images"},
                "get": _link("GET", response=IMAGES),
                "fetch": _link("POST", "$/images/fetch", request=_object(("url",), url=_text()), response=IMAGE),
                "upload": _link("POST", "$/images/upload", request=_object(), response=IMAGE),
            },
        },
        "update": {
            **_object(
                ("state", "state_description", "last_state_time", "update_history"),
                state=_text("IDLE", "INITIALIZING", "INITIALIZED", "RUNNING", "FAILED_GRACEFUL", "FAILED_CRITICAL"),
                state_description=_text(),
                last_state_time=INTEGER,
                target_version=_text(),
                update_history=_list(_object(time=INTEGER, version=_text())),
            ),
            "links": {
                "self": {"path": "$/update"},
                "get": _link("GET", response=UPDATE),
                "init": _link("POST", "$/update/init"),
                "reset": _link("POST", "$/update/reset"),
                "start": _link("POST", "$/update/start"),
            },
        },
    },
)

SERVICES, INFO = ({"$ref": f"#/resources/{name}"} for name in ("services", "info"))

COMMON = _service(
    "common",
    "1.0",
    {
        "services": {
            **_list(_object(id=_text(), versions=_list(_text()))),
            "links": {"self": {"path": "$/services"}, "get": _link("GET", response=SERVICES)},
        },
        "info": {
            **_object(
                device_name=_text(), hw_version=_text(), mgmt_addresses=_list(_text()), model=_text(), serial=_text(), sw_version=_text()
            ),
            "links": {"self": {"path": "$/info"}, "get": _link("GET", response=INFO)},
        },
    },
)
