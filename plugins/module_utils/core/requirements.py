# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Third-party libraries, imported in one place.

A missing one leaves ``None`` behind and is reported by :func:`require` when it is needed, so that the documentation
and the argument checks work without it. ``core`` knows no Ansible: the bridge words the message for the user.
"""

from __future__ import annotations

import traceback
import typing as t
import warnings

from .errors import RequirementError

__all__ = ["IMPORT_ERRORS", "HTTPAdapter", "jsonschema", "requests", "require", "urllib3", "zeroconf"]

IMPORT_ERRORS: dict[str, str] = {}
"""Library name on PyPI -> traceback of its failed import."""

try:
    import requests
    import requests.adapters
    import urllib3
    import urllib3.exceptions
except ImportError:
    requests = None  # type: ignore[assignment]
    urllib3 = None  # type: ignore[assignment]
    IMPORT_ERRORS["requests"] = traceback.format_exc()
else:
    # validate_certs: false is the user's own choice; a line of Python's on the screen for each device would not name it.
    warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)

try:
    import jsonschema
except ImportError:
    jsonschema = None  # type: ignore[assignment]
    IMPORT_ERRORS["jsonschema"] = traceback.format_exc()

try:
    import zeroconf
except ImportError:
    zeroconf = None  # type: ignore[assignment]
    IMPORT_ERRORS["zeroconf"] = traceback.format_exc()

HTTPAdapter: t.Any = requests.adapters.HTTPAdapter if requests is not None else object


def require(*libraries: str) -> None:
    """Raise :class:`RequirementError` (``facts['library']``) when one of the libraries could not be imported."""
    for library in libraries:
        if library in IMPORT_ERRORS:
            raise RequirementError(f"The Python library {library} is missing.", facts={"library": library})
