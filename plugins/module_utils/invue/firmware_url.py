# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a firmware URL answers, and with the file that is meant.

An exchange of its own with another host than the registry: no token, no cookies, no ``.netrc``. The file is streamed through the
hash and not kept; time and size are limited.
"""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import typing as t
import urllib.parse

from ..core import location
from ..core.errors import DeviceError, FailedError, HTTPError, InputError, UnreachableError
from ..core.requirements import requests, require, urllib3
from ..core.tls import Trust, TrustAdapter
from ..core.wait import Deadline, check_seconds

OPTIONS: dict[str, dict[str, t.Any]] = {
    "when": {"type": "str", "choices": ["changes", "always"], "default": "changes"},
    "checksum": {"type": "str"},
    "max_size": {"type": "int", "default": 512 * 1024 * 1024},
    "timeout": {"type": "float", "default": 300.0},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}

MOST_REDIRECTS = 5
CHUNK = 64 * 1024


@dataclasses.dataclass(frozen=True)
class UrlCheck:
    """How a URL is checked. ``digest``: lower-case hexadecimal, None when only an answer is wanted."""

    algorithm: str
    digest: str | None
    max_size: int
    timeout: float
    connect_timeout: float
    trust: Trust
    always: bool

    @classmethod
    def of(cls, options: t.Mapping[str, t.Any] | None, connect_timeout: float) -> UrlCheck | None:
        """From the option ``url_check``. Raises :class:`InputError`."""
        if options is None:
            return None
        check_seconds("url_check.timeout", options["timeout"])
        if options["max_size"] <= 0:
            raise InputError("url_check.max_size: it must be above 0.")
        algorithm, digest = _checksum(options["checksum"])
        trust = Trust(validate=options["validate_certs"], ca_path=options["ca_path"])
        return cls(algorithm, digest, options["max_size"], options["timeout"], connect_timeout, trust, options["when"] == "always")


def _checksum(text: str | None) -> tuple[str, str | None]:
    """``sha256:0123...``, or the digits alone."""
    if not text:
        return "sha256", None
    algorithm, colon, digest = text.strip().lower().rpartition(":")
    algorithm = algorithm if colon else "sha256"
    if algorithm not in {"sha256", "sha384", "sha512"}:
        raise InputError(f"url_check.checksum: {algorithm!r} is not sha256, sha384 or sha512.")
    length = hashlib.new(algorithm).digest_size * 2
    if len(digest) != length or set(digest) - set("0123456789abcdef"):
        raise InputError(f"url_check.checksum: a {algorithm} checksum has {length} hexadecimal digits.")
    return algorithm, digest


def check_url(url: str, check: UrlCheck) -> dict[str, t.Any]:
    """Fetch ``url`` as ``check`` says: ``size`` (bytes, None when not read to its end) and ``checksum``.

    Without a checksum only the beginning is fetched. Raises :class:`InputError`, :class:`UnreachableError`, :class:`HTTPError`,
    and :class:`FailedError` with the codes ``checksum``, ``size``, ``empty``, ``web_page``, ``broken_off``, ``slow``.
    """
    require("requests")
    deadline = Deadline(check.timeout)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", TrustAdapter(check.trust))
        try:
            response = _follow(session, url, check, deadline)
            return _measure(response, location.shown(url), check, deadline)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, http.client.HTTPException) as error:
            failure = _failure(location.shown(url), error)
    raise failure


def _follow(session: t.Any, url: str, check: UrlCheck, deadline: Deadline) -> t.Any:
    """The answer at the end of the redirects."""
    target = url
    for _redirect in range(MOST_REDIRECTS + 1):
        if location.split(target).scheme not in {"http", "https"}:
            raise InputError(f"url: {location.shown(url)} is not, or does not lead to, an http:// or https:// URL.")
        timeouts = (min(check.connect_timeout, deadline.left + 0.1), min(30.0, deadline.left + 0.1))
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "siteops.devices"}
        response = session.get(target, headers=headers, timeout=timeouts, allow_redirects=False, stream=True)
        if response.status_code not in {301, 302, 303, 307, 308} or "Location" not in response.headers:
            return response
        response.close()
        target = urllib.parse.urljoin(target, response.headers["Location"])
    raise FailedError(f"{location.shown(url)} redirects more than {MOST_REDIRECTS} times.", code="redirects")


def _measure(response: t.Any, place: str, check: UrlCheck, deadline: Deadline) -> dict[str, t.Any]:
    """Read the file, or its beginning, and compare."""
    if response.status_code != 200:
        raise HTTPError(
            f"{place} answered with HTTP {response.status_code} instead of the firmware.",
            http_status=response.status_code,
            hint="Upload the file, or correct the URL. A device could not fetch it either. Nothing was published.",
        )
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "text/html":
        raise _wrong(f"{place} answers with a web page instead of a file.", "web_page")
    declared = response.headers.get("Content-Length", "")
    _check_size(int(declared) if declared.isdigit() else 0, place, check)
    hashed = hashlib.new(check.algorithm)
    size = 0
    for part in _parts(response):
        size += len(part)
        hashed.update(part)
        _check_size(size, place, check)
        if check.digest is None:
            return {"size": int(declared) if declared.isdigit() else None, "checksum": None}
        if deadline.left <= 0:
            raise _wrong(f"{place} was not complete after {check.timeout:g} s ({size} bytes came).", "slow")
    if size == 0:
        raise _wrong(f"{place} answers with an empty file.", "empty")
    if declared.isdigit() and int(declared) != size:
        raise _wrong(f"{place} broke off after {size} of {declared} bytes.", "broken_off")
    found = hashed.hexdigest()
    if found != check.digest:
        raise _wrong(f"{place} has the {check.algorithm} checksum {found}, not {check.digest} ({size} bytes).", "checksum")
    return {"size": size, "checksum": f"{check.algorithm}:{found}"}


def _parts(response: t.Any) -> t.Iterator[bytes]:
    """What has come, piece by piece, so that a host that drips is noticed: ``iter_content`` would wait for a full piece."""
    raw = response.raw
    read = getattr(raw, "read1", None) or raw._fp.read1
    while True:
        part = read(CHUNK)
        if not part:
            return
        yield part


def _check_size(size: int, place: str, check: UrlCheck) -> None:
    if size > check.max_size:
        raise _wrong(f"{place} is larger than max_size ({check.max_size} bytes).", "size")


def _wrong(message: str, code: str) -> FailedError:
    return FailedError(message, code=code, hint="Nothing was published.")


def _failure(place: str, error: Exception) -> DeviceError:
    """A failed exchange. Its text is not passed on as it is: it may hold a signed URL."""
    text = str(error)
    known = (
        ("certificate verify failed", "its certificate is not trusted (url_check.ca_path)"),
        ("doesn't match", "its certificate is valid for another name"),
        ("Connection refused", "connection refused"),
        ("resolve", "its name cannot be resolved"),
        ("Name or service not known", "its name cannot be resolved"),
        ("timed out", "it gave no answer in time"),
        ("nread", "it broke off"),
        ("reset by peer", "connection reset by peer"),
    )
    reason = next((words for mark, words in known if mark in text), type(error).__name__)
    return UnreachableError(f"{place} cannot be fetched: {reason}. Nothing was published.", hint="A device could not fetch it either.")
