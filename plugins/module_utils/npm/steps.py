# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which steps lead an appliance from the state that its update is in to the wanted one. Decisions only: nothing is sent here."""

from __future__ import annotations

import typing as t

from ..core.errors import BusyError, FailedError, InputError, ReplyError
from .image import UNDER_WAY, VALID, Image
from .update import FAILED_CRITICAL, FAILED_GRACEFUL, IDLE, INITIALIZED, INITIALIZING, RUNNING, Status
from .version import NpmVersion

WAIT, RESET, INIT, START = "wait", "reset", "init", "start"


class Goal(t.NamedTuple):
    """``state``: ``idle``, ``staged`` or ``updated``. ``version``: None for ``idle`` only."""

    state: str
    version: NpmVersion | None
    allow_downgrade: bool

    @property
    def wanted(self) -> NpmVersion:
        """The version of a goal that has one."""
        if self.version is None:
            raise InputError(f"state: {self.state} needs version.")
        return self.version


def steps_to(goal: Goal, status: Status, target: NpmVersion | None, name: str) -> list[str]:
    """The steps from here on, none when the goal is reached. ``target``: what is prepared, as far as it can be known.

    Raises :class:`FailedError` in FAILED_CRITICAL, and :class:`BusyError` when another update runs.
    """
    if status.state == FAILED_CRITICAL:
        raise FailedError(
            f"The update of {name} is in the state FAILED_CRITICAL{f': {status.said}' if status.said else ''}. It is left as it is.",
            hint="The appliance needs its vendor's support; a reset or a new start could do more damage.",
            facts=status.facts,
        )
    if status.state not in {IDLE, INITIALIZING, INITIALIZED, RUNNING, FAILED_GRACEFUL}:
        raise ReplyError(
            f"{name} says that its update is in the state {status.state!r}, which the document does not have. Nothing was sent."
        )
    if goal.state == "idle":
        return _to_idle(status, name)
    return _to_version(goal, status, target, name)


def _to_idle(status: Status, name: str) -> list[str]:
    if status.state == RUNNING:
        raise BusyError(f"An update of {name} is running{f' to {status.target}' if status.target else ''}; it cannot be reset now.")
    return {IDLE: [], INITIALIZING: [WAIT, RESET]}.get(status.state, [RESET])


def _to_version(goal: Goal, status: Status, target: NpmVersion | None, name: str) -> list[str]:
    start = [START] if goal.state == "updated" else []
    if status.state == FAILED_GRACEFUL:
        return [RESET]
    if status.state == RUNNING:
        if target and not goal.wanted.fits(target):
            raise BusyError(
                f"{name} is being updated to {target}, not to {goal.wanted}. Nothing was sent.",
                hint="Wait until that update has ended, then run the task again.",
            )
        return [WAIT]
    if status.has(goal.wanted):
        return []
    if status.state == IDLE:
        return [INIT, *start]
    if status.state == INITIALIZING:
        return [WAIT, *([RESET, INIT] if target and not goal.wanted.fits(target) else []), *start]
    return [*([] if goal.wanted.fits(target) else [RESET, INIT]), *start]


def refuse_downgrade(goal: Goal, status: Status, name: str) -> None:
    """Raise :class:`InputError` when the wanted version is older than the running one, or nobody can tell."""
    if goal.allow_downgrade or status.running is None:
        return
    running = NpmVersion(status.running)
    older = goal.wanted.older_than(running)
    if older is None:
        raise InputError(
            f"version: nobody can tell whether {goal.wanted} is older than {running}, which {name} runs. Nothing was sent.",
            hint="Write it like 11.6.0 #23947, or set allow_downgrade.",
        )
    if older:
        raise InputError(
            f"version: {goal.wanted} is older than {running}, which {name} runs. Nothing was sent.",
            hint="Set allow_downgrade if that is meant.",
        )


def missing_image(goal: Goal, images: list[Image], name: str) -> str:
    """Why ``init`` cannot prepare the wanted version: a sentence, empty when there is an image that may be it."""
    fitting = [image for image in images if not image["version"] or goal.wanted.fits(image["version"])]
    if any(image["state"] == VALID for image in fitting):
        return ""
    if any(image["state"] in UNDER_WAY for image in fitting):
        return f"The image of {goal.wanted} is not complete on {name} yet: it is still {fitting[-1]['state']}."
    others = sorted({str(image["version"]) for image in images if image["state"] == VALID and image["version"]})
    return f"{name} has no valid image of {goal.wanted}{f', only of {chr(44).join(others)}' if others else ''}."


def sole_version(images: list[Image]) -> NpmVersion | None:
    """The version of the only valid image: what ``init`` must have prepared where the appliance does not tell."""
    valid = [image for image in images if image["state"] == VALID]
    return NpmVersion(valid[0]["version"]) if len(valid) == 1 and valid[0]["version"] else None
