# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An update session on a sensor: the calls of chapter 2 and of sections 3.18 to 3.25, in their order.

What the document leaves open, and what is done:

* ``/chunkFileUpdate``, ``/stopFileUpdate`` and ``/stopProcessUpdate`` have no verb in it: PUT, as all the others; where the
  sensor does not know that (404, 405, 501), POST is tried once and then kept.
* Whether the name that goes with a manifest has its extension .mf: sent without; where the sensor refuses that, with it.
* The bodies of the two start calls for a manifest and a file are not shown: none is sent.
* The replies to ``/startProcessUpdate`` and to chunks are not shown: success, unless they hold an error code or are no
  reply of a sensor (HTML, broken JSON).
* Whether an update session outlives the token of the login that began it: chapter 1 has the call repeated after a new login, so it is;
  where that is refused, :attr:`UpdateSession.forgotten` tells that the update may be begun anew. Section 3.25: nothing of it was applied.
"""

from __future__ import annotations

import typing as t

from ..core.errors import (
    AuthenticationError,
    BusyError,
    CertificateError,
    DeviceError,
    FailedError,
    HTTPError,
    RefusedError,
    ReplyError,
    UnreachableError,
)
from ..core.schema import Schema
from ..core.wait import Clock
from .client import MskClient
from .component import Component
from .ifw import MANIFEST, Package, Payload
from .replies import CHUNK_SIZE, CODE, OBJECT

VERBS = ("PUT", "POST")
WITHOUT_VERB = frozenset({"/chunkFileUpdate", "/stopFileUpdate", "/stopProcessUpdate"})
WRONG_VERB = frozenset({404, 405, 501})

CONFLICTS = frozenset({409, 423})
"""HTTP statuses that say "not now" as well as an error code does."""

LARGEST_CHUNK = 8 * 1024 * 1024
"""Bytes. A chunk is held in memory, so that it can be sent again; a sensor that takes more than this gets less (section 3.20: at most)."""

CHUNK_REPEATS = 3
"""How often one chunk is sent again."""

CHUNK_PATIENCE = 60.0
"""Seconds after which a chunk that fails is not sent again, however often that was."""

STOP_REPEATS = 2
"""How often a stop whose reply was lost is sent again."""

FOREIGN_PATIENCE = 10.0
"""Seconds that a session of somebody else may take to end, see :meth:`UpdateSession.start`."""


class UpdateSession:
    """One component's update on one sensor, as a context manager that leaves no session open.

    ``sent`` is told the number of bytes of each chunk that was taken. ``open``: a session of ours may be open on the
    sensor; then leaving sends :meth:`abort`.
    """

    def __init__(
        self, sensor: MskClient, *, sent: t.Callable[[int], None], warn: t.Callable[[str], None], clock: Clock | None = None
    ) -> None:
        self.open = False
        self._sensor = sensor
        self._sent = sent
        self._warn = warn
        self._clock = clock or Clock()
        self._verbs: dict[str, str] = {}
        self._refusal: DeviceError | None = None
        self._logins: int | None = None
        self._extensions = {"Manifest": ["", MANIFEST], "File": [""]}

    def __enter__(self) -> UpdateSession:
        return self

    def __exit__(self, _kind: t.Any, error: BaseException | None, _trace: t.Any) -> None:
        note = self.abort()
        if note and isinstance(error, DeviceError):
            error.message = f"{error.message} {note}"

    @property
    def forgotten(self) -> bool:
        """Whether the sensor wanted a new login, and has accepted no step since: it may have ended this session with the old one."""
        return self._logins not in (None, self._sensor.logins)

    def start(self, component: Component) -> bool:
        """Step 1. True when somebody else's session ended meanwhile, so that what was read before may be out of date.

        A refusal most likely means that a session is open; the document has no call that tells whose. Runs of one user
        on one host exclude each other by a lock that dies with its run (``core.exclusive``), and whoever calls this
        holds it. So what is left is the session of a run that was killed, or somebody elsewhere at work just now. The
        sensor is asked for some seconds more, in which work that is nearly done ends. Then the session is ended by force:
        an aborted update applies nothing (section 3.25), so in the worst case the other one fails, says so, and can be
        run again, while an orphan would keep the sensor from ever being updated.
        """
        waited = False
        end = self._clock.now() + FOREIGN_PATIENCE
        while not self._begin(component):
            waited = True
            if self._clock.now() >= end:
                self._take_over(component)
                break
            self._clock.sleep(1.0)
        return waited

    def _begin(self, component: Component) -> bool:
        """Whether the sensor opened a session."""
        self.open = True
        try:
            self._step("/startProcessUpdate", payload={"dst": component.dst})
        except (RefusedError, HTTPError) as error:
            if isinstance(error, HTTPError) and error.http_status not in CONFLICTS:
                raise
            self.open = False
            self._refusal = error
            return False
        return True

    def _take_over(self, component: Component) -> None:
        self._warn(
            f"{self._sensor.name} refuses to start an update. A session that nobody on this host works in may be open there, "
            "for instance of a run that was killed; it is ended by force, which applies nothing."
        )
        self._force_stop()
        if not self._begin(component) and self._refusal is not None:
            raise BusyError(
                f"{self._refusal.message} It refused for {FOREIGN_PATIENCE:g} s, and again after a session that may be open was ended.",
                code=self._refusal.code,
                http_status=self._refusal.http_status,
                hint="Somebody else may update it just now. Else restart the sensor, then run the task again.",
            )

    def send(self, package: Package, payload: Payload) -> None:
        """Steps 2 to 7 for one file."""
        self._transfer("Manifest", package, payload.name, payload.manifest_member, payload.manifest_size)
        self._transfer("File", package, payload.name, payload.member, payload.size)

    def _transfer(self, phase: str, package: Package, name: str, member: str, size: int) -> None:
        path = f"/start{phase}Update"
        largest = self._step(path, CHUNK_SIZE).get("maxChunkSize", 0)
        if largest <= 0:
            raise ReplyError(f"{self._sensor.name} answered PUT {path} without a usable maxChunkSize ({largest}).")
        with package.stream(member) as stream:
            start = 0
            while start < size:
                chunk = stream.read(min(largest, LARGEST_CHUNK, size - start))
                if not chunk:
                    raise FailedError(f"Package {package.label} ended in the middle of {member!r}; was it altered meanwhile?")
                self._send_chunk(phase, name, chunk, start, size)
                start += len(chunk)
        self._step(f"/stop{phase}Update", CODE)

    def _send_chunk(self, phase: str, name: str, chunk: bytes, start: int, total: int) -> None:
        """One chunk, again and again within limits when it fails; the range tells the sensor where it belongs.

        After a lost reply the sensor may have the chunk. Should it then refuse to take it twice, that is no failure:
        the next chunk, or the check of the whole at the end, shows whether it is there.
        """
        path, extensions = f"/chunk{phase}Update", self._extensions[phase]
        span = f"bytes {start}-{start + len(chunk) - 1}/{total}"
        began = self._clock.now()
        lost, pause = False, 0.5
        for repeats_left in range(CHUNK_REPEATS, -1, -1):
            headers = {"X-Update-Filename": (name + extensions[0]).encode(), "Content-Range": span}
            try:
                self._step(path, data=chunk, headers=headers)
                del extensions[1:]
                break
            except (AuthenticationError, CertificateError):
                raise
            except DeviceError as error:
                if lost and isinstance(error, RefusedError):
                    break
                if not repeats_left or error.http_status in WRONG_VERB or self._clock.now() - began > CHUNK_PATIENCE:
                    raise
                lost = lost or error.uncertain
                if not lost and isinstance(error, (RefusedError, HTTPError)):
                    extensions.reverse()
            self._clock.sleep(pause)
            pause *= 2
        self._sent(len(chunk))

    def finish(self) -> DeviceError | None:
        """Step 8: let the sensor apply what it got. The error that leaves open whether it does; None when it answered.

        The sensor may restart before its reply is out, so a lost reply is no failure: the stop is sent again, and what
        the sensor says then (no session, nothing at all) does not count any more. Whoever calls this looks at the version.
        """
        doubt: DeviceError | None = None
        for _attempt in range(STOP_REPEATS + 1):
            try:
                self._step("/stopProcessUpdate", CODE, payload={"force": 0})
            except DeviceError as error:
                if not error.uncertain and doubt is None:
                    raise
                if not error.uncertain:
                    return doubt
                doubt = error
            else:
                self.open = False
                return None
            self._clock.sleep(0.5)
        return doubt

    def abort(self) -> str:
        """End the session by force (section 3.25); nothing of it is applied. Empty, or a sentence when it could not be ended.

        Never raises: a session that stays open is in the way of the next update.
        """
        if not self.open:
            return ""
        failure = self._force_stop()
        self.open = failure is not None
        if failure is None:
            return ""
        return (
            f"Its update session could not be ended ({failure.message}); nothing of it is applied, and the next run of this task ends it."
        )

    def _force_stop(self) -> DeviceError | None:
        failure: DeviceError | None = None
        for _attempt in range(STOP_REPEATS + 1):
            try:
                self._step("/stopProcessUpdate", payload={"force": 1}, retries=1)
            except RefusedError:
                return None  # no session is open
            except DeviceError as error:
                failure = error
            else:
                return None
            if not failure.uncertain and not isinstance(failure, UnreachableError):
                break
            self._clock.sleep(0.5)
        return failure

    def _step(self, path: str, schema: Schema | None = None, **more: t.Any) -> dict[str, t.Any]:
        """A call that was accepted, and its reply. ``schema``: what the document shows of it; None: nothing, so it may be no JSON."""
        reply = self._call(path, **more)
        shown = schema is not None or reply.body.strip()[:1] in (b"{", b"[", b"<")
        body = self._sensor.accepted(reply, self._named(path), schema or OBJECT) if shown else {}
        self._logins = self._sensor.logins
        return body

    def _named(self, path: str) -> str:
        """The call as messages name it."""
        return f"{self._verbs.get(path, VERBS[0])} {path}"

    def _call(self, path: str, **more: t.Any) -> t.Any:
        """One call, by the verb that the sensor knows for this path."""
        verb = self._verbs.get(path, VERBS[0])
        try:
            reply = self._sensor.call(verb, path, **more)
        except HTTPError as error:
            if path not in WITHOUT_VERB or path in self._verbs or error.http_status not in WRONG_VERB:
                raise
            refusal = error
        else:
            self._verbs[path] = verb
            return reply
        try:
            reply = self._sensor.call(VERBS[1], path, **more)
        except HTTPError as error:
            raise (refusal if error.http_status in WRONG_VERB else error) from None
        self._verbs[path] = VERBS[1]
        return reply
