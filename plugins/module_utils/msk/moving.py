# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sensor that moves while a task is at work on it: an earlier run, which was interrupted, had given it another address."""

from __future__ import annotations

import copy
import functools
import typing as t

from ..core.connection import endpoint_of
from ..core.errors import CertificateError, DeadlineError, DeviceError, ReplyLost, UnreachableError
from .presence import look_for

OPTIONS: dict[str, dict[str, t.Any]] = {
    "alternatives": {"type": "list", "elements": "str", "default": []},
    "alternatives_timeout": {"type": "float", "default": 120.0},
}

TIMES = 3
"""How often one task begins anew; a sensor that goes away more often has another trouble."""

Result = dict[str, t.Any]
Run = t.Callable[[t.Any], Result]


def following(run: Run) -> Run:
    """``run``, which begins anew where the sensor answers when it goes away from ``host`` and there are ``alternatives``.

    For work that compares before it changes: what was done before the sensor went away is found done, and counts as ``changed``.
    The result has ``host``, where the sensor was found.
    """

    @functools.wraps(run)
    def followed(task: t.Any) -> Result:
        hosts = list(dict.fromkeys([*task.params["alternatives"], task.params["host"]]))
        return run(task) if len(hosts) == 1 else _follow(run, task, hosts)

    return followed


def _follow(run: Run, task: t.Any, hosts: list[str]) -> Result:
    for host in hosts:
        endpoint_of(task.params, host=host)
    there, changed = _at(task, task.params["host"], unended=[]), False
    first = there
    for left in reversed(range(TIMES + 1)):
        try:
            result = run(there)
        except DeviceError as error:
            error.changed = changed = changed or error.changed
            if not left or not isinstance(error, (UnreachableError, ReplyLost)):
                raise
            there = _where_it_is(there, hosts, error)
        else:
            return result if there is first else {"host": there.params["host"], **result, "changed": changed or result["changed"]}
    raise AssertionError("the last round returns or raises")


def _where_it_is(task: t.Any, hosts: list[str], error: DeviceError) -> t.Any:
    """The task with ``host`` set to where the sensor answers now. Raises ``error`` when it is nowhere, or when nothing has become of it."""
    timeout = task.params["alternatives_timeout"]
    try:
        host = look_for(task.params, hosts, timeout)
    except CertificateError:
        raise error from None
    except DeadlineError:
        error.message = f"{error.message.rstrip('. ')}. For {timeout:g} s it did not answer at {' or '.join(hosts)} either."
        raise error from None
    if host == task.params["host"] and isinstance(error, ReplyLost):
        raise error
    task.warn(f"{error.message} It answers at {host} now; the task has begun anew there.")
    return _at(task, host, unended=task.unended)


def _at(task: t.Any, host: str, *, unended: list[str]) -> t.Any:
    """The same task for the sensor at ``host``. ``unended``: its sessions that are still open, for the next client to end."""
    there = copy.copy(task)
    there.params = {**task.params, "host": host}
    there.unended = unended
    return there
