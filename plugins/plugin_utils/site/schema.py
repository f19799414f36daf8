# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema (2020-12) of a site document, published as ``docs/schemas/site.schema.json`` for editors.

``python -m ansible_collections.siteops.devices.plugins.plugin_utils.site.schema`` prints it; a test compares it with the file.
"""

from __future__ import annotations

import json
import sys
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.field import Enumeration, Integer, Text
from ansible_collections.siteops.devices.plugins.module_utils.msk.configuration import TABLE, Percent, Zones

Schema = dict[str, t.Any]

SECRET: Schema = {
    "type": "string",
    "pattern": r"^\s*\{\{-?\s*[A-Za-z_].*\}\}\s*$",
    "description": 'A reference to a vaulted variable, such as "{{ vault_msk_password }}". Never the secret itself: this lives in Git.',
}
NAME: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
    "description": "A name of letters, digits, dots, dashes and underscores.",
}
ADDRESS: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9._:-]+$|^\{\{.*\}\}$", "description": "A host name or an address."}
ROLE: Schema = {**NAME, "description": "What the device does. It becomes the group role_<role>."}
IPV4: Schema = {"type": "string", "pattern": r"^(\d{1,3}\.){3}\d{1,3}$|^\{\{.*\}\}$", "description": "An IPv4 address."}
_REFERENCE = r"\{\{-?\s*[A-Za-z_][^{}]*\}\}"
NO_SECRET = rf"((([\w.%-]+|{_REFERENCE}):)?{_REFERENCE}@|(?![^/?#]*@))"
"""What may follow the ``//`` of a URL: no user and no password, but by references to variables."""

_WEB = rf"^https?://{NO_SECRET}|^\s*\{{\{{.*\}}\}}\s*$"
URL: Schema = {
    "type": "string",
    "pattern": _WEB,
    "description": "A URL without a user and a password, or a reference to a vaulted variable.",
}
FILE_URL: Schema = {**URL, "pattern": _WEB.replace("https?", "(https?|file)", 1)}
PATHS: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}
TEMPLATE: Schema = {"type": "string", "pattern": r"^\s*\{\{.*\}\}\s*$"}


def _object(properties: Schema, required: t.Sequence[str] = (), description: str = "") -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        found["required"] = list(required)
    return {"description": description, **found} if description else found


def _value(codec: t.Any) -> Schema:
    """The schema of one configuration value, from its row in the field table."""
    if isinstance(codec, Zones):
        zone = _object({"min": {"type": "integer"}, "max": {"type": "integer"}}, ["min", "max"])
        return {"type": "array", "items": zone}
    if isinstance(codec, Percent):
        return {"type": "integer", "minimum": 0, "maximum": 100}
    if isinstance(codec, Enumeration):
        letters = [{"type": "string", "pattern": "^[A-Za-z]$"}] if codec.letters else []
        names = [{"enum": list(codec.names)}] if codec.names else []
        return {"anyOf": [{"type": "integer"}, *names, *letters]}
    if isinstance(codec, Integer):
        return {"type": "integer"}
    return {"type": "string", "pattern": "^[A-Za-z]{3}$"} if isinstance(codec, Text) else {}


CONFIGURATION = _object(
    {
        **{
            field.option: {**_value(field.codec), **({"description": f"In {field.unit}."} if field.unit else {})}
            for field in TABLE.fields
            if not field.read_only
        },
        "extra": {"type": "object"},
    },
    description="As in siteops.devices.msk_config.",
)

NETWORK = _object(
    {
        **{name: {"type": "boolean"} for name in ("dhcp", "name_resolution", "auto_ip")},
        **dict.fromkeys(("static_address", "subnet", "gateway"), IPV4),
    },
    description="As in siteops.devices.msk_netsettings. A sensor without DHCP gets its own address as static_address.",
)

CONNECTION: Schema = {
    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    "validate_certs": {"type": "boolean"},
    "ca_path": {"type": "string", "minLength": 1},
    "fingerprint": {"type": "string", "pattern": "^([0-9A-Fa-f]{2}:?){32}$"},
    "certificate_name": {"type": "string"},
    "retries": {"type": "integer", "minimum": 0},
}

MSK_SHARED: Schema = {
    **CONNECTION,
    "password": SECRET,
    "fallback_passwords": {"anyOf": [SECRET, {"type": "array", "items": SECRET}]},
    "alternatives": {"type": "array", "items": ADDRESS},
    "configuration": CONFIGURATION,
    "network": NETWORK,
    "check_installation": {"enum": ["ignore", "warn", "fail"]},
    "position_tolerance": {"type": "number", "minimum": 0},
    "packages": PATHS,
    "rollback_packages": PATHS,
}
NPM_SHARED: Schema = {
    **CONNECTION,
    "username": {"type": "string", "minLength": 1},
    "password": SECRET,
    "token": SECRET,
    "auth": {"enum": ["token", "basic"]},
    "version": {"type": "string", "minLength": 1},
    "src": {"type": "string", "minLength": 1},
    "url": URL,
    "checksum": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
}
SPRINGCARD_SHARED: Schema = {
    **CONNECTION,
    "tls": {"type": "boolean"},
    "websocket_port": CONNECTION["port"],
}
READER = _object(
    {
        "device": {"type": "string", "minLength": 1},
        "src": {"type": "string", "minLength": 1},
        "url": FILE_URL,
        "version": {"type": "string", "minLength": 1},
        "revision": {"type": ["string", "integer"]},
    },
    ["device"],
)

SENSOR = _object(
    {
        "address": ADDRESS,
        "role": ROLE,
        "device_id": {"type": "string", "minLength": 1},
        "name": NAME,
        "interference_group": {**NAME, "description": "Sensors that disturb each other; each gets another channel."},
        **MSK_SHARED,
    },
    ["address"],
)
APPLIANCE = _object({"address": ADDRESS, "role": ROLE, **NPM_SHARED}, ["address"])
SERVICE = _object(
    {"address": ADDRESS, "role": ROLE, "readers": {"type": "array", "items": READER, "minItems": 1}, **SPRINGCARD_SHARED},
    ["address", "readers"],
)
BUILD = _object(
    {
        "type": {"type": "string", "minLength": 1},
        "version": {"type": "string", "minLength": 1},
        "url": URL,
        "checksum": {"type": "string", "pattern": "^(sha256:)?[0-9A-Fa-f]{64}$"},
    },
    ["type", "version", "url"],
)


def _by_name(item: Schema, description: str) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": NAME["pattern"]}, "additionalProperties": item, "description": description}


SITE: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://github.com/siteops/siteops.devices/docs/schemas/site.schema.json",
    "title": "A site of siteops.devices",
    **_object(
        {
            "plugin": {"const": "siteops.devices.site"},
            "site": NAME,
            "title": {"type": "string"},
            "defaults": _object(
                {"sensors": _object(MSK_SHARED), "appliances": _object(NPM_SHARED), "readers": _object(SPRINGCARD_SHARED)},
                description="What the devices of a system share; a device's own value wins. Configurations are merged.",
            ),
            "sensors": _by_name(SENSOR, "MSK-101-POE sensors by name."),
            "appliances": _by_name(APPLIANCE, "AppResponse appliances by name."),
            "readers": _by_name(SERVICE, "PCs with a SpringCard Companion service, by name, and the readers that it owns."),
            "registry": _object(
                {
                    "api_url": URL,
                    "access_token": SECRET,
                    "builds": {"type": "array", "items": BUILD},
                },
                ["builds"],
                "Firmware to publish in the InVue registry.",
            ),
        },
        ["plugin", "site"],
    ),
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(SITE, indent=2) + "\n")
