# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs of files, as messages may show them: a password or a signature in one is nobody's business."""

from __future__ import annotations

import urllib.parse

from .errors import InputError


def split(url: str, option: str = "url") -> urllib.parse.SplitResult:
    """The parts of ``url``. Raises :class:`InputError` for what is no URL; ``option`` names where it comes from."""
    try:
        parts = urllib.parse.urlsplit(url.strip())
        _port = parts.port
    except ValueError as error:
        raise InputError(f"{option}: it is not a URL ({error}).") from None
    return parts


def shown(url: str) -> str:
    """The URL without what may be secret in it: credentials, query, fragment."""
    parts = split(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def secrets_in(url: str | None) -> list[str]:
    """The password in a URL, as it stands there and as it is meant."""
    password = split(url).password if url else None
    return [password, urllib.parse.unquote(password)] if password else []
