# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``springcard_firmware`` does: find the reader, compare, decide, load, and read back."""

from __future__ import annotations

import typing as t

from ..core.errors import BusyError, DeviceError, InputError, UnreachableError
from ..core.plan import report
from ..core.wait import Deadline, Pending, check_seconds, wait_until
from .client import GONE, CompanionClient
from .decision import Decision, check, expected_of
from .events import Listener
from .load import GO_ON, Load, passes, patiently
from .reader import ABSENT, Firmware, Reader, find, running
from .source import Source

ABSENCE = 5.0
"""Seconds for which a reader that is not there is waited for: it may just be restarting after the load of another run."""


def update(task: t.Any) -> dict[str, t.Any]:
    """The result: ``device``, ``from``, ``to``. Raises what the files beside this one raise."""
    params = task.params
    expected = expected_of(params)
    source = Source(params["src"], params["url"])
    task.hide(*source.secrets)
    check_seconds("wait_timeout", params["wait_timeout"])
    if not 0 <= params["websocket_port"] < 65536:
        raise InputError(f"websocket_port: {params['websocket_port']} is neither a port nor 0, which means none.")
    deadline = Deadline(params["wait_timeout"])
    with CompanionClient.open(task) as client:
        reader, current = _ask(client, params["device"], deadline)
        target = _target(client, source, expected, current, params["force"], deadline)
        decision = Decision(current, target, params["force"])
        plan = decision.plan(source.name)
        check(decision, expected, allow_downgrade=params["allow_downgrade"], label=reader.label, source=source.name)
        if plan.changed and not task.check_mode:
            reader = _load(task, client, reader, source, decision, deadline)
        values = {"device": reader.view(), "from": plan.before["revision"], "to": plan.after["revision"]}
        return report(task, plan, values)


def _ask(client: CompanionClient, name: str, deadline: Deadline) -> tuple[Reader, Firmware]:
    """The reader and what it runs. One that is being loaded by another run is waited for, also while it restarts then."""
    absence = Deadline(min(ABSENCE, deadline.timeout))
    locked = False

    def ask() -> tuple[Reader, Firmware] | Pending:
        nonlocal locked
        try:
            reader = find(client, name)
            return reader, running(client, reader)
        except UnreachableError as error:
            # What cannot be reached at all has been tried often enough; a reader may be back in a moment.
            if error.code != ABSENT and error.http_status != GONE:
                raise
            if absence.left <= 0 and not locked:
                raise
            return Pending(error.message)
        except DeviceError as error:
            if not passes(error):
                raise
            locked = locked or isinstance(error, BusyError)
            return Pending(error.message)

    return wait_until(
        ask, deadline=deadline, what=f"the reader {name} at {client.name} to be free", go_on=GO_ON, interval=0.5, longest_interval=3.0
    )


def _target(client: CompanionClient, source: Source, expected: t.Any, current: Firmware, force: bool, deadline: Deadline) -> Firmware:
    """What the source holds: as the service sees it, else as the user says. Not looked at when the reader has it already."""
    stated = Firmware(None, expected)
    if not force and Decision(current, stated, False).same:
        return stated
    seen = t.cast("Firmware", patiently(lambda: source.inspect(client), deadline, f"{client.name} to look at {source.name}"))
    if seen.revision is None or (expected is not None and expected.full and expected.fits(seen.revision)):
        return Firmware(seen.family, expected)
    return seen


def _load(task: t.Any, client: CompanionClient, reader: Reader, source: Source, decision: Decision, deadline: Deadline) -> Reader:
    """The reader as it is afterwards."""
    with Listener(client.endpoint, task.params["websocket_port"]) as listener:
        if not listener.alive and task.params["websocket_port"] and task.params["wait"]:
            task.warn(
                f"The WebSocket at {listener.address} cannot be opened ({listener.why}), so the progress is not known, and a load that "
                "fails is noticed late. Set websocket_port, or 0 if there is none."
            )
        load = Load(task, client, listener, reader, source, decision, deadline)
        if load.start() and task.params["wait"]:
            load.finish()
        return load.reader
