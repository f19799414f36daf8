# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sensor's password, /changePassword (section 3.10) and /login (section 3.12)."""

from __future__ import annotations

import typing as t

from ..core.errors import AuthenticationError, DefaultPasswordError, DeviceError, InputError, NotTakenError, RefusedError
from .client import DEFAULT_PASSWORD_SET, MskClient

DEMANDS = "It may demand a longer or different password; the vendor's document does not say."

DIFFERENT = (
    "One of them may be right and refused for another reason, such as a session that an interrupted run has left open: "
    "wait some minutes, then run the task again. Else: "
)

LOST = (
    "If it is lost, the communication board can be reset: for 20 s after power comes it accepts siteops.devices.msk_reset without a "
    "login, which also returns its network settings to the factory's."
)

ANSWERS = (RefusedError, AuthenticationError)
"""How a sensor refuses the change: the request, or the session with which it came."""


class Opened(t.NamedTuple):
    """The candidate that opened the sensor, and whether the sensor says that it is the factory's."""

    password: str
    is_default: bool


def candidates_of(new: str, current: str | None, fallbacks: t.Sequence[str]) -> list[str]:
    """Passwords in the order in which they are tried, each once: the new one, the current one, the fallbacks."""
    if not new:
        raise InputError("new_password: it is empty.")
    return list(dict.fromkeys(password for password in (new, current, *fallbacks) if password))


def open_with(sensor: MskClient, candidates: t.Sequence[str]) -> Opened:
    """Log in with the first candidate that fits. Raises :class:`AuthenticationError` when none does."""
    refusals: dict[str, AuthenticationError] = {}
    for password in candidates:
        try:
            return Opened(password, sensor.log_in(password) == DEFAULT_PASSWORD_SET)
        except AuthenticationError as error:
            refusals[error.message] = refused = error
    told = f"The answers: {' '.join(refusals)}" if len(refusals) > 1 else f"The last answer: {refused.message}"
    raise AuthenticationError(
        f"None of the {len(candidates)} passwords tried opens {sensor.name}. {told}",
        http_status=refused.http_status,
        code=refused.code,
        hint=f"{DIFFERENT if len(refusals) > 1 else ''}Add the one it may have to fallback_passwords. {LOST}",
    )


def change_password(sensor: MskClient, new: str, candidates: t.Sequence[str], check_mode: bool) -> tuple[bool, bool]:
    """Make ``new`` the password; ``(changed, was_default)``. Verified by a login.

    At every moment the sensor opens with the password that it had or with ``new``; the run may be killed anywhere.
    """
    opened = open_with(sensor, candidates)
    if opened.password == new:
        if opened.is_default:
            raise _factory_password(sensor)
        return False, False
    if not check_mode:
        _change(sensor, opened.password, new)
    return True, opened.is_default


def _factory_password(sensor: MskClient, *, changed: bool = False) -> DefaultPasswordError:
    return DefaultPasswordError(
        f"new_password opens {sensor.name}, but it is the factory's, with which the sensor refuses everything else.",
        code=DEFAULT_PASSWORD_SET,
        hint="Choose another new_password.",
        changed=changed,
    )


def _change(sensor: MskClient, old: str, new: str, repeats: int = 2) -> None:
    """Change, then verify by a login. After a lost reply the login tells whether the change took effect."""
    for attempt in range(repeats + 1):
        doubt: DeviceError | None = None
        try:
            sensor.put("/changePassword", {"oldPassword": old, "newPassword": new})
        except DeviceError as error:
            # A change may be refused because an earlier one took effect late, of this run or of one that was killed: the logins tell.
            # With that change the session may have ended, too.
            if not error.uncertain and not attempt and not isinstance(error, ANSWERS):
                raise
            doubt = error
        sensor.log_out()
        opened = next((password for password in (new, old, new) if _opens(sensor, password, doubt)), None)
        if opened is None:
            raise _locked_out(sensor, doubt)
        if opened == new:  # at the second try where the change took effect between the logins
            if sensor.has_factory_password:
                raise _factory_password(sensor, changed=True)
            return
        if doubt is None:
            raise NotTakenError(
                f"{sensor.name} answered success to the change of its password, but still opens with the old one only.",
                hint=DEMANDS,
            )
        if attempt == repeats or isinstance(doubt, ANSWERS):
            doubt.hint = f"The sensor still has the old password. {_advice_on(doubt)}"
            doubt.facts["took_effect"] = "no"
            raise doubt


def _advice_on(doubt: DeviceError) -> str:
    if isinstance(doubt, RefusedError):
        return DEMANDS
    return doubt.hint if isinstance(doubt, AuthenticationError) else "Run the task again once it answers well."


def _opens(sensor: MskClient, password: str, doubt: DeviceError | None) -> bool:
    try:
        sensor.log_in(password)
    except AuthenticationError:
        return False
    except DeviceError as error:
        error.changed = True
        error.facts["took_effect"] = "unknown" if doubt is not None else "yes"
        error.message = f"The new password was sent to {sensor.name}, then verifying it failed: {error.message}"
        error.hint = "It opens with the new password or with the one before. Run the task again: it tries both. " + error.hint
        raise
    return True


def _locked_out(sensor: MskClient, doubt: DeviceError | None) -> AuthenticationError:
    sent = f"{doubt.message} Then it" if doubt is not None else f"{sensor.name} answered success to the change of its password, but then"
    return AuthenticationError(
        f"{sent} refused both the new and the old password.",
        hint="It may limit logins for a while; wait some minutes, then run the task again: it tries both.",
        changed=True,
        facts={"took_effect": "unknown"},
    )
