# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can go wrong, as one tree.

::

    DeviceError                    kind          meaning
    |- InputError                  input         an option is wrong; nothing was sent
    |- SignatureError              signature     something is not signed by whom it should be; nothing was sent
    |- RequirementError            requirement   a Python library is missing
    |- InterruptedWork             interrupted   the run was told to stop
    |- DefectError                 defect        this collection has a defect
    |- UnreachableError            unreachable   no connection; nothing was sent
    |  `- CertificateError         certificate   the TLS certificate is not the expected one
    |- ReplyLost                   reply_lost    sent, no usable reply: it may have taken effect
    |- HTTPError                   http          the reply's status says failure (``http_status``)
    |  `- AuthenticationError      authentication  wrong credentials, or a session that stays refused
    |     `- DefaultPasswordError  default_password  the factory password has to be changed first
    |- ReplyError                  reply         a reply that is not what the document promises
    |- RefusedError                refused       the device understood and answered with an error code (``code``)
    |- NotTakenError               not_taken     answered success, but reading back shows other values
    |- IdentityError               identity      this is not the expected device
    |- BusyError                   busy          other work is under way on the device
    |- FailedError                 failed        work on the device ended in failure
    `- DeadlineError               deadline      a wait ended without an answer (``last`` state in the facts)

A message is made of whole sentences: which device, what was asked, what it answered, what to do.
``facts`` go into the failed task's result, ``error`` in it tells the class apart without parsing the message.
"""

from __future__ import annotations

import typing as t


class DeviceError(Exception):
    """Base of the tree.

    ``message``: one or more sentences. ``hint``: a last sentence that says what to do.
    ``changed``: True when the device was changed before the failure. ``facts``: more keys for the result.
    """

    kind = "device"
    uncertain = False
    """True when a write was sent and it is not known whether it took effect."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        changed: bool = False,
        http_status: int | None = None,
        code: int | str | None = None,
        facts: t.Mapping[str, t.Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.changed = changed
        self.http_status = http_status
        self.code = code
        self.facts = dict(facts or {})

    def __str__(self) -> str:
        return " ".join(part.strip() for part in (self.message, self.hint) if part.strip())

    def to_result(self) -> dict[str, t.Any]:
        """The failed task's result: ``msg``, ``error`` (``kind``, ``http_status``, ``code``), ``changed``, then the facts."""
        error = {"kind": self.kind, "http_status": self.http_status, "code": self.code}
        return {**self.facts, "failed": True, "changed": self.changed, "msg": str(self), "error": error}


class InputError(DeviceError):
    """An option is wrong. Raised before anything that changes the device is sent."""

    kind = "input"


class SignatureError(DeviceError):
    """A signature does not fit what it should vouch for. Raised before anything that changes the device is sent."""

    kind = "signature"


class RequirementError(DeviceError):
    """A Python library that this work needs cannot be imported."""

    kind = "requirement"


class InterruptedWork(DeviceError):
    """The run was told to stop (SIGINT, SIGTERM)."""

    kind = "interrupted"


class DefectError(DeviceError):
    """This collection has a defect: an error that it did not expect."""

    kind = "defect"


class UnreachableError(DeviceError):
    """No connection could be made, so nothing was sent."""

    kind = "unreachable"


class CertificateError(UnreachableError):
    """The device's TLS certificate is not trusted, has another name, or another fingerprint."""

    kind = "certificate"


class ReplyLost(DeviceError):
    """A request was sent and no usable reply came: it may or may not have taken effect."""

    kind = "reply_lost"
    uncertain = True


class HTTPError(DeviceError):
    """The reply's status is not a success. ``headers`` are the reply's; ``body`` is its JSON, or the text of one that is none."""

    kind = "http"

    def __init__(self, message: str, *, headers: t.Mapping[str, str] | None = None, body: t.Any = None, **more: t.Any) -> None:
        super().__init__(message, **more)
        self.headers: t.Mapping[str, str] = headers or {}
        self.body = body


class AuthenticationError(HTTPError):
    """Wrong credentials, or a session that stays refused after a new login."""

    kind = "authentication"


class DefaultPasswordError(AuthenticationError):
    """The factory password opens the device, which refuses everything else until it is changed."""

    kind = "default_password"


class ReplyError(DeviceError):
    """The reply is not JSON, or not of the documented shape."""

    kind = "reply"


class RefusedError(DeviceError):
    """The device understood the request and refused it (``code``)."""

    kind = "refused"


class NotTakenError(DeviceError):
    """The device answered success, but reading back shows that it holds other values."""

    kind = "not_taken"


class IdentityError(DeviceError):
    """What answers is not the expected device."""

    kind = "identity"


class BusyError(DeviceError):
    """Other work is under way on the device."""

    kind = "busy"


class FailedError(DeviceError):
    """Work on the device ended, and it ended in failure."""

    kind = "failed"


class DeadlineError(DeviceError):
    """A wait ended without an answer. ``facts['last']`` holds the last state that was seen."""

    kind = "deadline"
