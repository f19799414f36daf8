# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP as this collection speaks it: one session, one device, one origin.

* TLS by :class:`Trust`, proxies and ``.netrc`` off unless asked for, redirects never followed (credentials stay home).
* Headers are built for each call; nothing of one call stays for the next.
* Retried is what is safe: a connection that never came to be, a read, ``429``, and ``503`` with ``Retry-After``.
  A write whose reply was lost raises an ``uncertain`` error: whoever wrote reads the device before writing again.
"""

from __future__ import annotations

import dataclasses
import email.utils
import http.client
import json
import re
import socket
import textwrap
import time
import traceback
import typing as t

from .errors import CertificateError, DeviceError, HTTPError, InputError, ReplyError, ReplyLost, UnreachableError
from .requirements import HTTPAdapter, requests, require, urllib3
from .schema import Schema, check_reply
from .tls import Trust, TrustAdapter, seen_fingerprint
from .upload import FileBody
from .wait import Clock

LARGEST_REPLY = 64 * 1024 * 1024
"""Bytes. The longest documented reply is an event log of a few kilobytes; this only keeps a broken server from filling the memory."""

LONGEST_RETRY_AFTER = 60.0
"""Seconds. A server that asks for more is asked again after this."""

READS = frozenset({"GET", "HEAD"})

PROXY_SCHEMES = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """Where a device is and how to talk to it. Times in seconds; ``timeout`` is for one whole reply."""

    host: str
    port: int
    tls: bool = True
    trust: Trust = dataclasses.field(default_factory=Trust)
    connect_timeout: float = 10.0
    timeout: float = 30.0
    retries: int = 3
    use_proxy: bool = False
    prefix: str = ""

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def name(self) -> str:
        """What messages call the device: its host, with the port when it is not the usual one."""
        usual = 443 if self.tls else 80
        return self.host if self.port == usual else self.origin.partition("//")[2]


@dataclasses.dataclass(frozen=True)
class Reply:
    """A reply with a success status. ``what`` starts a sentence about it: "10.0.0.7 answered GET /x"."""

    status: int
    headers: t.Mapping[str, str]
    body: bytes
    what: str
    uncertain: bool = False

    def json(self, schema: Schema | None = None) -> t.Any:
        """The body as JSON, checked with ``schema``. Raises :class:`ReplyError`."""
        try:
            value = json.loads(self.body.decode("utf-8-sig"))
        except ValueError:
            raise self._error(f"{self.what} with {describe_body(self.body)} where JSON was expected.") from None
        if schema is not None:
            try:
                check_reply(value, schema, self.what)
            except ReplyError as error:
                raise self._error(error.message, error.hint) from None
        return value

    def _error(self, message: str, hint: str = "Is this the device's address, and not that of a proxy or another device?") -> ReplyError:
        error = ReplyError(message, hint=hint, http_status=self.status)
        error.uncertain = self.uncertain
        return error


def _proxy_of(endpoint: Endpoint) -> str | None:
    """The URL of the proxy that the environment names for this device, if any. Raises :class:`InputError`, without a password in it."""
    proxy = requests.utils.select_proxy(endpoint.origin, requests.utils.get_environ_proxies(endpoint.origin))
    if not proxy:
        return None
    try:
        proxy = requests.utils.prepend_scheme_if_needed(proxy, "http")
        parts = urllib3.util.parse_url(proxy)
    except urllib3.exceptions.LocationParseError:
        parts = urllib3.util.Url()
    if parts.scheme not in PROXY_SCHEMES or not parts.host:
        raise InputError(
            f"use_proxy: what the environment names as the proxy for {endpoint.name} is not the URL of a proxy.",
            hint="Correct the variable (https_proxy, http_proxy, all_proxy), or name the device in no_proxy. Nothing was sent.",
        )
    return str(proxy)


def fits_header(value: str) -> bool:
    """Whether an HTTP header can carry it, for instance a token that a device made up."""
    return value.isascii() and value.isprintable()


def _as_json(payload: t.Any) -> bytes:
    try:
        return json.dumps(payload, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InputError(f"A value that JSON cannot carry is to be sent ({error}).", hint="The request was not sent.") from None


def describe_body(body: bytes) -> str:
    """A reply that is not what was expected, in a few words: ``HTML ("502 Bad Gateway")``, ``an empty reply``."""
    text = body[:4096].decode("utf-8", "replace").strip()
    if not text:
        return "an empty reply"
    if text[:5].lower() == "<?xml":
        return "XML"
    if text[:1] == "<":
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return f'HTML ("{" ".join(title.group(1).split())[:80]}")' if title else "HTML"
    if text[:1] in "{[":
        return f"broken or truncated JSON ({len(body)} bytes)"
    return f'text ("{" ".join(text.split())[:80]}")'


def retry_after(headers: t.Mapping[str, str]) -> float | None:
    """Seconds from a ``Retry-After`` header (seconds or a date, RFC 9110 section 10.2.3), clamped; None when there is none."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isdigit():
        return min(float(value), LONGEST_RETRY_AFTER)
    try:
        seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
    except (TypeError, ValueError):
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)


class Session:
    """Speaks with one device. Use it as a context manager; not for several threads at once.

    ``authorize`` gives the headers that carry credentials; it is asked for each call.
    """

    def __init__(self, endpoint: Endpoint, *, clock: Clock | None = None) -> None:
        require("requests", "jsonschema")
        self.endpoint = endpoint
        self.clock = clock or Clock()
        self.authorize: t.Callable[[], t.Mapping[str, str]] = dict
        # requests' adapter: its TLS, proxies and pool. What requests puts around it is not wanted (cookies, .netrc, redirects) or
        # not needed (URLs and headers prepared anew for each request), and cost a forked worker 2 ms.
        self.adapter = TrustAdapter(endpoint.trust) if endpoint.tls else HTTPAdapter(pool_connections=1, pool_maxsize=1)
        self._proxy = _proxy_of(endpoint) if endpoint.use_proxy else None
        self._manager = self._manager_for(self._proxy)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.close()

    def close(self) -> None:
        self.adapter.close()

    def _manager_for(self, proxy: str | None) -> t.Any:
        """urllib3's manager of connections, which go through ``proxy`` when there is one."""
        if proxy is None:
            return self.adapter.poolmanager
        try:
            return self.adapter.proxy_manager_for(proxy)
        except requests.exceptions.InvalidSchema:
            raise InputError(
                "use_proxy: the environment names a SOCKS proxy, for which requests needs the Python library PySocks.",
                hint="Install it, or name the device in no_proxy. Nothing was sent.",
            ) from None

    def call(
        self,
        method: str,
        path: str,
        *,
        payload: t.Any = None,
        data: t.Any = None,
        headers: t.Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        retries: int | None = None,
        timeout: float | None = None,
    ) -> Reply:
        """Send one request (``payload`` as JSON, or ``data`` as it is: bytes, or a :class:`FileBody`) and return a reply with a 2xx status.

        ``repeatable``: sending it twice does no harm (default: GET and HEAD). ``retries``, ``timeout``: instead of the endpoint's.
        Raises :class:`UnreachableError`, :class:`CertificateError`, :class:`ReplyLost`, :class:`HTTPError`, and
        :class:`InputError` for a host that is none, or a payload that is no JSON.
        """
        safe = method in READS if repeatable is None else repeatable
        left = self.endpoint.retries if retries is None else retries
        pause = 0.3
        while True:
            try:
                return self._exchange(method, path, payload, data, headers, safe, timeout or self.endpoint.timeout)
            except DeviceError as error:
                delay = _delay_before_retry(error, safe, pause)
                if delay is None or left <= 0:
                    raise
            left -= 1
            pause *= 2
            self.clock.sleep(delay)

    def _exchange(
        self, method: str, path: str, payload: t.Any, data: t.Any, headers: t.Mapping[str, str] | None, safe: bool, timeout: float
    ) -> Reply:
        what = f"{self.endpoint.name} answered {method} {path}"
        if isinstance(data, FileBody):
            data.rewind()
        sent = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "siteops.devices",
            **self.authorize(),
            **(headers or {}),
        }
        if payload is not None:
            sent.setdefault("Content-Type", "application/json")
            data = _as_json(payload)
        if data is not None or method not in READS:
            sent["Content-Length"] = str(len(data or b""))
        try:
            response = self._open(method, self.endpoint.prefix + path, data, sent, timeout)
            body = self._read(response, method, path, timeout)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._failure(error, f"{method} {path}", timeout) from None
        reply = Reply(response.status, response.headers, body, what, uncertain=not safe)
        if 200 <= reply.status < 300:
            return reply
        raise _status_error(reply, safe)

    def _open(self, method: str, target: str, data: t.Any, headers: t.Mapping[str, str], timeout: float) -> t.Any:
        """Send the request, by the proxy if there is one; the reply (of urllib3) is there up to the end of its headers."""
        through_proxy = self._proxy and not self.endpoint.tls and not self._proxy.startswith("socks")
        return self._manager.connection_from_url(self.endpoint.origin).request(
            method,
            self.endpoint.origin + target if through_proxy else target,
            body=data,
            headers=headers,
            timeout=urllib3.Timeout(connect=self.endpoint.connect_timeout, read=timeout),
            retries=self.adapter.max_retries,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )

    def _read(self, response: t.Any, method: str, path: str, timeout: float) -> bytes:
        """The body, within the time and size limits, and as long as its Content-Length says."""
        call = f"{method} {path}"
        start = self.clock.now()
        parts: list[bytes] = []
        size = 0
        whole = False
        try:
            for part in _parts(response):
                parts.append(part)
                size += len(part)
                if size > LARGEST_REPLY:
                    raise ReplyError(f"{self.endpoint.name} answered {call} with more than {LARGEST_REPLY} bytes; gave up reading.")
                if self.clock.now() - start > timeout:
                    raise ReplyLost(f"{self.endpoint.name} had not finished its reply to {call} after {timeout:g} s.")
            whole = not response.length_remaining
        finally:
            if not whole:  # what is left of it must not be taken for the next reply
                response.close()
                response.release_conn()
        declared = response.headers.get("Content-Length", "")
        if declared.isdigit() and int(declared) != size and "Content-Encoding" not in response.headers and method != "HEAD":
            # Releases of urllib3 that take this for a whole reply keep the dead connection for the next request.
            self.adapter.close()
            raise ReplyLost(f"{self.endpoint.name} broke off its reply to {call}: {size} of {declared} bytes came.")
        return b"".join(parts)

    def _failure(self, error: Exception, call: str, timeout: float) -> DeviceError:
        """A failed exchange as one of our errors: certificate, never connected, or sent and no reply."""
        chain = list(_chain(error))
        if any(isinstance(cause, (urllib3.exceptions.LocationValueError, http.client.InvalidURL)) for cause in chain):
            return InputError(f"host: {self.endpoint.host!r} is neither a host name nor an IP address.", hint="Nothing was sent.")
        if not _connected(chain):
            return self._no_connection(chain)
        name = self.endpoint.name
        if isinstance(error, urllib3.exceptions.ReadTimeoutError):
            return ReplyLost(f"{name} gave no answer to {call} within {timeout:g} s.", hint="A larger timeout helps if it is only slow.")
        return ReplyLost(f"{name} closed the connection before its answer to {call} was complete ({_reason(_told(chain))}).")

    def _no_connection(self, chain: t.Sequence[BaseException]) -> UnreachableError:
        """What kept a connection from being made. Nothing was sent."""
        name = self.endpoint.name
        through = f" through the proxy {self._proxy_name}" if self._proxy else ""
        limit = f"within {self.endpoint.connect_timeout:g} s; nothing was sent."
        if any(isinstance(cause, urllib3.exceptions.SSLError) for cause in chain) and _was_connecting(chain):
            return self._tls_failure(_told(chain))
        if _accept_timed_out(chain):
            return UnreachableError(
                f"{name} did not accept a connection{through} {limit}",
                hint="Check the address, the network between here and there, and that the device has power.",
            )
        if _handshake_timed_out(chain):
            if _frames(chain, "_tunnel"):
                return UnreachableError(f"{name} cannot be reached: the proxy {self._proxy_name} made no connection {limit}")
            return UnreachableError(
                f"{name} did not complete the TLS handshake{through} {limit}",
                hint="It may still be starting. Else check port and tls, and that this is the device's address.",
            )
        return UnreachableError(
            f"{name} cannot be reached{through}: {_reason(_told(chain))}; nothing was sent.",
            hint="Check the address and port, the network between here and there, and that the device has power.",
        )

    @property
    def _proxy_name(self) -> str:
        """Without the user and the password that its URL may hold."""
        parts = urllib3.util.parse_url(self._proxy)
        return f"{parts.host}:{parts.port}" if parts.port else str(parts.host)

    def _tls_failure(self, causes: list[str]) -> UnreachableError:
        name, trust = self.endpoint.name, self.endpoint.trust
        text = " ".join(causes)
        seen = "" if self._proxy else seen_fingerprint(self.endpoint.host, self.endpoint.port, self.endpoint.connect_timeout)
        shown = f" The certificate that it shows has the SHA-256 fingerprint {seen}." if seen else ""
        if trust.fingerprint and seen and "ingerprint" in text:
            return CertificateError(
                f"The certificate of {name} is not the pinned one (fingerprint {trust.fingerprint}); nothing was sent.{shown}",
                hint="Either its certificate was renewed, or this is another device. Make sure which, then change fingerprint.",
            )
        if "doesn't match" in text or "mismatch" in text:
            return CertificateError(
                f"The certificate of {name} is valid for another name ({_reason(causes)}); nothing was sent.{shown}",
                hint="Set certificate_name to the name in the certificate, or pin it with fingerprint.",
            )
        if "certificate verify failed" in text:
            found = re.search(r"certificate verify failed: ([^(\n]+)", text)
            why = found.group(1).strip() if found else "verification failed"
            return CertificateError(
                f"The certificate of {name} is not trusted ({why}); nothing was sent.{shown}",
                hint="Give the CA with ca_path, or pin this certificate with fingerprint once you know that it is the device's.",
            )
        return UnreachableError(f"{name} does not speak TLS as expected ({_reason(causes)}); nothing was sent.", hint="Check port and tls.")


def _parts(response: t.Any) -> t.Iterator[bytes]:
    """The body as it comes in: a read that waits for a full buffer would wait past the deadline for a device that drips."""
    read = getattr(response, "read1", None)
    if read is None:  # urllib3 before 2.3
        yield from response.stream(16, decode_content=True)
        return
    while True:
        part = read(65536, decode_content=True)
        if not part:
            return
        yield part


def _chain(error: BaseException | None) -> t.Iterator[BaseException]:
    """The error and what caused it, through requests' and urllib3's wrappers."""
    seen: set[int] = set()
    todo: list[t.Any] = [error]
    while todo:
        item = todo.pop(0)
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        todo += [getattr(item, "reason", None), item.__cause__, item.__context__, *item.args]


def _told(chain: t.Iterable[BaseException]) -> list[str]:
    return [str(cause) for cause in chain]


def _connected(chain: t.Sequence[BaseException]) -> bool:
    """Whether a connection existed when it failed, TLS included. Only if it surely did not, nothing was sent."""
    never = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.ProxyError)
    return not any(isinstance(cause, never) for cause in chain) and not _was_connecting(chain)


def _was_connecting(chain: t.Sequence[BaseException]) -> bool:
    """Whether it failed while the connection was made, TLS included. A broken TLS record may come later, after a request was sent."""
    return _frames(chain, "connect")


def _frames(chain: t.Sequence[BaseException], function: str) -> bool:
    """Whether it failed in a function of that name, or in what it called."""
    frames = (frame for cause in chain for frame, _line in traceback.walk_tb(cause.__traceback__))
    return any(frame.f_code.co_name == function for frame in frames)


def _accept_timed_out(chain: t.Sequence[BaseException]) -> bool:
    """Whether nothing answered at all. Some releases of urllib3 take a refused connection for a kind of timeout."""
    refused = any(isinstance(cause, urllib3.exceptions.NewConnectionError) for cause in chain)
    return not refused and any(isinstance(cause, urllib3.exceptions.ConnectTimeoutError) for cause in chain)


def _handshake_timed_out(chain: t.Sequence[BaseException]) -> bool:
    """Whether there was a connection, and then silence before anything was sent. ``socket.timeout``: of its own before Python 3.10."""
    refused = any(isinstance(cause, urllib3.exceptions.NewConnectionError) for cause in chain)
    silent = any(isinstance(cause, (urllib3.exceptions.ReadTimeoutError, socket.timeout)) for cause in chain)
    return silent and not refused and _was_connecting(chain)


def _reason(causes: list[str]) -> str:
    """The innermost cause in plain words."""
    text = " ".join(causes)
    for known in (
        "Connection refused",
        "No route to host",
        "Network is unreachable",
        "Connection reset by peer",
        "Name or service not known",
    ):
        if known in text:
            return known.lower()
    if "Failed to resolve" in text or "Temporary failure in name resolution" in text or "nodename nor servname" in text:
        return "its name cannot be resolved"
    if "RemoteDisconnected" in text or "Remote end closed" in text:
        return "closed by the device"
    found = re.sub(r"<[^>]*>:? ?|HTTPS?Connection\w*\([^)]*\):? ?", "", causes[-1]).strip(" .")
    return textwrap.shorten(found, 200, placeholder=" and more") or "no reason given"


def _delay_before_retry(error: DeviceError, safe: bool, pause: float) -> float | None:
    """Seconds to wait before the same request is sent again; None: not again."""
    if isinstance(error, CertificateError):
        return None
    if isinstance(error, UnreachableError):
        return pause
    if isinstance(error, HTTPError):
        asked = retry_after(error.headers)
        if error.http_status == 429 or (error.http_status == 503 and asked is not None) or (safe and error.http_status in {502, 503, 504}):
            return pause if asked is None else asked
        return None
    if isinstance(error, ReplyLost):
        return pause if safe else None
    return None


def _advice_on(status: int) -> str:
    """What to do about a status; empty where others know better."""
    if status in {429, 503}:
        return "It is busy; run the task again later."
    if status >= 500:
        return "Run the task again later; if it stays so, look at the device itself."
    return "Check that this is the device's address, and that its firmware knows this request." if status == 404 else ""


def _status_error(reply: Reply, safe: bool) -> HTTPError:
    """The error for a status that is no success. A 5xx to a write leaves open whether it took effect."""
    try:
        body: t.Any = json.loads(reply.body.decode("utf-8-sig"))
    except ValueError:
        body = reply.body[:4096].decode("utf-8", "replace")
    detail = ""
    if body and isinstance(body, str):
        detail = f": {describe_body(reply.body)}"
    if 300 <= reply.status < 400:
        error = HTTPError(
            f"{reply.what} with a redirect to {reply.headers.get('Location', 'nowhere')!r:.200}, which was not followed: "
            "credentials stay with the device.",
            http_status=reply.status,
            headers=reply.headers,
            hint="Check host, port and tls.",
        )
    else:
        error = HTTPError(
            f"{reply.what} with HTTP {reply.status}{detail}.",
            http_status=reply.status,
            headers=reply.headers,
            body=body,
            hint=_advice_on(reply.status),
        )
    error.uncertain = not safe and reply.status >= 500
    return error
