# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads files from hosts that somebody else named: only from those that are allowed, up to a size, with a checksum."""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
import os
import pathlib
import re
import tempfile
import typing as t
import urllib.parse

from .errors import CertificateError, HTTPError, InputError, ReplyError, ReplyLost, SignatureError, UnreachableError
from .requirements import requests, require
from .tls import Trust, TrustAdapter
from .wait import check_seconds

LENGTHS = {64: "sha256", 96: "sha384", 128: "sha512"}
CHUNK = 1 << 20
REDIRECTS = 3
DAY = 86_400.0

NO_URL = re.compile(r"[\\\x00-\x1f\x7f\ud800-\udfff]")
"""What is in no URL. Libraries disagree on whether a backslash ends the host: one host would be checked, and another one asked."""

HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a download may do. ``hosts``: names, with wildcards such as ``*.example.com``; ``size``: bytes."""

    hosts: t.Sequence[str]
    size: int
    http: bool = False
    timeout: float = 30.0
    trust: Trust = dataclasses.field(default_factory=Trust)

    def __post_init__(self) -> None:
        check_seconds("timeout", self.timeout)

    def check(self, url: str) -> None:
        """Raise :class:`InputError` when the URL is none to download from. It is not repeated whole: its query may be a secret."""
        try:
            parts = urllib.parse.urlsplit(url)
            host, port = parts.hostname or "", parts.port
            ascii_host = host if ":" in host else host.encode("idna").decode()
        except ValueError:
            raise InputError("url: it is not a URL.", hint="Nothing was downloaded.") from None
        if parts.scheme != "https" and not (self.http and parts.scheme == "http"):
            raise InputError(f"url: {parts.scheme or 'without a scheme'} is not allowed, https is.", hint="Nothing was downloaded.")
        if parts.username is not None or parts.password is not None:
            raise InputError("url: it holds credentials.", hint="Nothing was downloaded.")
        if NO_URL.search(url) or not HOST.fullmatch(ascii_host) or port == 0:
            raise InputError("url: it holds what no URL holds, or names no host.", hint="Nothing was downloaded.")
        if not any(fnmatch.fnmatchcase(host, pattern.lower()) for pattern in self.hosts):
            raise InputError(f"url: the host {host!r} is not one of those allowed to download from.", hint="Nothing was downloaded.")


def parse_checksum(text: str) -> tuple[str, str]:
    """Algorithm and lower-case digits of ``sha256:...`` or of digits alone. Raises :class:`InputError`."""
    name, _colon, digits = text.strip().lower().rpartition(":")
    digits = digits.removeprefix("0x")
    known = LENGTHS.get(len(digits))
    if known is None or not re.fullmatch(r"[0-9a-f]+", digits) or name not in ("", known):
        raise InputError(
            f"checksum: {text!r} is none of {', '.join(LENGTHS.values())} in hexadecimal digits.", hint="Nothing was downloaded."
        )
    return known, digits


def place_of(folder: str, url: str, digits: str) -> pathlib.Path:
    """Where the file goes: named by its checksum, so that another file under the same URL is another file here."""
    if not folder.strip():
        raise InputError("dest: it is empty.")
    if os.path.expanduser(folder).startswith("~"):
        raise InputError(f"dest: {folder} names a home folder that there is not.")
    name = re.sub(r"[^A-Za-z0-9._-]", "_", pathlib.PurePosixPath(urllib.parse.urlsplit(url).path).name).lstrip(".") or "file"
    return pathlib.Path(os.path.expanduser(folder)) / digits[:16] / name[-100:]


def holds(path: pathlib.Path, algorithm: str, digits: str) -> bool:
    """Whether the file is there and has that checksum. Raises :class:`InputError` when that cannot be seen."""
    digest = hashlib.new(algorithm)
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise _unusable(path, "read", error) from None
    return digest.hexdigest() == digits


def download(url: str, path: pathlib.Path, algorithm: str, digits: str, limits: Limits) -> int:
    """Download to ``path``, which is there whole or not at all. Returns the size. Raises :class:`DeviceError` of many kinds."""
    require("requests")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".download-")
    except (OSError, ValueError) as error:
        raise _unusable(path.parent, "written", error) from None
    try:
        with os.fdopen(descriptor, "wb") as file, requests.Session() as session:
            session.trust_env = False  # no proxy, and above all no .netrc
            session.mount("https://", TrustAdapter(limits.trust))
            digest = hashlib.new(algorithm)
            size = 0
            for chunk in _chunks(session, url, limits):
                size += len(chunk)
                if size > limits.size:
                    raise InputError(f"url: the file is larger than {limits.size} bytes.", hint="The download was ended.")
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != digits:
            raise SignatureError(
                f"The file from {_host(url)} has the {algorithm} {digest.hexdigest()}, not {digits}.", hint="It was thrown away."
            )
        os.replace(draft, path)
        return size
    except OSError as error:
        raise _unusable(path, "written", error) from None
    finally:
        pathlib.Path(draft).unlink(missing_ok=True)


def _chunks(session: t.Any, url: str, limits: Limits) -> t.Iterator[bytes]:
    try:
        with _open(session, url, limits) as reply:
            told = reply.headers.get("Content-Length", "")
            declared = int(told) if re.fullmatch(r"[0-9]{1,20}", told) else 0
            if declared > limits.size:
                raise InputError(f"url: the file has {declared} bytes, more than {limits.size}.", hint="Nothing was downloaded.")
            size = 0
            for chunk in reply.iter_content(CHUNK):
                size += len(chunk)
                yield chunk
            if size < declared and "Content-Encoding" not in reply.headers:  # urllib3 before 2 does not look
                raise ReplyLost(f"The download from {_host(url)} broke off after {size} of {declared} bytes.")
    except requests.exceptions.SSLError:
        raise CertificateError(f"{_host(url)} shows a certificate that is not trusted.") from None
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout):
        raise UnreachableError(f"{_host(url)} could not be reached, or fell silent.") from None
    except requests.exceptions.RequestException as error:
        raise ReplyLost(f"The download from {_host(url)} broke off ({type(error).__name__}).") from None


def _open(session: t.Any, url: str, limits: Limits) -> t.Any:
    """The reply with the file. A redirect is followed when its target is allowed, too."""
    for _step in range(REDIRECTS + 1):
        limits.check(url)
        try:
            reply = session.get(url, stream=True, allow_redirects=False, timeout=min(limits.timeout, DAY))
        except requests.exceptions.RequestException:
            raise
        except ValueError:  # requests looks at the target of a redirect that it is told not to follow, too
            raise ReplyError(f"{_host(url)} redirects to what is not a URL.") from None
        if not reply.is_redirect:
            if reply.status_code != 200:
                reply.close()
                raise HTTPError(f"{_host(url)} answered HTTP {reply.status_code} instead of the file.", http_status=reply.status_code)
            return reply
        url = urllib.parse.urljoin(url, reply.headers["Location"])
        reply.close()
    raise ReplyError(f"{_host(url)} redirects too often.")


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).hostname or "nowhere"


def _unusable(path: pathlib.Path, how: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"dest: {str(path)[:200]} cannot be {how} ({reason}).", hint="Nothing was kept of a download.")
