# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Third-party libraries, imported in one place, and only when a module asks for them: each costs its part of every start.

``from .requirements import requests`` imports it. A library that is missing is ``None`` then, and is reported by :func:`require`
when it is needed, so that the documentation and the argument checks work without it. ``core`` knows no Ansible: the bridge words
the message for the user.
"""

from __future__ import annotations

import importlib
import traceback
import typing as t

from .errors import RequirementError

requests: t.Any
urllib3: t.Any
HTTPAdapter: t.Any
jsonschema: t.Any
websocket: t.Any
paho: t.Any
cryptography: t.Any
zeroconf: t.Any

IMPORT_ERRORS: dict[str, str] = {}
"""Library name on PyPI -> traceback of its failed import."""


def _requests() -> dict[str, t.Any]:
    adapters = importlib.import_module("requests.adapters")
    urllib3 = importlib.import_module("urllib3")
    return {"requests": importlib.import_module("requests"), "urllib3": urllib3, "HTTPAdapter": adapters.HTTPAdapter}


def _jsonschema() -> dict[str, t.Any]:
    return {"jsonschema": importlib.import_module("jsonschema")}


def _websocket() -> dict[str, t.Any]:
    return {"websocket": importlib.import_module("websocket")}


def _paho() -> dict[str, t.Any]:
    client = importlib.import_module("paho.mqtt.client")
    importlib.import_module("paho.mqtt.properties")
    if not hasattr(client, "CallbackAPIVersion"):
        raise ImportError("paho-mqtt 2.0 or newer is needed")
    return {"paho": importlib.import_module("paho")}


def _cryptography() -> dict[str, t.Any]:
    for part in ("asymmetric.padding", "asymmetric.rsa", "hashes", "serialization"):
        importlib.import_module(f"cryptography.hazmat.primitives.{part}")
    importlib.import_module("cryptography.exceptions")
    return {"cryptography": importlib.import_module("cryptography")}


def _zeroconf() -> dict[str, t.Any]:
    return {"zeroconf": importlib.import_module("zeroconf")}


_LIBRARIES: dict[str, tuple[t.Callable[[], dict[str, t.Any]], dict[str, t.Any]]] = {
    "requests": (_requests, {"requests": None, "urllib3": None, "HTTPAdapter": object}),
    "jsonschema": (_jsonschema, {"jsonschema": None}),
    "websocket-client": (_websocket, {"websocket": None}),
    "paho-mqtt": (_paho, {"paho": None}),
    "cryptography": (_cryptography, {"cryptography": None}),
    "zeroconf": (_zeroconf, {"zeroconf": None}),
}
"""Name on PyPI -> how it is imported, and what its names are when it is missing."""


def __getattr__(name: str) -> t.Any:
    for library, (load, missing) in _LIBRARIES.items():
        if name in missing:
            _load(library, load, missing)
            return globals()[name]
    raise AttributeError(f"module {__name__} has no attribute {name}")


def _load(library: str, load: t.Callable[[], dict[str, t.Any]], missing: dict[str, t.Any]) -> None:
    try:
        globals().update(load())
    except ImportError:
        globals().update(missing)
        IMPORT_ERRORS[library] = traceback.format_exc()


def require(*libraries: str) -> None:
    """Raise :class:`RequirementError` (``facts['library']``) when one of the libraries cannot be imported."""
    for library in libraries:
        load, missing = _LIBRARIES[library]
        if not set(missing) <= set(globals()):
            _load(library, load, missing)
        if library in IMPORT_ERRORS:
            raise RequirementError(f"The Python library {library} is missing.", facts={"library": library})
