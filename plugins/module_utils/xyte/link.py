# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One MQTT v5 connection of one device, driven by the thread that uses it: no thread of its own, so many fit into a process."""

from __future__ import annotations

import collections
import contextlib
import os
import select
import socket
import ssl
import typing as t

from ..core.errors import AuthenticationError, CertificateError, DeadlineError, DeviceError, RefusedError
from ..core.requirements import paho, require
from ..core.wait import Deadline
from .account import Account

SESSION_SECONDS = 3600
"""How long the broker keeps what it could not deliver to an event source that is away."""

FAREWELL = 1.0
"""Seconds that a broker has to end the connection after the logout."""

QUIET = 0.2
"""Seconds without a message after which a broker has delivered what it had kept for the session."""

TAKEN_OVER = 0x8E
"""Reason code: another connection has come with this device's id, which is the client id of all of them."""

NOBODY = 0x10
"""Reason code of an acknowledgement: the broker took the message, and nobody has subscribed to its topic."""

_CREDENTIALS = frozenset({0x85, 0x86, 0x87, 0x8A, 0x8C})
_PASSING = frozenset({0x80, 0x88, 0x89, 0x8B, 0x8D, TAKEN_OVER, 0x97, 0x98, 0x9F, 0xA0})
"""Reason codes that another try may not meet: unspecified, busy, shutting down, quota, rate, and the like."""


class LinkLost(Exception):
    """The connection could not be made or is gone. ``reason``: the broker's reason code, None when it gave none."""

    def __init__(self, text: str, reason: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.reason = reason


class Received(t.NamedTuple):
    """A message as it came; ``mid`` is for its acknowledgement."""

    topic: str
    payload: bytes
    properties: t.Any
    qos: int
    mid: int
    retain: bool


class Link:
    """Connect, publish, subscribe, receive, close. Everything raises :class:`LinkLost` when the connection is gone.

    The session outlives the connection, since an event source and the tasks of the same device share it: what a task
    does not acknowledge is delivered to the event source when that returns.
    """

    def __init__(self, account: Account) -> None:
        require("paho-mqtt", "jsonschema")
        self.account = account
        self.inbox: collections.deque[Received] = collections.deque()
        self.is_new_session = True
        self._acknowledged: dict[int, t.Any] = {}
        self._subscribed: dict[int, t.Sequence[t.Any]] = {}
        self._connected: tuple[t.Any, t.Any] | None = None
        self._lost: LinkLost | None = None
        self._client = self._make_client()

    def _make_client(self) -> t.Any:
        client = paho.mqtt.client.Client(
            paho.mqtt.client.CallbackAPIVersion.VERSION2,
            client_id=self.account.device_id,
            protocol=paho.mqtt.client.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.username_pw_set(self.account.device_id, self.account.access_key)
        if self.account.tls:
            client.tls_set_context(self.account.trust.self_checking_context())
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    # What the library tells

    def _on_connect(self, _client: t.Any, _data: t.Any, flags: t.Any, reason: t.Any, properties: t.Any) -> None:
        self.is_new_session = not flags.session_present
        self._connected = (reason, properties)

    def _on_disconnect(self, _client: t.Any, _data: t.Any, flags: t.Any, reason: t.Any, _properties: t.Any) -> None:
        if self._lost is not None:
            return  # the library tells a second time that it is gone, without the broker's reason
        told = flags.is_disconnect_packet_from_server
        self._lost = LinkLost(
            f"the broker ended the connection: {reason}" if told else "the connection broke", reason.value if told else None
        )

    def _on_publish(self, _client: t.Any, _data: t.Any, mid: int, reason: t.Any, properties: t.Any) -> None:
        self._acknowledged[mid] = (reason, properties)

    def _on_subscribe(self, _client: t.Any, _data: t.Any, mid: int, reasons: t.Sequence[t.Any], _properties: t.Any) -> None:
        self._subscribed[mid] = reasons

    def _on_message(self, _client: t.Any, _data: t.Any, message: t.Any) -> None:
        self.inbox.append(Received(message.topic, message.payload, message.properties, message.qos, message.mid, message.retain))

    # What its user asks for

    def connect(self, deadline: Deadline) -> None:
        """Connect and log in. Raises :class:`AuthenticationError`, :class:`CertificateError`, :class:`RefusedError`."""
        self._client.connect_timeout = max(0.1, min(10.0, deadline.left))
        properties = paho.mqtt.properties.Properties(paho.mqtt.packettypes.PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_SECONDS
        try:
            self._client.connect(self.account.host, self.account.port, keepalive=20, clean_start=False, properties=properties)
        except ssl.SSLCertVerificationError as error:
            raise self._distrusted(error) from None
        except (OSError, ValueError) as error:
            raise LinkLost(_no_connection(error)) from None
        self._turn_until(lambda: self._connected is not None, deadline, "to answer the login")
        reason, _properties = t.cast("tuple[t.Any, t.Any]", self._connected)
        if reason.is_failure:
            raise self.refusal(f"the login of the device {self.account.device_id}", reason)

    def publish(self, topic: str, payload: bytes, correlation: bytes | None, deadline: Deadline) -> bool:
        """Send with QoS 1, and wait until the broker has acknowledged it. Raises :class:`RefusedError` with its reason code.

        Returns False when the broker says that nobody has subscribed to the topic.
        """
        limit = getattr(self._connected[1], "MaximumPacketSize", None) if self._connected else None
        if limit is not None and len(payload) + len(topic) + 512 > limit:
            raise RefusedError(f"{self.account.name} takes no packets above {limit} bytes, and the one to {topic} is longer.", code=0x95)
        properties = paho.mqtt.properties.Properties(paho.mqtt.packettypes.PacketTypes.PUBLISH)
        properties.UserProperty = [("device_id", self.account.device_id), ("access_key", self.account.access_key)]
        if correlation is not None:
            properties.CorrelationData = correlation
        sent = self._client.publish(topic, payload, qos=1, properties=properties)
        self._turn_until(lambda: sent.mid in self._acknowledged, deadline, f"to acknowledge {topic}")
        reason, _properties = self._acknowledged[sent.mid]
        if reason.is_failure:
            raise self.refusal(f"the message to {topic}", reason)
        return bool(reason.value != NOBODY)

    def subscribe(self, topics: t.Iterable[str], deadline: Deadline, needed: t.Container[str] | None = None) -> None:
        """Subscribe with QoS 1. Raises :class:`RefusedError` when the broker refuses one of those ``needed``; None: all are."""
        wanted = list(topics)
        _result, mid = self._client.subscribe([(topic, paho.mqtt.subscribeoptions.SubscribeOptions(qos=1)) for topic in wanted])
        self._turn_until(lambda: mid in self._subscribed, deadline, "to acknowledge the subscription")
        for topic, reason in zip(wanted, self._subscribed[mid]):
            if reason.is_failure and (needed is None or topic in needed):
                raise self.refusal(f"the subscription to {topic}", reason)

    def receive(self, seconds: float) -> Received | None:
        """The next message, or None when none came in that time."""
        patience = Deadline(seconds)
        while not self.inbox:
            if patience.left <= 0:
                return None
            self._turn(patience.left)
        return self.inbox.popleft()

    def acknowledge(self, message: t.Any) -> None:
        """Tell the broker that a message is in good hands."""
        self._client.ack(message.mid, 1)
        self._flush(1.0)

    def close(self) -> None:
        """Log out. A session that was new is ended, one that another connection left is kept for it. Never raises.

        Returns when the broker has ended the connection: before that, a next one would still find the session.
        """
        sock = self._client.socket()
        if sock is not None and self._connected is not None:
            properties = paho.mqtt.properties.Properties(paho.mqtt.packettypes.PacketTypes.DISCONNECT)
            properties.SessionExpiryInterval = 0 if self.is_new_session else SESSION_SECONDS
            # The library closes its own descriptor as soon as it has said goodbye.
            with contextlib.suppress(OSError, ValueError, LinkLost), socket.socket(fileno=os.dup(sock.fileno())) as line:
                self._client.disconnect(properties=properties)
                self._flush(2.0)
                _await_end(line, Deadline(FAREWELL))
        self.drop()

    def drop(self) -> None:
        """Cut the connection without a word, so that the broker keeps the session. Never raises."""
        client = self._client
        # Without these the client is freed, with its sockets, as soon as this object is.
        client.on_connect = client.on_disconnect = client.on_publish = client.on_subscribe = client.on_message = None
        sock = self._client.socket()
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()

    # How it turns

    def _flush(self, seconds: float) -> None:
        patience = Deadline(seconds)
        while self._client.socket() is not None and self._client.want_write() and patience.left > 0:
            self._turn(patience.left)

    def _turn_until(self, done: t.Callable[[], bool], deadline: Deadline, what: str) -> None:
        while not done():
            if deadline.left <= 0:
                raise DeadlineError(
                    f"{self.account.name} had {deadline.timeout:g} s {what}, in vain.", facts={"last": {"state": "connected"}}
                )
            self._turn(min(1.0, deadline.left))

    def _turn(self, seconds: float) -> None:
        """Wait for the socket for so long, at most, and do what there is to do. Not with select(), which knows no descriptor above 1023."""
        sock = self._client.socket()
        if sock is None:
            raise self._lost or LinkLost("the connection broke")
        # What TLS has decrypted already does not make the socket readable.
        waiting = sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
        poll = select.poll()
        poll.register(sock, select.POLLIN | (select.POLLOUT if self._client.want_write() else 0))
        for _descriptor, happened in poll.poll(0 if waiting else min(seconds, 5.0) * 1000):
            if happened & select.POLLOUT:
                self._client.loop_write()
            if happened & ~select.POLLOUT:
                waiting = 1
        if waiting:
            try:
                self._client.loop_read()
            except ValueError:  # for instance a topic that is not UTF-8
                raise LinkLost("what it sends is not MQTT") from None
        self._client.loop_misc()

    # What went wrong

    def refusal(self, what: str, reason: t.Any) -> DeviceError | LinkLost:
        """What a failing reason code means: :class:`LinkLost` when another connection may do better."""
        text = f"{self.account.name} refused {what}: {reason} (reason code {reason.value})."
        if what.startswith("the login"):
            if reason.value in _CREDENTIALS:
                return AuthenticationError(
                    text,
                    code=reason.value,
                    hint="Check device_id and access_key; a device that was deleted in the cloud has to register anew.",
                )
            if reason.value in _PASSING:
                return LinkLost(f"the broker refused the login: {reason}", reason.value)
        return RefusedError(text, code=reason.value, hint=advice(reason.value))

    def _distrusted(self, error: ssl.SSLCertVerificationError) -> CertificateError:
        return CertificateError(
            f"{self.account.name} shows a TLS certificate that is not trusted: {error.verify_message or error.reason}.",
            hint="Name its CA with ca_path, and the broker as its certificate does.",
        )


_ADVICE = {
    None: "Check the broker's address, and the network on the way.",
    0x84: "It has to speak MQTT v5.",
    0x87: "This device may not do that; check device_id, and what the broker allows it.",
    0x97: "Run the task again later.",
    0x9C: "Ask the vendor for the address of the device's broker.",
    0x9D: "Ask the vendor for the address of the device's broker.",
}


def advice(reason: int | None) -> str:
    """What to do about a reason code; None: there was none, for there was no connection."""
    return _ADVICE.get(reason) or (_ADVICE[0x97] if reason in _PASSING else "")


def _await_end(line: socket.socket, patience: Deadline) -> None:
    poll = select.poll()
    poll.register(line, select.POLLIN)
    while patience.left > 0 and poll.poll(patience.left * 1000):
        if not line.recv(65536):
            return


def _no_connection(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or error}); a broker without TLS is named by mqtt://"
    return f"no connection ({getattr(error, 'strerror', None) or error})"


def is_final(reason: int | None) -> bool:
    """Whether a connection that the broker ended with this code would end the same way again."""
    return reason is not None and reason >= 0x80 and reason not in _PASSING
